import NeuralNet
import Tensor

/// The results of several layers on the same input, one after the other along the channels.
struct ConcatenationDescription: DescribedLayer {
  private enum CodingKeys: String, CodingKey { case branches = "_0" }

  private enum Key {
    static let layers = LayerKey<[LayerDescription]>("layers", "the layers")
  }

  static let storedName = "concatenation"
  static let forms = [
    LayerForm(
      "concat", "Layers on the same input, their results one after the other along the channels.",
      [Key.layers],
      example: [
        "layers": .layers([
          LayerExample("conv", ["inputs": 8, "outputs": 8, "kernel": 1]),
          LayerExample("conv", ["inputs": 8, "outputs": 8]),
        ])
      ],
      make: { try Self($0) })
  ]

  let branches: [LayerDescription]

  private init(_ arguments: LayerArguments) throws { branches = try arguments[Key.layers] }

  var problem: String? { branches.isEmpty ? "needs at least one layer" : nil }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    var size = try place.size(ofPart: branches[0], "1", for: input)
    for (index, branch) in branches.enumerated().dropFirst() {
      let next = try place.size(ofPart: branch, String(index + 1), for: input)
      guard next.height == size.height, next.width == size.width else {
        throw place.error(
          "layer \(index + 1) gives \(next), the first \(size): heights and widths must agree")
      }
      size.channels += next.channels
    }
    let most = LayerLimits.channels.upperBound
    guard size.channels <= most else { throw place.error("more than \(most) channels") }
    return size
  }

  func build() throws -> any Layer { try build(of: LayerParts()) }

  func build(of parts: LayerParts) throws -> any Layer {
    ConcatenationLayer(try branches.map { try parts($0) })
  }

  var description: String { name + "{" + branches.map { $0.description }.joined(separator: ", ") + "}" }
}

/// Branches on one input, joined along the channels.
private final class ConcatenationLayer: Layer {
  private let branches: [any Layer]

  init(_ branches: [any Layer]) { self.branches = branches }

  func declare(_ state: inout StateDeclaration) {
    for (index, branch) in branches.enumerated() { state.child(String(index), branch) }
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try Tensor.concatenated(branches.map { try $0(x, pass) }, axis: 1)
  }
}
