import NeuralNet

/// A layer as data: what a script composes, and what a model file keeps, so that it loads without the script.
public indirect enum LayerDescription: Codable, Sendable, Equatable {
  /// - Parameter padding: zeros on each side; nil pads so that stride 1 keeps the size.
  case convolution(
    inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int?, dilation: Int, groups: Int, bias: Bool
  )
  case batchNorm(channels: Int)
  case activation(Activation)
  case maxPool(kernel: Int, stride: Int, padding: Int)
  case averagePool(kernel: Int, stride: Int, padding: Int)
  case dropout(probability: Float)
  /// Channels scaled by a gate computed from their means.
  case squeezeExcite(channels: Int, squeezed: Int, activation: Activation, gate: Activation)
  case sequential([LayerDescription])
  /// The body's result plus the input, which passes through `shortcut` where that is given; then `activation`.
  case residual(body: LayerDescription, shortcut: LayerDescription?, activation: Activation)
  /// The results of several layers on the same input, one after the other along the channels.
  case concatenation([LayerDescription])

  /// What a script calls it.
  var word: String {
    switch self {
    case .convolution: "conv"
    case .batchNorm: "batch_norm"
    case .activation(let activation): activation.word
    case .maxPool: "max_pool"
    case .averagePool: "avg_pool"
    case .dropout: "dropout"
    case .squeezeExcite: "squeeze_excite"
    case .sequential: "sequential"
    case .residual: "residual"
    case .concatenation: "concat"
    }
  }

  /// The layers it is made of.
  var parts: [LayerDescription] {
    switch self {
    case .sequential(let layers), .concatenation(let layers): layers
    case .residual(let body, let shortcut, _): [body] + (shortcut.map { [$0] } ?? [])
    default: []
    }
  }
}

extension Activation {
  /// The name in scripts.
  public var word: String {
    switch self {
    case .hardSwish: "hard_swish"
    case .hardSigmoid: "hard_sigmoid"
    default: rawValue
    }
  }
}

/// The size of a feature map: C×h×w.
public struct MapSize: Sendable, Equatable, CustomStringConvertible {
  public var channels: Int
  public var height: Int
  public var width: Int

  public init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  public var description: String { "\(channels)×\(height)×\(width)" }
}

extension LayerDescription: CustomStringConvertible {
  /// As a script would compose it: `sequential{conv(3, 16), batch_norm(16), relu}`.
  public var description: String {
    switch self {
    case .convolution(let inputs, let outputs, let kernel, let stride, _, _, let groups, _):
      "conv(\(inputs), \(outputs), \(kernel)×\(kernel)" + (stride > 1 ? ", stride \(stride)" : "")
        + (groups > 1 ? ", groups \(groups)" : "") + ")"
    case .batchNorm(let channels): "batch_norm(\(channels))"
    case .activation: word
    case .maxPool(let kernel, _, _), .averagePool(let kernel, _, _): "\(word)(\(kernel))"
    case .dropout(let probability): "dropout(\(probability))"
    case .squeezeExcite(let channels, let squeezed, _, _): "squeeze_excite(\(channels), \(squeezed))"
    case .sequential, .residual, .concatenation:
      word + "{" + parts.map(\.description).joined(separator: ", ") + "}"
    }
  }
}
