import Tensor

/// Zeroes a fraction of the elements while training, and scales the others up.
public final class Dropout: Layer {
  let probability: Float

  /// Each element is zeroed with `probability`, in [0, 1].
  public init(_ probability: Float) { self.probability = probability }

  public func declare(_ state: inout StateDeclaration) {}

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    guard pass.dropsOut, probability > 0 else { return x }
    return try x.dropout(probability, random: pass.nextRandom())
  }
}
