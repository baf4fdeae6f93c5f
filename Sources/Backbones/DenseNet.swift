import NeuralNet
import Tensor

/// DenseNet-BC (Huang et al. 2017) with growth 32, bottleneck 4 and compression ½, under torchvision's keys.
public final class DenseNet: Backbone {
  static let growth = 32
  static let bottleneck = 4

  public let featureCount: Int
  public var mapChannels: Int { featureCount }
  private let stem: Conv2d
  private let stemNorm: BatchNorm2d
  private let blocks: [[DenseLayer]]
  private let transitions: [Transition]
  private let norm: BatchNorm2d
  private let classifier: Linear

  /// `depths` has the number of layers of each of the four dense blocks.
  init(depths: [Int], classes: Int) throws {
    var channels = 2 * Self.growth
    stem = try Conv2d(3, channels, kernel: 7, stride: 2)
    stemNorm = try BatchNorm2d(channels, activation: .relu)
    var blocks: [[DenseLayer]] = []
    var transitions: [Transition] = []
    for (index, depth) in depths.enumerated() {
      blocks.append(try (0..<depth).map { try DenseLayer(channels + $0 * Self.growth) })
      channels += depth * Self.growth
      if index < depths.count - 1 {
        transitions.append(try Transition(channels, channels / 2))
        channels /= 2
      }
    }
    self.blocks = blocks
    self.transitions = transitions
    norm = try BatchNorm2d(channels, activation: .relu)
    classifier = try Linear(channels, classes)
    featureCount = channels
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("features.conv0", stem)
    state.child("features.norm0", stemNorm)
    for (number, layers) in blocks.enumerated() {
      for (index, layer) in layers.enumerated() {
        state.child("features.denseblock\(number + 1).denselayer\(index + 1)", layer)
      }
      if number < transitions.count {
        state.child("features.transition\(number + 1)", transitions[number])
      }
    }
    state.child("features.norm5", norm)
    state.child("classifier", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    var x = try stemNorm(stem(images, pass), pass)
    x = try x.maxPooled2d(kernel: (3, 3), stride: (2, 2), padding: (1, 1))
    for (number, layers) in blocks.enumerated() {
      for layer in layers { x = try Tensor.concatenated([x, layer(x, pass)], axis: 1) }
      if number < transitions.count { x = try transitions[number](x, pass) }
    }
    let map = try norm(x, pass)
    return Encoding(features: try map.globalAveragePooled(), map: map)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor { try classifier(features, pass) }

  private static func entry(_ layers: Int, _ depths: [Int]) -> BackboneEntry {
    BackboneEntry(
      "densenet\(layers)", family: "DenseNet", summary: "densely connected network, \(layers) layers",
      pooledStride: 8, keys: .torchvision, keyMaps: keyMaps,
      build: { try DenseNet(depths: depths, classes: $0) })
  }

  static let entries: [BackboneEntry] = [
    entry(121, [6, 12, 24, 16]), entry(169, [6, 12, 32, 32]), entry(201, [6, 12, 48, 32]),
  ]
}

extension DenseNet {
  /// timm and the paper's authors use torchvision's keys.
  static let keyMaps: [KeyMap] = [
    .same("authors"), KeyMap("torchvision", torchvision), KeyMap("timm", torchvision),
  ]

  /// Weights published before 2018 have a dot inside the names of a dense layer's parts.
  private static let torchvision =
    [KeyMap.Rule("features.*.*", "features.*.*")].each([
      KeyMap.Rule("norm.1", "norm1"), KeyMap.Rule("conv.1", "conv1"), KeyMap.Rule("norm.2", "norm2"),
      KeyMap.Rule("conv.2", "conv2"),
    ]) + [KeyMap.Rule("", "")]
}

/// What a layer adds to its inputs: norm, 1×1 to four times the growth, norm, 3×3 to the growth.
private final class DenseLayer: Layer {
  private let norm1, norm2: BatchNorm2d
  private let conv1, conv2: Conv2d

  init(_ inputs: Int) throws {
    let inner = DenseNet.growth * DenseNet.bottleneck
    norm1 = try BatchNorm2d(inputs, activation: .relu)
    conv1 = try Conv2d(inputs, inner, kernel: 1)
    norm2 = try BatchNorm2d(inner, activation: .relu)
    conv2 = try Conv2d(inner, DenseNet.growth, kernel: 3)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("norm1", norm1)
    state.child("conv1", conv1)
    state.child("norm2", norm2)
    state.child("conv2", conv2)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try conv2(norm2(conv1(norm1(x, pass), pass), pass), pass)
  }
}

/// What stands between two blocks: norm, 1×1 to half the channels, 2×2 average.
private final class Transition: Layer {
  private let norm: BatchNorm2d
  private let conv: Conv2d

  init(_ inputs: Int, _ outputs: Int) throws {
    norm = try BatchNorm2d(inputs, activation: .relu)
    conv = try Conv2d(inputs, outputs, kernel: 1)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("norm", norm)
    state.child("conv", conv)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    try conv(norm(x, pass), pass).averagePooled2d(kernel: (2, 2))
  }
}
