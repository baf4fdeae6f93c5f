import NeuralNet

/// A recurrent cell. Each kind is a form of its own.
struct CellDescription: DescribedLayer {
  /// The kinds of cells.
  enum Kind: String, Codable, CaseIterable {
    case rnn, gru, lstm

    var summary: String {
      switch self {
      case .rnn: "A plain recurrent cell, PyTorch's nn.RNNCell: cell(x, state) is the next state."
      case .gru: "A gated recurrent unit, PyTorch's nn.GRUCell: cell(x, state) is the next state."
      case .lstm:
        "Long short-term memory, PyTorch's nn.LSTMCell: cell(x, state, memory) is the next state and memory."
      }
    }
  }

  private enum Key {
    static let inputs = LayerKey<Int>("inputs", "features of the input", in: LayerLimits.channels)
    static let units = LayerKey<Int>("units", "numbers of the state", in: 1...16_384)
  }

  static let storedName = "cell"
  static let forms = Kind.allCases.map { kind in
    LayerForm(
      kind.rawValue + "_cell", kind.summary, [Key.inputs, Key.units], example: ["inputs": 8, "units": 16],
      make: { try Self(kind, $0) })
  }

  let kind: Kind
  let inputs, units: Int

  private init(_ kind: Kind, _ arguments: LayerArguments) throws {
    self.kind = kind
    inputs = try arguments[Key.inputs]
    units = try arguments[Key.units]
  }

  var name: String { kind.rawValue + "_cell" }

  var problem: String? { Key.inputs.problem(inputs) ?? Key.units.problem(units) }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    guard input.isFlat else { throw place.error("takes features, gets a map of \(input); flatten it first") }
    try place.expect(inputs, in: input)
    return .features(units)
  }

  func build() throws -> any Layer {
    switch kind {
    case .rnn: try RNNCell(inputs, units)
    case .gru: try GRUCell(inputs, units)
    case .lstm: try LSTMCell(inputs, units)
    }
  }

  var description: String { "\(name)(\(inputs), \(units))" }
}
