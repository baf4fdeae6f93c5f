/// Names, shapes and Multiply-Adds of all ops of an evaluation; keeps nothing alive.
public final class CostCounter: Recorder {
  /// An evaluated op.
  public struct Entry {
    public let name: String
    public let inputs: [Shape]
    public let output: Shape
    public let multiplyAdds: Int
  }

  /// The evaluated ops in order.
  public private(set) var entries: [Entry] = []
  /// The sum over the evaluated ops.
  public private(set) var multiplyAdds = 0

  public init() {}

  public func evaluate(_ op: some Op, _ inputs: [Tensor], shape: Shape) throws -> Tensor {
    var saved = Saved(isRecording: false)
    let result = try op.finished(inputs, shape, &saved)
    let shapes = inputs.map(\.shape)
    let cost = op.multiplyAdds(shapes)
    multiplyAdds += cost
    entries.append(Entry(name: op.name, inputs: shapes, output: shape, multiplyAdds: cost))
    return result
  }
}
