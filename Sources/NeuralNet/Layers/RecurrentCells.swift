import Tensor

/// The weights of a recurrent cell, with the keys of PyTorch's cells.
struct CellWeights {
  let ofInput: Parameter
  let ofState: Parameter
  let inputBias: Parameter
  let stateBias: Parameter
  let inputs: Int
  let units: Int

  /// Weights of `gates` gates.
  init(_ name: String, _ inputs: Int, _ units: Int, gates: Int) throws {
    guard inputs > 0, units > 0 else { throw TensorError(name, "\(inputs) inputs, \(units) units") }
    let bound = Initializer.uniform(bound: 1 / Float(units).squareRoot())
    ofInput = try Parameter([gates * units, inputs], bound)
    ofState = try Parameter([gates * units, units], bound)
    inputBias = try Parameter([gates * units], bound)
    stateBias = try Parameter([gates * units], bound)
    self.inputs = inputs
    self.units = units
  }

  func declare(_ state: inout StateDeclaration) {
    state.parameter("weight_ih", ofInput)
    state.parameter("weight_hh", ofState)
    state.parameter("bias_ih", inputBias)
    state.parameter("bias_hh", stateBias)
  }

  /// W·x + b + U·h + c, B×(gates · units).
  func gates(_ x: Tensor, _ h: Tensor) throws -> Tensor {
    try x.linear(ofInput.input, bias: inputBias.input) + h.linear(ofState.input, bias: stateBias.input)
  }

  /// A state, of zeros where none is given.
  func state(_ given: Tensor?, for x: Tensor, _ name: String) throws -> Tensor {
    guard x.rank == 2, x.shape[1] == inputs else {
      throw TensorError(name, "input of shape \(x.shape), expected B×\(inputs)")
    }
    guard let given else { return try Tensor.zeros([x.shape[0], units]) }
    guard given.shape.sizes == [x.shape[0], units] else {
      throw TensorError(name, "state of shape \(given.shape), expected \(x.shape[0])×\(units)")
    }
    return given
  }
}

/// h′ = tanh(W·x + b + U·h + c), PyTorch's `nn.RNNCell`. Takes x and the state; gives the next state.
public final class RNNCell: ManyInputLayer {
  public static let inputCounts = 1...2
  private let weights: CellWeights

  /// A cell from rows of `inputs` numbers to states of `units` numbers.
  public init(_ inputs: Int, _ units: Int) throws {
    weights = try CellWeights("rnn", inputs, units, gates: 1)
  }

  public func declare(_ state: inout StateDeclaration) { weights.declare(&state) }

  public func callAsFunction(_ inputs: [Tensor], _ pass: Pass) throws -> [Tensor] {
    let state = try weights.state(inputs.dropFirst().first, for: inputs[0], "rnn")
    return [try weights.gates(inputs[0], state).tanh()]
  }
}

/// A gated recurrent unit (Cho et al. 2014), PyTorch's `nn.GRUCell`. Takes x and the state; gives the next state.
public final class GRUCell: ManyInputLayer {
  public static let inputCounts = 1...2
  private let weights: CellWeights

  /// A cell from rows of `inputs` numbers to states of `units` numbers.
  public init(_ inputs: Int, _ units: Int) throws {
    weights = try CellWeights("gru", inputs, units, gates: 3)
  }

  public func declare(_ state: inout StateDeclaration) { weights.declare(&state) }

  public func callAsFunction(_ inputs: [Tensor], _ pass: Pass) throws -> [Tensor] {
    let state = try weights.state(inputs.dropFirst().first, for: inputs[0], "gru")
    return [
      try inputs[0].gruStep(
        state: state, inputWeights: weights.ofInput.input, stateWeights: weights.ofState.input,
        inputBias: weights.inputBias.input, stateBias: weights.stateBias.input)
    ]
  }
}

/// Long short-term memory (Hochreiter and Schmidhuber 1997), PyTorch's `nn.LSTMCell`.
///
/// Takes x, the state and the cell's memory; gives the next state and memory.
public final class LSTMCell: ManyInputLayer {
  public static let inputCounts = 1...3
  private let weights: CellWeights

  /// A cell from rows of `inputs` numbers to states of `units` numbers.
  public init(_ inputs: Int, _ units: Int) throws {
    weights = try CellWeights("lstm", inputs, units, gates: 4)
  }

  public func declare(_ state: inout StateDeclaration) { weights.declare(&state) }

  public func callAsFunction(_ inputs: [Tensor], _ pass: Pass) throws -> [Tensor] {
    let x = inputs[0]
    let state = try weights.state(inputs.count > 1 ? inputs[1] : nil, for: x, "lstm")
    let memory = try weights.state(inputs.count > 2 ? inputs[2] : nil, for: x, "lstm")
    let gates = try weights.gates(x, state)
    let units = weights.units
    func gate(_ number: Int) throws -> Tensor { try gates.sliced(1, number * units..<(number + 1) * units) }
    let kept = try gate(1).sigmoid() * memory
    let next = try kept + gate(0).sigmoid() * gate(2).tanh()
    return [try gate(3).sigmoid() * next.tanh(), next]
  }
}
