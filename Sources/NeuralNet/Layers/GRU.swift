import Tensor

/// A single-layer gated recurrent unit, with the keys of PyTorch's `nn.GRU`.
public final class GRU: Module {
  let inputWeights: Parameter
  let stateWeights: Parameter
  let inputBias: Parameter
  let stateBias: Parameter
  /// The numbers of a state.
  public let units: Int

  /// A unit from rows of `inputs` numbers to states of `units` numbers.
  public init(_ inputs: Int, _ units: Int) throws {
    let bound = Initializer.uniform(bound: 1 / Float(units).squareRoot())
    inputWeights = try Parameter([3 * units, inputs], bound)
    stateWeights = try Parameter([3 * units, units], bound)
    inputBias = try Parameter([3 * units], bound)
    stateBias = try Parameter([3 * units], bound)
    self.units = units
  }

  public func declare(_ state: inout StateDeclaration) {
    state.parameter("weight_ih_l0", inputWeights)
    state.parameter("weight_hh_l0", stateWeights)
    state.parameter("bias_ih_l0", inputBias)
    state.parameter("bias_hh_l0", stateBias)
  }

  /// The next state (B×units) for input `x` (B×inputs); nil starts from zero.
  public func callAsFunction(_ x: Tensor, state: Tensor?) throws -> Tensor {
    try x.gruStep(
      state: try state ?? Tensor.zeros([x.shape[0], units]), inputWeights: inputWeights.input,
      stateWeights: stateWeights.input, inputBias: inputBias.input, stateBias: stateBias.input)
  }
}
