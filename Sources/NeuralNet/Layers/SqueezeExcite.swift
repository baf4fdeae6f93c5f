import Tensor

/// Squeeze-and-excite: channels scaled by a gate computed from their means (Hu et al. 2018).
public final class SqueezeExcite: Layer {
  let reduce: Conv2d
  let expand: Conv2d
  let activation: Activation
  let gate: Activation
  private let keys: (reduce: String, expand: String)

  /// A gate for maps of N×`channels`×H×W.
  ///
  /// There are `squeezed` channels between the two 1×1 convolutions, which state dictionaries call by `keys`.
  /// The `gate` is ``Activation/hardSigmoid`` in MobileNetV3 and ``Activation/sigmoid`` elsewhere.
  public init(
    _ channels: Int, squeezed: Int, activation: Activation, gate: Activation,
    keys: (reduce: String, expand: String) = ("conv_reduce", "conv_expand")
  ) throws {
    self.keys = keys
    reduce = try Conv2d(channels, squeezed, kernel: 1, bias: true)
    expand = try Conv2d(squeezed, channels, kernel: 1, bias: true)
    self.activation = activation
    self.gate = gate
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child(keys.reduce, reduce)
    state.child(keys.expand, expand)
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    // B×C×1×1
    let pooled = try x.mean([2, 3], keepingAxes: true)
    let weights = try gate(expand(activation(reduce(pooled, pass)), pass))
    return try x * weights
  }
}
