import NeuralNet

/// Layer normalisation.
struct LayerNormDescription: DescribedLayer {
  private enum Key {
    static let features = LayerKey<Int>(
      "features", "features of a row, or channels of a map", in: LayerLimits.channels)
  }

  static let storedName = "layerNorm"
  static let forms = [
    LayerForm(
      "layer_norm",
      "Layer normalisation over the last axis, PyTorch's nn.LayerNorm; of maps over the channels of each pixel.",
      [Key.features], example: ["features": 16], make: { try Self($0) })
  ]

  let features: Int

  private init(_ arguments: LayerArguments) throws { features = try arguments[Key.features] }

  var problem: String? { Key.features.problem(features) }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    try place.expect(features, in: input)
    return input
  }

  func build() throws -> any Layer { try LayerNorm(features) }

  var description: String { "\(name)(\(features))" }
}
