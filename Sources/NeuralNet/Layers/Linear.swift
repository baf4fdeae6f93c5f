import Tensor

/// x·Wᵀ + b on rows, PyTorch's `nn.Linear`.
public final class Linear: Layer {
  /// The weights, outputs × inputs.
  public let weight: Parameter
  /// A number for each output; nil without bias.
  public let bias: Parameter?

  /// A layer from B×`inputs` to B×`outputs`.
  ///
  /// - Throws: `TensorError` where one of both is not above 0.
  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true, initializer: Initializer = .fanInUniform)
    throws
  {
    guard inputs > 0, outputs > 0 else { throw TensorError("linear", "\(inputs) inputs, \(outputs) outputs") }
    weight = try Parameter([outputs, inputs], initializer)
    self.bias = bias ? try Parameter([outputs], .uniform(bound: 1 / Float(inputs).squareRoot())) : nil
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("weight", weight)
    state.parameter("bias", bias)
  }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try x.linear(weight.input, bias: bias?.input)
  }
}
