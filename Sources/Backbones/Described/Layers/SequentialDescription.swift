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

  /// The layers in order; a batch norm takes the ReLU after it into its own pass, which costs one less.
  func build() throws -> any Layer {
    Sequential(
      try layers.indices.map { index -> any Layer in
        if let norm = batchNorm(at: index), isReLU(at: index + 1) {
          return try BatchNorm2d(norm.channels, activation: .relu)
        }
        if isReLU(at: index), batchNorm(at: index - 1) != nil {
          // This keeps the numbering, and with it the names of what follows.
          return ActivationLayer(.identity)
        }
        return try layers[index].build()
      })
  }

  private func batchNorm(at index: Int) -> BatchNormDescription? {
    layers.indices.contains(index) ? layers[index].layer as? BatchNormDescription : nil
  }

  private func isReLU(at index: Int) -> Bool {
    layers.indices.contains(index) && (layers[index].layer as? ActivationDescription)?.activation == .relu
  }

  var description: String { name + "{" + layers.map { $0.description }.joined(separator: ", ") + "}" }
}
