import Tensor

/// Layers one after another, named 0, 1, … like PyTorch's `nn.Sequential`.
public final class Sequential: Layer {
  /// The layers in order.
  public let layers: [any Layer]

  public init(_ layers: [any Layer]) { self.layers = layers }

  public func declare(_ state: inout StateDeclaration) {
    for (index, layer) in layers.enumerated() { state.child(String(index), layer) }
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = x
    for layer in layers { y = try layer(y, pass) }
    return y
  }
}
