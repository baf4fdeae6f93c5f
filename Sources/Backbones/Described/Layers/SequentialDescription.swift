import NeuralNet

/// Layers one after another.
struct SequentialDescription: DescribedLayer {
  private enum CodingKeys: String, CodingKey { case layers = "_0" }

  private enum Key {
    static let layers = LayerKey<[LayerDescription]>("layers", "the layers")
  }

  static let storedName = "sequential"
  static let forms = [
    LayerForm(
      "sequential", "Layers one after another.", [Key.layers],
      example: [
        "layers": .layers([LayerExample("conv", ["inputs": 3, "outputs": 8]), LayerExample("relu")])
      ],
      make: { try Self($0) })
  ]

  let layers: [LayerDescription]

  private init(_ arguments: LayerArguments) throws { layers = try arguments[Key.layers] }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    var size = input
    for (index, layer) in layers.enumerated() {
      size = try place.size(ofPart: layer, String(index + 1), for: size)
    }
    return size
  }

  func build() throws -> any Layer { try build(of: LayerParts()) }

  func build(of parts: LayerParts) throws -> any Layer { Sequential(try layers.map { try parts($0) }) }

  var description: String { name + "{" + layers.map { $0.description }.joined(separator: ", ") + "}" }
}
