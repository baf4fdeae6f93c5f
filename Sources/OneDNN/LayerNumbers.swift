import Compute

/// How the numbers of a layer are stored, and what is fused behind it.
public struct LayerNumbers: Hashable, Sendable {
  /// How the source and the weights are stored; the bias is float32.
  public var type: ElementType
  /// How the result is stored.
  public var resultType: ElementType
  /// What is done with the sums before they are stored, in order.
  public var postOperations: [PostOperation]

  /// Numbers of `type`; the result has the same where `resultType` is nil.
  public init(
    _ type: ElementType = .float32, resultType: ElementType? = nil, postOperations: [PostOperation] = []
  ) {
    self.type = type
    self.resultType = resultType ?? type
    self.postOperations = postOperations
  }
}
