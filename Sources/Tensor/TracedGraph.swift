import OneDNN

/// The ops of one evaluation with the values between them, as ``Tape/Mode/graph`` records them.
///
/// A value is its position in ``values``; inputs come before what is computed from them.
public struct TracedGraph {
  /// What an op reads.
  public enum Operand {
    /// Computed by an earlier op, or an input of the graph.
    case value(Int)
    /// Weights and whatever was computed from them alone.
    case constant(Tensor)
  }

  public struct Value {
    /// Nil for inputs of the graph.
    public let op: (any Op)?
    public let operands: [Operand]
    public let shape: Shape
  }

  public internal(set) var values: [Value] = []
  /// The memory that the constants were computed from, the constants' own included.
  public internal(set) var sources: [Storage] = []

  /// The position of `tensor`, which must come from the evaluation that `tape` recorded.
  public func position(of tensor: Tensor, on tape: Tape) throws -> Int {
    guard let position = tape.position(of: tensor) else {
      throw TensorError("trace", "a result does not depend on the inputs")
    }
    return position
  }
}

extension Op {
  /// Computes the result outside any tape, for hosts that run traced ops one by one.
  public func evaluate(_ inputs: [Tensor]) throws -> Tensor {
    var saved = Saved(isRecording: false)
    return try Tape.paused { try forward(inputs, &saved) }
  }
}

extension Tensor {
  /// Throws where a tracing tape would not see what happens to the numbers that `operation` hands out.
  func mayBeRead(by operation: String) throws {
    guard let tracking, let tape = Tape.current, tape.mode == .graph, tape.owns(tracking) else { return }
    throw TensorError(operation, "a value cannot be read while its network is traced into a plan")
  }

  /// A tensor over part of this one's memory, dense in the arrangement of its rank.
  ///
  /// For owners of memory that is planned ahead; `offset` counts elements from the start of the storage.
  package static func view(of storage: Storage, at offset: Int, _ shape: Shape) -> Tensor {
    Tensor(storage: storage, offset: offset, shape: shape, strides: shape.channelsLastStrides)
  }

  /// Copies the numbers into `destination`, which has the same shape, whatever the arrangements.
  package func copy(to destination: Tensor) throws { try Strided.copy(self, to: destination) }
}
