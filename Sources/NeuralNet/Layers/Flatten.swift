import Tensor

/// All axes but the first as one, PyTorch's `nn.Flatten`.
public final class Flatten: Layer {
  public init() {}

  public func declare(_ state: inout StateDeclaration) {}

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    guard x.rank >= 1 else { throw TensorError("flatten", "needs a batch, not shape \(x.shape)") }
    return try x.flattened(from: 1)
  }
}
