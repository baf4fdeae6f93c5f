import NeuralNet

/// Batch normalisation.
struct BatchNormDescription: DescribedLayer {
  private enum Key {
    static let channels = LayerKey<Int>("channels", "channels of the input", in: LayerLimits.channels)
  }

  static let storedName = "batchNorm"
  static let forms = [
    LayerForm(
      "batch_norm", "Batch normalisation, PyTorch's nn.BatchNorm2d.", [Key.channels],
      example: ["channels": 16], make: { try Self($0) })
  ]

  let channels: Int

  private init(_ arguments: LayerArguments) throws { channels = try arguments[Key.channels] }

  var problem: String? { Key.channels.problem(channels) }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    try place.expect(channels, in: input)
    return input
  }

  func build() throws -> any Layer { try BatchNorm2d(channels) }

  var description: String { "\(name)(\(channels))" }
}
