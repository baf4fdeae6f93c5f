import NeuralNet
import Tensor

/// Residual networks with bottleneck blocks (He et al. 2016), stride on the 3×3; torchvision's keys.
public final class ResNet: Backbone {
  public let featureCount: Int
  public var mapChannels: Int { featureCount }
  private let stem: Conv2d
  private let stemNorm: BatchNorm2d
  private let stages: [Sequential]
  private let classifier: LinearLayer

  /// - Parameter depths: blocks in the four stages.
  public init(depths: [Int], classes: Int) throws {
    stem = try Conv2d(3, 64, kernel: 7, stride: 2, padding: 3)
    stemNorm = try BatchNorm2d(64, activation: .relu)
    var channels = 64
    stages = try depths.enumerated().map { stage, depth in
      let width = 64 << stage
      return Sequential(
        try (0..<depth).map { block in
          let made = try Bottleneck(channels, width: width, stride: stage > 0 && block == 0 ? 2 : 1)
          channels = width * Bottleneck.expansion
          return made
        })
    }
    featureCount = channels
    classifier = try LinearLayer(channels, classes)
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("conv1", stem)
    state.child("bn1", stemNorm)
    for (index, stage) in stages.enumerated() { state.child("layer\(index + 1)", stage) }
    state.child("fc", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    var x = try stemNorm(stem(images, pass), pass)
    x = try x.maxPooled2d(kernel: (3, 3), stride: (2, 2), padding: (1, 1))
    for stage in stages { x = try stage(x, pass) }
    return Encoding(features: try x.globalAveragePooled(), map: x)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor { try classifier(features, pass) }

  static let defaults = GlanceFocusDefaults(
    policyEncoder: .linear, policyUnits: 1024, classifier: .recurrent, auxiliaryWeight: 1,
    trainsGlobalEncoder: true)

  static let entries: [BackboneEntry] = [
    BackboneEntry(
      name: "resnet50", family: "ResNet", summary: "residual network, 50 layers, bottleneck blocks",
      stride: 32,
      patchSize: 96, defaults: defaults, keyMaps: keyMaps,
      build: { try ResNet(depths: [3, 4, 6, 3], classes: $0) })
  ]
}

/// 1×1, 3×3, 1×1 with a shortcut.
final class Bottleneck: Layer {
  static let expansion = 4
  private let conv1, conv2, conv3: Conv2d
  private let norm1, norm2, norm3: BatchNorm2d
  private let shortcut: Sequential?

  init(_ inputs: Int, width: Int, stride: Int) throws {
    let outputs = width * Self.expansion
    conv1 = try Conv2d(inputs, width, kernel: 1)
    norm1 = try BatchNorm2d(width, activation: .relu)
    conv2 = try Conv2d(width, width, kernel: 3, stride: stride, padding: 1)
    norm2 = try BatchNorm2d(width, activation: .relu)
    conv3 = try Conv2d(width, outputs, kernel: 1)
    norm3 = try BatchNorm2d(outputs)
    shortcut = try Self.projection(inputs, outputs, stride)
  }

  /// A projection where the shape changes; nil is the identity.
  static func projection(_ inputs: Int, _ outputs: Int, _ stride: Int) throws -> Sequential? {
    guard stride != 1 || inputs != outputs else { return nil }
    return Sequential([
      try Conv2d(inputs, outputs, kernel: 1, stride: stride, padding: 0), try BatchNorm2d(outputs),
    ])
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv1", conv1)
    state.child("bn1", norm1)
    state.child("conv2", conv2)
    state.child("bn2", norm2)
    state.child("conv3", conv3)
    state.child("bn3", norm3)
    state.child("downsample", shortcut)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = try norm1(conv1(x, pass), pass)
    y = try norm2(conv2(y, pass), pass)
    y = try norm3(conv3(y, pass), pass)
    return try (y + (shortcut?(x, pass) ?? x)).relu()
  }
}
