import NeuralNet
import Tensor

/// CondenseNet in its inference form (Huang et al. 2018), where learned groups have become an index layer and a group
/// convolution; under its authors' keys.
public final class CondenseNet: Backbone {
  static let growths = [8, 16, 32, 64, 128]
  static let depths = [4, 6, 8, 10, 8]

  public let featureCount: Int
  public var mapChannels: Int { featureCount }
  private let stem: Conv2d
  private let blocks: [[CondensedLayer]]
  private let norm: BatchNorm2d
  private let index: ChannelIndex
  private let classifier: Linear

  /// All convolutions have `groups` groups, as many as the condensation factor: every layer then reads as
  /// many channels as there are before it.
  init(groups: Int, classes: Int) throws {
    var channels = 2 * Self.growths[0]
    stem = try Conv2d(3, channels, kernel: 3, stride: 2)
    blocks = try zip(Self.growths, Self.depths).map { growth, depth in
      try (0..<depth).map { _ in
        defer { channels += growth }
        return try CondensedLayer(channels, growth: growth, groups: groups)
      }
    }
    norm = try BatchNorm2d(channels, activation: .relu)
    // The classifier reads half of the features; a fresh network takes every second.
    index = try ChannelIndex((0..<channels / 2).map { 2 * $0 })
    classifier = try Linear(channels / 2, classes)
    featureCount = channels
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("features.init_conv", stem)
    for (number, layers) in blocks.enumerated() {
      for (index, layer) in layers.enumerated() {
        state.child("features.denseblock_\(number + 1).denselayer_\(index + 1)", layer)
      }
    }
    state.child("features.norm_last", norm)
    state.child("classifier", index)
    state.child("classifier.linear", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    var x = try stem(images, pass)
    for (number, layers) in blocks.enumerated() {
      for layer in layers { x = try Tensor.concatenated([x, layer(x, pass)], axis: 1) }
      if number < blocks.count - 1 { x = try x.averagePooled2d(kernel: (2, 2)) }
    }
    let map = try norm(x, pass)
    return Encoding(features: try map.globalAveragePooled(), map: map)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor {
    try classifier(index(features, pass), pass)
  }

  private static func entry(_ name: String, groups: Int) -> BackboneEntry {
    BackboneEntry(
      name, family: "CondenseNet", summary: "CondenseNet-74, condensed, \(groups) groups", pooledStride: 16,
      keys: .authors, keyMaps: keyMaps,
      build: { try CondenseNet(groups: groups, classes: $0) })
  }

  static let entries: [BackboneEntry] = [
    entry("condensenet", groups: 4), entry("condensenet_g8", groups: 8),
  ]
}

extension CondenseNet {
  /// The keys of the converted models of its authors, which were saved from a parallel wrapper.
  static let keyMaps: [KeyMap] = [KeyMap("authors", [KeyMap.Rule("module", ""), KeyMap.Rule("", "")])]
}

/// Picks channels (axis 1) by an index that belongs to the network's state.
private final class ChannelIndex: Layer {
  private let index: Buffer

  init(_ fresh: [Int]) throws { index = try Buffer(indices: fresh) }

  func declare(_ state: inout StateDeclaration) { state.buffer("index", index) }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    // A loaded index may hold anything.
    let channels = try index.value.values().map { value in
      guard let channel = Int(exactly: value) else {
        throw TensorError("index", "\(value) is not the number of a channel")
      }
      return channel
    }
    return try x.indexSelected(1, channels)
  }
}

/// What a layer adds to its inputs: index, norm, grouped 1×1, shuffle, norm, grouped 3×3.
private final class CondensedLayer: Layer {
  private static let bottleneck = 4
  private let index: ChannelIndex
  private let norm1, norm2: BatchNorm2d
  private let conv1, conv2: Conv2d
  private let order: [Int]

  init(_ inputs: Int, growth: Int, groups: Int) throws {
    let inner = Self.bottleneck * growth
    // Every group of a fresh network reads old and new channels.
    index = try ChannelIndex(interleaved(inputs, groups: inputs / groups))
    norm1 = try BatchNorm2d(inputs, activation: .relu)
    conv1 = try Conv2d(inputs, inner, kernel: 1, groups: groups)
    norm2 = try BatchNorm2d(inner, activation: .relu)
    conv2 = try Conv2d(inner, growth, kernel: 3, groups: groups)
    order = interleaved(inner, groups: groups)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv_1", index)
    state.child("conv_1.norm", norm1)
    state.child("conv_1.conv", conv1)
    state.child("conv_2.norm", norm2)
    state.child("conv_2.conv", conv2)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let y = try conv1(norm1(index(x, pass), pass), pass).indexSelected(1, order)
    return try conv2(norm2(y, pass), pass)
  }
}
