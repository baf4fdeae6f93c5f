import NeuralNet
import Tensor

/// RegNetY (Radosavovic et al. 2020), grouped 3×3 convolutions with squeeze-and-excite, under pycls' keys, which the
/// paper's authors use.
public final class RegNetY: Backbone {
  /// What tells one network from another.
  struct Blueprint: Sendable {
    /// The channels per group of the 3×3 convolutions.
    let groupWidth: Int
    let widths, depths: [Int]
  }

  static let stemChannels = 32

  public let featureCount: Int
  public var mapChannels: Int { featureCount }
  private let stem: Conv2d
  private let stemNorm: BatchNorm2d
  private let stages: [[RegNetBlock]]
  private let classifier: Linear

  init(_ blueprint: Blueprint, classes: Int) throws {
    var channels = Self.stemChannels
    stem = try Conv2d(3, channels, kernel: 3, stride: 2)
    stemNorm = try BatchNorm2d(channels, activation: .relu)
    stages = try zip(blueprint.widths, blueprint.depths).map { width, depth in
      try (0..<depth).map { index in
        defer { channels = width }
        return try RegNetBlock(
          channels, width, stride: index == 0 ? 2 : 1, groups: width / blueprint.groupWidth)
      }
    }
    classifier = try Linear(channels, classes, initializer: .normal(standardDeviation: 0.01))
    featureCount = channels
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("stem.conv", stem)
    state.child("stem.bn", stemNorm)
    for (stage, blocks) in stages.enumerated() {
      for (index, block) in blocks.enumerated() { state.child("s\(stage + 1).b\(index + 1)", block) }
    }
    state.child("fc", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    var x = try stemNorm(stem(images, pass), pass)
    for block in stages.joined() { x = try block(x, pass) }
    return Encoding(features: try x.globalAveragePooled(), map: x)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor { try classifier(features, pass) }

  private static func entry(_ name: String, _ groupWidth: Int, _ widths: [Int], _ depths: [Int])
    -> BackboneEntry
  {
    let blueprint = Blueprint(groupWidth: groupWidth, widths: widths, depths: depths)
    return BackboneEntry(
      "regnety_\(name)", family: "RegNetY",
      summary: "RegNetY-\(name.uppercased().replacing("M", with: "MF").replacing("G", with: "GF"))",
      keys: .pycls, keyMaps: keyMaps(name, blueprint),
      build: { try RegNetY(blueprint, classes: $0) })
  }

  static let entries: [BackboneEntry] = [
    entry("400m", 8, [48, 104, 208, 440], [1, 3, 6, 6]),
    entry("600m", 16, [48, 112, 256, 608], [1, 3, 7, 4]),
    entry("800m", 16, [64, 128, 320, 768], [1, 3, 8, 2]),
    entry("1.6g", 24, [48, 120, 336, 888], [2, 6, 17, 2]),
  ]
}

extension RegNetY {
  /// torchvision's 800MF has other widths, and it has no 600MF.
  static func keyMaps(_ name: String, _ blueprint: Blueprint) -> [KeyMap] {
    let both: [KeyMap] = [.same("authors"), KeyMap("timm", timm)]
    return ["400m", "1.6g"].contains(name) ? both + [KeyMap("torchvision", torchvision(blueprint))] : both
  }

  private static let timm =
    [KeyMap.Rule("stem", "stem"), KeyMap.Rule("head.fc", "fc")]
    + [KeyMap.Rule("*.*", "*.*")].each([
      KeyMap.Rule("conv1.conv", "f.a"), KeyMap.Rule("conv1.bn", "f.a_bn"),
      KeyMap.Rule("conv2.conv", "f.b"), KeyMap.Rule("conv2.bn", "f.b_bn"),
      KeyMap.Rule("se.fc1", "f.se.f_ex.0"), KeyMap.Rule("se.fc2", "f.se.f_ex.2"),
      KeyMap.Rule("conv3.conv", "f.c"), KeyMap.Rule("conv3.bn", "f.c_bn"),
      KeyMap.Rule("downsample.conv", "proj"), KeyMap.Rule("downsample.bn", "bn"),
    ])

  /// torchvision numbers the blocks of a stage from 0.
  private static func torchvision(_ blueprint: Blueprint) -> [KeyMap.Rule] {
    [
      KeyMap.Rule("stem.0", "stem.conv"), KeyMap.Rule("stem.1", "stem.bn"), KeyMap.Rule("fc", "fc"),
    ]
      + blueprint.depths.enumerated().flatMap { stage, depth in
        (0..<depth).flatMap { block in
          [
            KeyMap.Rule(
              "trunk_output.block\(stage + 1).block\(stage + 1)-\(block)", "s\(stage + 1).b\(block + 1)")
          ].each([
            KeyMap.Rule("proj.0", "proj"), KeyMap.Rule("proj.1", "bn"),
            KeyMap.Rule("f.a.0", "f.a"), KeyMap.Rule("f.a.1", "f.a_bn"),
            KeyMap.Rule("f.b.0", "f.b"), KeyMap.Rule("f.b.1", "f.b_bn"),
            KeyMap.Rule("f.se.fc1", "f.se.f_ex.0"), KeyMap.Rule("f.se.fc2", "f.se.f_ex.2"),
            KeyMap.Rule("f.c.0", "f.c"), KeyMap.Rule("f.c.1", "f.c_bn"),
          ])
        }
      }
  }
}

/// A block of 1×1, grouped 3×3, squeeze-and-excite and 1×1 with a shortcut.
private final class RegNetBlock: Layer {
  private let conv1, conv2, conv3: Conv2d
  private let norm1, norm2, norm3: BatchNorm2d
  private let excite: SqueezeExcite
  private let projection: Conv2d?
  private let projectionNorm: BatchNorm2d?

  init(_ inputs: Int, _ width: Int, stride: Int, groups: Int) throws {
    let projects = stride != 1 || inputs != width
    projection = projects ? try Conv2d(inputs, width, kernel: 1, stride: stride) : nil
    projectionNorm = projects ? try BatchNorm2d(width) : nil
    conv1 = try Conv2d(inputs, width, kernel: 1)
    norm1 = try BatchNorm2d(width, activation: .relu)
    conv2 = try Conv2d(width, width, kernel: 3, stride: stride, groups: groups)
    norm2 = try BatchNorm2d(width, activation: .relu)
    // It is a quarter of the block's input, not of its width.
    excite = try SqueezeExcite(
      width, squeezed: Int((Double(inputs) / 4).rounded()), activation: .relu, gate: .sigmoid,
      keys: ("f_ex.0", "f_ex.2"))
    conv3 = try Conv2d(width, width, kernel: 1)
    norm3 = try BatchNorm2d(width)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("proj", projection)
    state.child("bn", projectionNorm)
    state.child("f.a", conv1)
    state.child("f.a_bn", norm1)
    state.child("f.b", conv2)
    state.child("f.b_bn", norm2)
    state.child("f.se", excite)
    state.child("f.c", conv3)
    state.child("f.c_bn", norm3)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = try norm1(conv1(x, pass), pass)
    y = try excite(norm2(conv2(y, pass), pass), pass)
    y = try norm3(conv3(y, pass), pass)
    var shortcut = x
    if let projection, let projectionNorm { shortcut = try projectionNorm(projection(x, pass), pass) }
    return try (y + shortcut).relu()
  }
}
