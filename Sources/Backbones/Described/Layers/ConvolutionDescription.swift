import NeuralNet

/// A 2-D convolution.
struct ConvolutionDescription: DescribedLayer {
  private enum Key {
    static let inputs = LayerKey<Int>("inputs", "channels of the input", in: LayerLimits.channels)
    static let outputs = LayerKey<Int>("outputs", "channels of the result", in: LayerLimits.channels)
    static let kernel = LayerKey<Int>("kernel", "side of the window", default: 3, in: LayerLimits.window)
    static let stride = LayerKey<Int>(
      "stride", "pixels from one window to the next", default: 1, in: LayerLimits.window)
    static let padding = LayerKey<Int?>(
      "padding", "zeros on each side; left out: so many that stride 1 keeps the size",
      in: LayerLimits.padding)
    static let dilation = LayerKey<Int>(
      "dilation", "pixels from one weight to the next", default: 1, in: LayerLimits.window)
    static let groups = LayerKey<Int>(
      "groups", "channels are split into so many; inputs: depthwise", default: 1)
    static let bias = LayerKey<Bool>("bias", "adds a number per channel", default: false)
  }

  static let storedName = "convolution"
  static let forms = [
    LayerForm(
      "conv", "A 2-D convolution, PyTorch's nn.Conv2d.",
      [
        Key.inputs, Key.outputs, Key.kernel, Key.stride, Key.padding, Key.dilation, Key.groups, Key.bias,
      ],
      example: ["inputs": 3, "outputs": 16, "kernel": 3, "stride": 2],
      make: { try Self($0) })
  ]

  let inputs, outputs: Int
  let kernel, stride: Int
  /// Zeros on each side; nil pads so that stride 1 keeps the size.
  let padding: Int?
  let dilation: Int
  let groups: Int
  let bias: Bool

  private init(_ arguments: LayerArguments) throws {
    inputs = try arguments[Key.inputs]
    outputs = try arguments[Key.outputs]
    kernel = try arguments[Key.kernel]
    stride = try arguments[Key.stride]
    padding = try arguments[Key.padding]
    dilation = try arguments[Key.dilation]
    groups = try arguments[Key.groups]
    bias = try arguments[Key.bias]
  }

  var problem: String? {
    let found =
      Key.inputs.problem(inputs) ?? Key.outputs.problem(outputs) ?? Key.kernel.problem(kernel)
      ?? Key.stride.problem(stride) ?? Key.dilation.problem(dilation) ?? Key.padding.problem(padding ?? 0)
    if let found { return found }
    return groups > 0 && inputs % groups == 0 && outputs % groups == 0
      ? nil : "\(inputs) and \(outputs) channels cannot be split into \(groups) groups"
  }

  func size(for input: MapSize, at place: LayerPlace) throws(LayerError) -> MapSize {
    try place.expect(inputs, in: input)
    let reach = dilation * (kernel - 1)
    return try place.windowed(
      input, channels: outputs, span: reach + 1, stride: stride,
      padding: padding ?? ((stride - 1) + reach) / 2)
  }

  func build() throws -> any Layer {
    try Conv2d(
      inputs, outputs, kernel: kernel, stride: stride, padding: padding.map { .pixels($0) } ?? .symmetric,
      dilation: dilation, groups: groups, bias: bias, initializer: .kaimingNormalFanOut(groups: groups))
  }

  var description: String {
    "\(name)(\(inputs), \(outputs), \(kernel)×\(kernel)" + (stride > 1 ? ", stride \(stride)" : "")
      + (groups > 1 ? ", groups \(groups)" : "") + ")"
  }
}
