import NeuralNet

/// A learned vector for each place.
struct PositionalEmbeddingDescription: DescribedLayer {
  private enum Key {
    static let channels = LayerKey<Int>(
      "channels", "channels of the map, or features of a row", in: LayerLimits.channels)
    static let height = LayerKey<Int>("height", "rows of the map; 1 for a sequence", in: 1...1024)
    static let width = LayerKey<Int>("width", "columns of the map; the length of a sequence", in: 1...1024)
  }

  static let storedName = "positionalEmbedding"
  static let forms = [
    LayerForm(
      "positional_embedding",
      "Adds a learned vector for each place of a map, or of a sequence of height · width rows.",
      [Key.channels, Key.height, Key.width], example: ["channels": 16, "height": 6, "width": 6],
      make: { try Self($0) })
  ]

  let channels, height, width: Int

  private init(_ arguments: LayerArguments) throws {
    channels = try arguments[Key.channels]
    height = try arguments[Key.height]
    width = try arguments[Key.width]
  }

  var problem: String? {
    Key.channels.problem(channels) ?? Key.height.problem(height) ?? Key.width.problem(width)
  }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    try place.expect(channels, in: input)
    guard place.anySide || input.height == height && input.width == width else {
      throw place.error("is made for \(channels)×\(height)×\(width), gets \(input)")
    }
    return input
  }

  func build() throws -> any Layer { try PositionalEmbedding(channels, height: height, width: width) }

  var description: String { "\(name)(\(channels), \(height), \(width))" }
}
