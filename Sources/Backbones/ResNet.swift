import NeuralNet
import Tensor

/// Residual networks (He et al. 2016), under torchvision's keys.
///
/// A stem is followed by stages of residual blocks, each of which doubles the channels and, but for the
/// first, halves the map.
public final class ResNet: Backbone {
  /// What tells one residual network from another.
  struct Blueprint: Sendable {
    enum Block { case basic, bottleneck }

    let block: Block
    /// The number of blocks in each stage.
    let depths: [Int]
    /// The channels of the first stage, before a bottleneck's expansion.
    var width = 64
    var stemChannels = 64
    var stemKernel = 7
    /// Whether a 3×3 max-pool of stride 2 follows the stem.
    var pools = true

    /// Of how many blocks of a stage one has a temporal shift: in deep networks every second one, where it stands on the
    /// residual branch.
    func shiftEvery(_ shift: TemporalShiftOptions?) -> Int {
      shift?.place == .residual && depths.count > 2 && depths[2] >= 23 ? 2 : 1
    }
  }

  public let featureCount: Int
  public let clipFrames: Int?
  public var mapChannels: Int { featureCount }
  private let stem: Conv2d
  private let stemNorm: BatchNorm2d
  private let pools: Bool
  private let stages: [Sequential]
  private let classifier: Linear

  init(_ blueprint: Blueprint, shift: TemporalShiftOptions? = nil, classes: Int) throws {
    stem = try Conv2d(3, blueprint.stemChannels, kernel: blueprint.stemKernel, stride: 2)
    stemNorm = try BatchNorm2d(blueprint.stemChannels, activation: .relu)
    pools = blueprint.pools
    var channels = blueprint.stemChannels
    clipFrames = shift?.frames
    let shiftEvery = blueprint.shiftEvery(shift)
    stages = try blueprint.depths.enumerated().map { stage, depth in
      let width = blueprint.width << stage
      return Sequential(
        try (0..<depth).map { index in
          let stride = stage > 0 && index == 0 ? 2 : 1
          let inputs = channels
          let shift = index % shiftEvery == 0 ? shift : nil
          switch blueprint.block {
          case .basic:
            channels = width
            return shift.shifting(
              try BasicBlock(inputs, width, stride: stride, shift: shift), at: .block)
          case .bottleneck:
            channels = width * Bottleneck.expansion
            return shift.shifting(
              try Bottleneck(inputs, width: width, stride: stride, shift: shift), at: .block)
          }
        })
    }
    featureCount = channels
    classifier = try Linear(channels, classes)
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("conv1", stem)
    state.child("bn1", stemNorm)
    for (index, stage) in stages.enumerated() { state.child("layer\(index + 1)", stage) }
    state.child("fc", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    var x = try stemNorm(stem(images, pass), pass)
    if pools { x = try x.maxPooled2d(kernel: (3, 3), stride: (2, 2), padding: (1, 1)) }
    for stage in stages { x = try stage(x, pass) }
    return Encoding(features: try x.globalAveragePooled(), map: x)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor { try classifier(features, pass) }

  private static func entry(_ layers: Int, _ block: Blueprint.Block, _ depths: [Int]) -> BackboneEntry {
    let blueprint = Blueprint(block: block, depths: depths)
    return BackboneEntry(
      "resnet\(layers)", family: "ResNet",
      summary: "residual network, \(layers) layers, \(block) blocks",
      keys: .torchvision, keyMaps: keyMaps,
      lookalikes: (others[layers] ?? []).map {
        .init($0.name, keys: ["torchvision", "timm"], $0.difference)
      },
      shifted: BackboneEntry.ShiftedForm(keyMap: shiftedKeys(blueprint)) {
        try ResNet(blueprint, shift: $1, classes: $0)
      },
      build: { try ResNet(blueprint, classes: $0) })
  }

  private static let blurs = "blurs where it takes every second pixel"
  private static let caffe = "has the stride on the first 1×1 convolution of a block"

  /// timm's networks with blurs, and those that were trained with Caffe.
  private static let others: [Int: [(name: String, difference: String)]] = [
    18: [("resnetblur18", blurs)],
    50: [
      ("resnetblur50", blurs), ("resnetaa50", "averages where it takes every second pixel"),
      ("resnet50_caffe", caffe),
    ],
    101: [("resnet101_caffe", caffe)],
  ]

  static let entries: [BackboneEntry] = [
    entry(18, .basic, [2, 2, 2, 2]),
    entry(34, .basic, [3, 4, 6, 3]),
    entry(50, .bottleneck, [3, 4, 6, 3]),
    entry(101, .bottleneck, [3, 4, 23, 3]),
  ]
}

extension ResNet {
  /// timm and the paper's authors use torchvision's keys for residual networks.
  static let keyMaps: [KeyMap] = [.same("authors"), .same("torchvision"), .same("timm")]

  /// TSM wraps what a shift stands before, and puts a classifier of its own in the place of torchvision's.
  static func shiftedKeys(_ blueprint: Blueprint) -> KeyMap {
    let stages = blueprint.depths.indices.map { "layer\($0 + 1)" }
    let wrapped = stages.flatMap { stage in
      [
        KeyMap.Rule("base_model.\(stage).*.net", "\(stage).*"),
        KeyMap.Rule("base_model.\(stage).*.conv1.net", "\(stage).*.conv1"),
      ]
    }
    return KeyMap(
      KeyMap.temporalShift, wrapped + [KeyMap.Rule("new_fc", "fc"), KeyMap.Rule("base_model", "")])
  }
}
