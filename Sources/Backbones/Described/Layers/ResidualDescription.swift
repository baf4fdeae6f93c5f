import NeuralNet
import Tensor

/// The body's result plus the input, which passes through `shortcut` where that is given; then `activation`.
struct ResidualDescription: DescribedLayer {
  private enum Key {
    static let body = LayerKey<LayerDescription>("body", "the layer")
    static let shortcut = LayerKey<LayerDescription?>(
      "shortcut", "what the input passes through; left out: nothing")
    static let activation = LayerKey<Activation>("activation", "after the sum", default: .identity)
  }

  static let storedName = "residual"
  static let forms = [
    LayerForm(
      "residual", "The result of a layer plus its input.", [Key.body, Key.shortcut, Key.activation],
      example: [
        "body": .layer(LayerExample("conv", ["inputs": 8, "outputs": 8])), "activation": "relu",
      ],
      make: { try Self($0) })
  ]

  let body: LayerDescription
  let shortcut: LayerDescription?
  let activation: Activation

  private init(_ arguments: LayerArguments) throws {
    body = try arguments[Key.body]
    shortcut = try arguments[Key.shortcut]
    activation = try arguments[Key.activation]
  }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    let result = try place.size(ofPart: body, "body", for: input)
    var passed = input
    if let shortcut { passed = try place.size(ofPart: shortcut, "shortcut", for: input) }
    guard result == passed else {
      throw place.error(
        "the body gives \(result), the \(shortcut == nil ? "input is" : "shortcut gives") \(passed)")
    }
    return result
  }

  func build() throws -> any Layer { try build(of: LayerParts()) }

  func build(of parts: LayerParts) throws -> any Layer {
    ResidualLayer(body: try parts(body), shortcut: try shortcut.map { try parts($0) }, activation: activation)
  }

  var description: String {
    name + "{" + ([body] + (shortcut.map { [$0] } ?? [])).map { $0.description }.joined(separator: ", ") + "}"
  }
}

/// A body with a shortcut around it.
private final class ResidualLayer: Layer {
  private let body: any Layer
  private let shortcut: (any Layer)?
  private let activation: Activation

  init(body: any Layer, shortcut: (any Layer)?, activation: Activation) {
    self.body = body
    self.shortcut = shortcut
    self.activation = activation
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("body", body)
    state.child("shortcut", shortcut)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let y = try body(x, pass)
    return try activation(y + (shortcut?(x, pass) ?? x))
  }
}
