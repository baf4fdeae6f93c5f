extension LayerDescription {
  /// Sizes beyond these are mistakes, or a hostile file's.
  static let channelLimit = 65_536
  static let windowLimit = 256
  static let depthLimit = 64
  /// Layers of one network, those inside others included; a layer that stands at several places counts at each.
  static let countLimit = 10_000

  /// What is wrong with the layer's own numbers, whatever it is applied to; nil where nothing is.
  var problem: String? {
    func outside(_ name: String, _ value: Int, _ limits: ClosedRange<Int>) -> String? {
      limits.contains(value)
        ? nil : "\(name) is \(value), expected \(limits.lowerBound) to \(limits.upperBound)"
    }
    let (channels, window) = (1...Self.channelLimit, 1...Self.windowLimit)
    switch self {
    case .convolution(
      let inputs, let outputs, let kernel, let stride, let padding, let dilation, let groups, _):
      let found =
        outside("inputs", inputs, channels) ?? outside("outputs", outputs, channels)
        ?? outside("kernel", kernel, window) ?? outside("stride", stride, window)
        ?? outside("dilation", dilation, window) ?? outside("padding", padding ?? 0, 0...Self.windowLimit)
      if let found { return found }
      return groups > 0 && inputs % groups == 0 && outputs % groups == 0
        ? nil : "\(inputs) and \(outputs) channels cannot be split into \(groups) groups"
    case .batchNorm(let count): return outside("channels", count, channels)
    case .activation, .sequential, .residual: return nil
    case .maxPool(let kernel, let stride, let padding), .averagePool(let kernel, let stride, let padding):
      return outside("kernel", kernel, window) ?? outside("stride", stride, window)
        ?? outside("padding (at most half the kernel)", padding, 0...kernel / 2)
    case .dropout(let probability):
      return probability >= 0 && probability < 1
        ? nil : "probability is \(probability.isNaN ? "nan" : "\(probability)"), expected from 0 to below 1"
    case .squeezeExcite(let count, let squeezed, _, _):
      return outside("channels", count, channels) ?? outside("squeezed", squeezed, channels)
    case .concatenation(let branches): return branches.isEmpty ? "needs at least one layer" : nil
    }
  }
}

/// A layer whose numbers and extent were checked when it was composed.
///
/// A layer can stand at several places of another, so a few of them describe a network of any size: whoever walks one
/// needs to know before how large it is. The limit of the depth also bounds how deep its release goes.
public struct ComposedLayer: Sendable {
  public let description: LayerDescription
  /// Layers in all, those inside others included.
  public let count: Int
  private let depth: Int

  /// - Parameter parts: the layers that `description` is made of.
  /// - Throws: ``LayerError``, without the layer's name.
  public init(_ description: LayerDescription, of parts: [ComposedLayer] = []) throws(LayerError) {
    if let problem = description.problem { throw LayerError(problem) }
    depth = (parts.map(\.depth).max() ?? -1) + 1
    guard depth <= LayerDescription.depthLimit else {
      throw LayerError("layers are nested more than \(LayerDescription.depthLimit) deep")
    }
    // Each part has at most `countLimit`, and a list that Lua holds cannot overflow the sum.
    count = parts.reduce(1) { $0 + $1.count }
    guard count <= LayerDescription.countLimit else {
      throw LayerError(
        "would be \(count) layers, those inside others included; a network has at most \(LayerDescription.countLimit)"
      )
    }
    self.description = description
  }
}
