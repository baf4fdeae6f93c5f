import Compute

/// How the numbers of a layer are stored, and what is fused behind it.
public struct LayerNumbers: Hashable, Sendable {
  /// Of the source and the weights; the bias is float32.
  public var type: ElementType
  public var resultType: ElementType
  public var postOperations: [PostOperation]

  public init(
    _ type: ElementType = .float32, resultType: ElementType? = nil, postOperations: [PostOperation] = []
  ) {
    self.type = type
    self.resultType = resultType ?? type
    self.postOperations = postOperations
  }
}
