import NeuralNet
import Tensor

/// Residual networks for small inputs: the last map is an eighth of the input's side.
///
/// 48-pixel patches keep a 6×6 map, fine enough for a policy to locate by; 32× encoders would leave 2×2.
/// Keys follow torchvision's ResNet.
public final class TinyResNet: Backbone {
  public let featureCount: Int
  public var mapChannels: Int { featureCount }
  private let stem: Conv2d
  private let stemNorm: BatchNorm2d
  private let stages: [Sequential]
  private let classifier: LinearLayer

  /// - Parameters:
  ///   - width: channels of the first stage; the next two have twice and four times as many.
  ///   - depths: blocks in the three stages.
  public init(width: Int, depths: [Int], classes: Int) throws {
    let stemWidth = max(16, width / 2)
    stem = try Conv2d(3, stemWidth, kernel: 3, stride: 2, padding: 1)
    stemNorm = try BatchNorm2d(stemWidth, activation: .relu)
    var channels = stemWidth
    stages = try depths.enumerated().map { stage, depth in
      let outputs = width << stage
      return Sequential(
        try (0..<depth).map { block in
          let made = try BasicBlock(channels, outputs, stride: stage > 0 && block == 0 ? 2 : 1)
          channels = outputs
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
    for stage in stages { x = try stage(x, pass) }
    return Encoding(features: try x.globalAveragePooled(), map: x)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor { try classifier(features, pass) }

  static let defaults = GlanceFocusDefaults(
    policyEncoder: .convolution, policyUnits: 256, classifier: .recurrent, classifierUnits: 256,
    auxiliaryWeight: 1, trainsGlobalEncoder: true)

  private static func entry(_ name: String, width: Int, depths: [Int]) -> BackboneEntry {
    BackboneEntry(
      name: name, family: "ResNet-tiny",
      summary: "residual network for 48-pixel patches, widths \(width), \(2 * width), \(4 * width), "
        + "blocks \(depths.map(String.init).joined(separator: ", "))",
      stride: 8, patchSize: 48, defaults: defaults, keyMaps: [],
      build: { try TinyResNet(width: width, depths: depths, classes: $0) })
  }

  static let entries: [BackboneEntry] = [
    entry("resnet_tiny_16", width: 16, depths: [1, 1, 1]),
    entry("resnet_tiny_24", width: 24, depths: [1, 1, 1]),
    entry("resnet_tiny_32", width: 32, depths: [1, 1, 1]),
    entry("resnet_tiny_32d", width: 32, depths: [1, 2, 2]),
  ]
}

/// Two 3×3 convolutions with a shortcut.
final class BasicBlock: Layer {
  private let conv1, conv2: Conv2d
  private let norm1, norm2: BatchNorm2d
  private let shortcut: Sequential?

  init(_ inputs: Int, _ outputs: Int, stride: Int) throws {
    conv1 = try Conv2d(inputs, outputs, kernel: 3, stride: stride, padding: 1)
    norm1 = try BatchNorm2d(outputs, activation: .relu)
    conv2 = try Conv2d(outputs, outputs, kernel: 3, padding: 1)
    norm2 = try BatchNorm2d(outputs)
    shortcut = try Bottleneck.projection(inputs, outputs, stride)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv1", conv1)
    state.child("bn1", norm1)
    state.child("conv2", conv2)
    state.child("bn2", norm2)
    state.child("downsample", shortcut)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = try norm1(conv1(x, pass), pass)
    y = try norm2(conv2(y, pass), pass)
    return try (y + (shortcut?(x, pass) ?? x)).relu()
  }
}
