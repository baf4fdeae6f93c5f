import NeuralNet

/// Zeroes a share of the elements while training.
struct DropoutDescription: DescribedLayer {
  private enum Key {
    static let probability = LayerKey<Float>("probability", "the share, from 0 to below 1")
  }

  static let storedName = "dropout"
  static let forms = [
    LayerForm(
      "dropout", "While training, sets a share of the elements to 0 and scales the others up.",
      [Key.probability], example: ["probability": 0.2], make: { try Self($0) })
  ]

  let probability: Float

  private init(_ arguments: LayerArguments) throws { probability = try arguments[Key.probability] }

  var problem: String? {
    probability >= 0 && probability < 1
      ? nil : "probability is \(probability.isNaN ? "nan" : "\(probability)"), expected from 0 to below 1"
  }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize { input }

  func build() throws -> any Layer { Dropout(probability) }

  var description: String { "\(name)(\(probability))" }
}
