import GlanceFocus
import Tensor

/// The fields of `s`, the state of one image.
enum StepFields {
  /// All fields of an exit rule's `s`.
  static func all(of view: StepView) -> [LuaRows.Field] {
    let shared: [LuaRows.Field] = [
      .sharedInteger("step") { try view.sampling?.step ?? view.batch().step },
      .sharedInteger("steps") { try view.batch().steps },
    ]
    let others: [LuaRows.Field] = [
      .sharedNumber("madds") { try view.batch().madds },
      .sharedNumber("next_madds") { try view.batch().nextMadds ?? view.batch().madds },
      .index("image") {
        let batch = try view.batch()
        return batch.rows.map { Int32(truncatingIfNeeded: batch.record.indices[$0]) }
      },
      .computed("elapsed") { row in try view.batch()[row].elapsed },
      .computed("probabilities") { row in
        let values = try view.batch().probabilities(row)
        return try Tensor([values.count], values)
      },
      .computed("confidences") { row in try view.batch()[row].confidences.map(Double.init) },
      .computed("entropies") { row in try view.batch()[row].entropies.map(Double.init) },
      .computed("predictions") { row in try view.batch()[row].predictions.map { Int($0) + 1 } },
    ]
    return shared + columns(of: view) + others
  }

  /// The columns of a step. What the critic says is asked for by those calls alone that read it.
  private static func columns(of view: StepView) -> [LuaRows.Field] {
    let numbers = StepColumns.numbers.map { column -> LuaRows.Field in
      if column.isCritics { return .computed(column.name) { row in try view.critic(column, row) } }
      return .number(column.name) { try view.batch().numbers(column) }
    }
    let indices = StepColumns.indices.map { column -> LuaRows.Field in
      .index(column.name) { try view.batch().indices(column) }
    }
    return numbers + indices
  }

  /// All fields of a sampler's `s`.
  static func sampler(of view: StepView) -> [LuaRows.Field] {
    all(of: view) + [
      .computed("map") { row in try map(view.samplerBatch().maps, row) },
      .computed("glance") { row in try map(view.samplerBatch().glances, row) },
      .computed("locations") { row in try view.samplerBatch().locations(row).map(\.fractions) },
      .sharedInteger("glance_frames") { try view.batch().record.clips?.glanceFrames ?? 1 },
      .sharedInteger("focus_frames") { try view.batch().record.focusFrames },
    ]
  }

  private static func map(_ maps: PlainMaps?, _ row: Int) throws -> Tensor {
    guard let maps else { throw LuaError("the feature map is not known here") }
    return try Tensor([maps.channels, maps.height, maps.width], Array(maps[row]))
  }
}
