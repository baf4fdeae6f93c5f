import NeuralNet

/// Channels scaled by a gate computed from their means.
struct SqueezeExciteDescription: DescribedLayer {
  private enum Key {
    static let channels = LayerKey<Int>("channels", "channels of the input", in: LayerLimits.channels)
    static let squeezed = LayerKey<Int?>(
      "squeezed", "channels in between; left out: a quarter, at least 1", in: LayerLimits.channels)
    static let activation = LayerKey<Activation>("activation", "in between", default: .relu)
    static let gate = LayerKey<Activation>("gate", "of the gate", default: .sigmoid)
  }

  static let storedName = "squeezeExcite"
  static let forms = [
    LayerForm(
      "squeeze_excite", "Scales each channel by a gate computed from the means of all.",
      [Key.channels, Key.squeezed, Key.activation, Key.gate],
      example: ["channels": 16, "squeezed": 4], make: { try Self($0) })
  ]

  let channels, squeezed: Int
  let activation, gate: Activation

  private init(_ arguments: LayerArguments) throws {
    let channels = try arguments[Key.channels]
    self.channels = channels
    squeezed = try arguments[Key.squeezed] ?? max(channels / 4, 1)
    activation = try arguments[Key.activation]
    gate = try arguments[Key.gate]
  }

  var problem: String? { Key.channels.problem(channels) ?? Key.squeezed.problem(squeezed) }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    try place.expect(channels, in: input)
    return input
  }

  func build() throws -> any Layer {
    try SqueezeExcite(channels, squeezed: squeezed, activation: activation, gate: gate)
  }

  var description: String { "\(name)(\(channels), \(squeezed))" }
}
