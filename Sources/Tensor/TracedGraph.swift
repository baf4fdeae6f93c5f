/// The ops of one evaluation with the values between them, as a ``GraphTracer`` records them.
///
/// A value is its position in ``values``; inputs come before what is computed from them.
public struct TracedGraph {
  /// What an op reads.
  public enum Operand {
    /// A value that an earlier op computes, or an input of the graph.
    case value(Int)
    /// Weights and whatever was computed from them alone.
    case constant(Tensor)
  }

  /// A value and what computes it.
  public struct Value {
    /// The op that computes it; nil for inputs of the graph.
    public let op: (any Op)?
    /// What the op reads, in its order.
    public let operands: [Operand]
    /// The shape that the value had.
    public let shape: Shape
  }

  /// All values in the order in which they were computed.
  public internal(set) var values: [Value] = []
  /// The memory that the constants were computed from, the constants' own included.
  public internal(set) var sources: [Storage] = []
}

extension Tensor {
  /// A tensor over part of this one's memory, dense in the arrangement of its rank.
  ///
  /// Owners of memory that is planned ahead use it; `offset` counts elements from the start of the storage.
  package static func view(of storage: Storage, at offset: Int, _ shape: Shape) -> Tensor {
    Tensor(storage: storage, offset: offset, shape: shape, strides: shape.channelsLastStrides)
  }

  /// Copies the numbers into `destination`, which has the same shape, whatever the arrangements.
  package func copy(to destination: Tensor) throws { try Strided.copy(self, to: destination) }
}
