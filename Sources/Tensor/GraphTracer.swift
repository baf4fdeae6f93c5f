/// Lists all ops that depend on watched values, with the values between them; what depends on none is
/// constant.
///
/// Watched values stand for whatever the graph is run on later, so numbers that follow from them cannot be
/// read.
public final class GraphTracer: Recorder {
  /// The traced ops.
  public private(set) var graph = TracedGraph()
  /// What constants that are not parameters were computed from, by the constant's memory.
  private var origins: [ObjectIdentifier: [Storage]] = [:]
  private let id = Tracking.newRecorder()

  public init() {}

  /// `tensor` as an input of the graph.
  public func watch(_ tensor: Tensor) -> Tensor {
    graph.values.append(TracedGraph.Value(op: nil, operands: [], shape: tensor.shape))
    var watched = tensor
    watched.tracking = newest
    return watched
  }

  /// The position in ``graph`` of a result of the traced evaluation.
  ///
  /// - Throws: ``TensorError`` where the result depends on no input.
  public func position(of tensor: Tensor) throws -> Int {
    guard let position = traced(tensor) else {
      throw TensorError("trace", "a result does not depend on the inputs")
    }
    return position
  }

  public func isPlaceholder(_ tensor: Tensor) -> Bool { traced(tensor) != nil }

  public func evaluate(_ op: some Op, _ inputs: [Tensor], shape: Shape) throws -> Tensor {
    var result = try op.evaluate(inputs)
    let positions = inputs.map { traced($0) }
    guard positions.contains(where: { $0 != nil }) else {
      result.tracking = nil
      // A view shares the memory of its source, and so its version.
      let own = ObjectIdentifier(result.storage)
      let sources = inputs.flatMap { origins[ObjectIdentifier($0.storage)] ?? [$0.storage] }
      if !inputs.contains(where: { $0.storage === result.storage }) {
        origins[own] = sources + [result.storage]
      }
      return result
    }
    let operands = zip(inputs, positions).map { input, position -> TracedGraph.Operand in
      if let position { return .value(position) }
      graph.sources += origins[ObjectIdentifier(input.storage)] ?? [input.storage]
      return .constant(input.detached)
    }
    graph.values.append(TracedGraph.Value(op: op, operands: operands, shape: shape))
    result.tracking = newest
    return result
  }

  /// Where the value listed last is.
  private var newest: Tracking { Tracking(recorder: id, node: Int32(graph.values.count - 1)) }

  /// The position of a value that depends on an input; nil for constants.
  private func traced(_ tensor: Tensor) -> Int? {
    guard let tracking = tensor.tracking, tracking.recorder == id else { return nil }
    return Int(tracking.node)
  }
}
