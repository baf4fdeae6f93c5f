import Tensor

/// Layer normalisation, PyTorch's `nn.LayerNorm` over one axis; of maps over the channels of each pixel.
public final class LayerNorm: Layer {
  let weight: Parameter
  let bias: Parameter
  private let epsilon: Float

  /// A layer for rows of `features` numbers, or maps of as many channels.
  ///
  /// - Throws: `TensorError` without features.
  public init(_ features: Int, epsilon: Float = 1e-5) throws {
    guard features > 0 else { throw TensorError("layer_norm", "\(features) features") }
    weight = try Parameter([features], .constant(1))
    bias = try Parameter([features], .constant(0))
    self.epsilon = epsilon
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("weight", weight)
    state.parameter("bias", bias)
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try x.layerNormalized(scale: weight.input, shift: bias.input, epsilon: epsilon)
  }
}
