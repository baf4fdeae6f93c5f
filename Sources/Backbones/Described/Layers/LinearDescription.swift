import NeuralNet

/// A linear layer on features, or on maps of one pixel.
struct LinearDescription: DescribedLayer {
  private enum Key {
    static let inputs = LayerKey<Int>("inputs", "features of the input", in: LayerLimits.channels)
    static let outputs = LayerKey<Int>("outputs", "features of the result", in: LayerLimits.channels)
    static let bias = LayerKey<Bool>("bias", "adds a number per feature", default: true)
  }

  static let storedName = "linear"
  static let forms = [
    LayerForm(
      "linear", "A linear layer on the last axis, PyTorch's nn.Linear.", [Key.inputs, Key.outputs, Key.bias],
      example: ["inputs": 10, "outputs": 5], make: { try Self($0) })
  ]

  let inputs, outputs: Int
  let bias: Bool

  private init(_ arguments: LayerArguments) throws {
    inputs = try arguments[Key.inputs]
    outputs = try arguments[Key.outputs]
    bias = try arguments[Key.bias]
  }

  var problem: String? { Key.inputs.problem(inputs) ?? Key.outputs.problem(outputs) }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    guard place.anySide || input.height == 1 && input.width == 1 else {
      throw place.error("takes features, gets a map of \(input); flatten or pool it first")
    }
    try place.expect(inputs, in: input)
    var result = input
    result.channels = outputs
    return result
  }

  func build() throws -> any Layer { try Linear(inputs, outputs, bias: bias) }

  var description: String { "\(name)(\(inputs), \(outputs))" }
}
