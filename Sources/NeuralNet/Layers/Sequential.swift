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
    var index = 0
    while index < layers.count {
      // A batch norm takes the ReLU after it into its own pass, which costs one less.
      if let norm = layers[index] as? BatchNorm2d, isReLU(at: index + 1) {
        y = try norm.withReLU(y, pass)
        index += 2
      } else {
        let layer = layers[index]
        y = try layer.answering { try layer(y, pass) }
        index += 1
      }
    }
    return y
  }

  private func isReLU(at index: Int) -> Bool {
    layers.indices.contains(index) && (layers[index] as? ActivationLayer)?.activation == .relu
  }
}
