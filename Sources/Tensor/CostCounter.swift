/// Notes names, shapes and Multiply-Adds of all ops of an evaluation; keeps nothing alive.
public final class CostCounter: Recorder {
  /// An evaluated op.
  public struct Entry {
    /// The op's name.
    public let name: String
    /// The shapes of its inputs, in its order.
    public let inputs: [Shape]
    /// The shape of its result.
    public let output: Shape
    /// Its Multiply-Adds, which only convolutions, linear layers and their like have.
    public let multiplyAdds: Int
  }

  /// The evaluated ops in order.
  public private(set) var entries: [Entry] = []
  /// The Multiply-Adds of all evaluated ops together.
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
