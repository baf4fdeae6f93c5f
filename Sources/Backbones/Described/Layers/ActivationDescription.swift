import NeuralNet

/// A function of each element. Each function is a form of its own, without parameters.
struct ActivationDescription: DescribedLayer {
  private enum CodingKeys: String, CodingKey { case activation = "_0" }

  static let storedName = "activation"
  static let forms = Activation.all.filter { $0 != .identity }.map { activation in
    LayerForm(
      activation.layerName, "The function \(activation.layerName) of each element.",
      make: { _ in Self(activation: activation) })
  }

  let activation: Activation

  var name: String { activation.layerName }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize { input }

  func build() throws -> any Layer { ActivationLayer(activation) }

  var description: String { name }
}

extension Activation {
  /// The function's name among layers, words separated by an underscore: `hard_swish`.
  var layerName: String {
    name.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
  }
}
