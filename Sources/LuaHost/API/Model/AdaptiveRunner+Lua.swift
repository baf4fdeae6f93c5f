import GlanceFocus
import Support

extension AdaptiveRunner.Result {
  /// The result as scripts see it.
  /// - Parameter more: further fields.
  func fields(
    source: FilePath, classNames: [String], more: [(String, any LuaPushable)] = []
  ) -> LuaFields {
    let fields: KeyValuePairs<String, any LuaPushable> = [
      "prediction": prediction + 1, "label": label.map { $0 + 1 },
      "name": classNames.indices.contains(prediction) ? classNames[prediction] : nil,
      "confidence": confidence, "steps": steps, "madds": madds, "image": index + 1, "source": source,
      "path": positions.map { [$0.row + 1, $0.column + 1] }, "seconds": seconds,
    ]
    return LuaFields(fields.map { ($0.key, $0.value) } + more)
  }
}
