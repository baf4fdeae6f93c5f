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
  public init(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, initializer: Initializer = .fanInUniform,
    biasInitializer: Initializer? = nil
  ) throws {
    guard inputs > 0, outputs > 0 else { throw TensorError("linear", "\(inputs) inputs, \(outputs) outputs") }
    weight = try Parameter([outputs, inputs], initializer)
    self.bias =
      bias
      ? try Parameter([outputs], biasInitializer ?? .uniform(bound: 1 / Float(inputs).squareRoot())) : nil
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("weight", weight)
    state.parameter("bias", bias)
  }

  /// The result for rows, for sequences of rows (the last axis counts, as in PyTorch), and for maps of one pixel.
  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try answering { try product(x) }
  }

  private func product(_ x: Tensor) throws -> Tensor {
    if x.rank == 2 { return try x.linear(weight.input, bias: bias?.input) }
    let (outputs, inputs) = (weight.value.shape[0], weight.value.shape[1])
    if x.rank == 4, x.shape[2] == 1, x.shape[3] == 1 {
      return try x.flattened(from: 1).linear(weight.input, bias: bias?.input).reshaped([
        x.shape[0], outputs, 1, 1,
      ])
    }
    guard x.rank >= 1, x.rank != 4, x.shape[x.rank - 1] == inputs else {
      throw TensorError(
        "linear",
        "input of shape \(x.shape), expected rows of \(inputs) numbers"
          + (x.rank == 4 ? "; flatten maps first" : ""))
    }
    let rows = try x.reshaped([x.count / inputs, inputs]).linear(weight.input, bias: bias?.input)
    return try rows.reshaped(Shape(x.shape.sizes.dropLast() + [outputs]))
  }
}
