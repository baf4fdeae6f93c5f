import NeuralNet
import Tensor

/// ShuffleNetV2 (Ma et al. 2018), under torchvision's keys.
public final class ShuffleNetV2: Backbone {
  public let featureCount = 1024
  public var mapChannels: Int { featureCount }
  private let stem, head: Sequential
  private let stages: [[ShuffleUnit]]
  private let classifier: Linear

  /// `widths` has the channels of the three stages.
  init(widths: [Int], classes: Int) throws {
    var channels = 24
    stem = Sequential([
      try Conv2d(3, channels, kernel: 3, stride: 2), try BatchNorm2d(channels, activation: .relu),
    ])
    stages = try zip(widths, [4, 8, 4]).map { width, depth in
      try (0..<depth).map { index in
        defer { channels = width }
        return try index == 0 ? ShuffleUnit(halving: channels, width) : ShuffleUnit(width)
      }
    }
    head = Sequential([
      try Conv2d(channels, featureCount, kernel: 1), try BatchNorm2d(featureCount, activation: .relu),
    ])
    classifier = try Linear(featureCount, classes)
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("conv1", stem)
    for (stage, units) in stages.enumerated() {
      for (index, unit) in units.enumerated() { state.child("stage\(stage + 2).\(index)", unit) }
    }
    state.child("conv5", head)
    state.child("fc", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    var x = try stem(images, pass)
    x = try x.maxPooled2d(kernel: (3, 3), stride: (2, 2), padding: (1, 1))
    for unit in stages.joined() { x = try unit(x, pass) }
    let map = try head(x, pass)
    return Encoding(features: try map.globalAveragePooled(), map: map)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor { try classifier(features, pass) }

  private static func entry(_ width: String, _ widths: [Int]) -> BackboneEntry {
    BackboneEntry(
      "shufflenet_v2_x\(width.replacing(".", with: "_"))", family: "ShuffleNetV2",
      summary: "ShuffleNetV2, width \(width)", keys: .torchvision, keyMaps: keyMaps,
      build: { try ShuffleNetV2(widths: widths, classes: $0) })
  }

  static let entries: [BackboneEntry] = [
    entry("0.5", [48, 96, 192]), entry("1.0", [116, 232, 464]),
  ]
}

extension ShuffleNetV2 {
  /// timm has no such network.
  static let keyMaps: [KeyMap] = [.same("torchvision")]
}

/// Half the channels pass, half go through 1×1, depthwise, 1×1; then both halves are interleaved.
///
/// The first unit of a stage halves the map: both branches see all channels.
private final class ShuffleUnit: Layer {
  private let passing: Sequential?
  private let branch: Sequential
  private let order: [Int]

  init(_ width: Int) throws {
    passing = nil
    branch = try Self.branch(width / 2, width / 2, stride: 1)
    order = interleaved(width, groups: 2)
  }

  init(halving inputs: Int, _ width: Int) throws {
    passing = Sequential([
      try Conv2d(inputs, inputs, kernel: 3, stride: 2, groups: inputs), try BatchNorm2d(inputs),
      try Conv2d(inputs, width / 2, kernel: 1), try BatchNorm2d(width / 2, activation: .relu),
    ])
    branch = try Self.branch(inputs, width / 2, stride: 2)
    order = interleaved(width, groups: 2)
  }

  private static func branch(_ inputs: Int, _ outputs: Int, stride: Int) throws -> Sequential {
    Sequential([
      try Conv2d(inputs, outputs, kernel: 1), try BatchNorm2d(outputs, activation: .relu),
      // torchvision numbers the activation, which the batch norm has done.
      ActivationLayer(.identity),
      try Conv2d(outputs, outputs, kernel: 3, stride: stride, groups: outputs), try BatchNorm2d(outputs),
      try Conv2d(outputs, outputs, kernel: 1), try BatchNorm2d(outputs, activation: .relu),
    ])
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("branch1", passing)
    state.child("branch2", branch)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let left: Tensor
    let right: Tensor
    if let passing {
      (left, right) = (try passing(x, pass), try branch(x, pass))
    } else {
      let half = x.shape[1] / 2
      left = try x.sliced(1, 0..<half)
      right = try branch(x.sliced(1, half..<2 * half), pass)
    }
    return try Tensor.concatenated([left, right], axis: 1).indexSelected(1, order)
  }
}

/// The order of channels that takes one from each of `groups` equal runs in turn.
func interleaved(_ channels: Int, groups: Int) -> [Int] {
  (0..<channels).map { $0 % groups * (channels / groups) + $0 / groups }
}
