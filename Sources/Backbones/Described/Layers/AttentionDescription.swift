import NeuralNet

/// Multi-head attention.
struct AttentionDescription: DescribedLayer {
  private enum Key {
    static let features = LayerKey<Int>(
      "features", "features of a row, or channels of a map", in: LayerLimits.channels)
    static let heads = LayerKey<Int>("heads", "the features are split into so many", in: LayerLimits.channels)
  }

  static let storedName = "attention"
  static let forms = [
    LayerForm(
      "attention",
      "Multi-head attention, PyTorch's nn.MultiheadAttention with batch_first: of batch × length × features, or of the "
        + "pixels of a map.",
      [Key.features, Key.heads], example: ["features": 16, "heads": 4], make: { try Self($0) })
  ]

  let features, heads: Int

  private init(_ arguments: LayerArguments) throws {
    features = try arguments[Key.features]
    heads = try arguments[Key.heads]
  }

  var problem: String? {
    if let found = Key.features.problem(features) ?? Key.heads.problem(heads) { return found }
    return features % heads == 0 ? nil : "\(features) features cannot be split into \(heads) heads"
  }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    try place.expect(features, in: input)
    return input
  }

  func build() throws -> any Layer { try MultiHeadAttention(features, heads: heads) }

  var description: String { "\(name)(\(features), heads \(heads))" }
}
