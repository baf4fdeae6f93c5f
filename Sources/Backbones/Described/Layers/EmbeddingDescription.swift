import NeuralNet

/// Rows of a table by their numbers.
struct EmbeddingDescription: DescribedLayer {
  private enum Key {
    static let count = LayerKey<Int>("count", "rows of the table", in: 1...1 << 24)
    static let features = LayerKey<Int>("features", "numbers of a row", in: LayerLimits.channels)
  }

  static let storedName = "embedding"
  static let forms = [
    LayerForm(
      "embedding", "Rows of a table by their 1-based numbers, PyTorch's nn.Embedding.",
      [Key.count, Key.features],
      example: ["count": 10, "features": 4], make: { try Self($0) })
  ]

  let count, features: Int

  private init(_ arguments: LayerArguments) throws {
    count = try arguments[Key.count]
    features = try arguments[Key.features]
  }

  var problem: String? { Key.count.problem(count) ?? Key.features.problem(features) }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    throw place.error("takes numbers of rows, gets a map of \(input)")
  }

  func build() throws -> any Layer { try Embedding(count, features) }

  var description: String { "\(name)(\(count), \(features))" }
}
