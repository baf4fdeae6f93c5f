import NeuralNet
import Tensor

/// The stem and the blocks of a mobile network, under timm's keys: `conv_stem`, `bn1`, `blocks.<group>.<block>`.
final class InvertedResidualTrunk: Layer {
  /// The channels of the last block.
  let outputs: Int
  let groups: Int
  private let stem: Conv2d
  private let stemNorm: BatchNorm2d
  private let blocks: [Sequential]

  /// Makes the blocks of the table `rows`, which is grouped as timm numbers them.
  init(
    stem stemChannels: Int, _ stemActivation: Activation, _ rows: [[InvertedResidualRow]],
    _ style: InvertedResidualStyle, shift: TemporalShiftOptions? = nil
  ) throws {
    stem = try Conv2d(3, stemChannels, kernel: 3, stride: 2, padding: style.padding)
    stemNorm = try style.norm(stemChannels, stemActivation)
    let total = Self.kinds(rows).count
    var made = 0
    var channels = stemChannels
    blocks = try rows.map { group in
      var layers: [any Layer] = []
      for row in group {
        for index in 0..<row.repeats {
          let stride = index == 0 ? row.stride : 1
          let drop = style.dropConnect * Float(made) / Float(total)
          if let expansion = row.expansion {
            // Frames exchange channels where there is a shortcut.
            let shift = stride == 1 && channels == row.outputs ? shift : nil
            layers.append(
              shift.shifting(
                try InvertedResidual(
                  channels, expanded: roundedChannels(Double(channels) * expansion), row, stride: stride,
                  style, dropConnect: drop, shift: shift), at: .block))
          } else {
            layers.append(
              try DepthwiseSeparable(channels, row, stride: stride, style, dropConnect: drop))
          }
          channels = row.outputs
          made += 1
        }
      }
      return Sequential(layers)
    }
    outputs = channels
    groups = rows.count
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv_stem", stem)
    state.child("bn1", stemNorm)
    for (index, group) in blocks.enumerated() { state.child("blocks.\(index)", group) }
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var map = try stemNorm(stem(x, pass), pass)
    for group in blocks { map = try group(map, pass) }
    return map
  }

  /// What there is of a block of a table: its key, and which layers it has.
  struct Kind {
    let key: String
    let expands, excites: Bool
  }

  /// The blocks of a table in the order of evaluation.
  static func kinds(_ rows: [[InvertedResidualRow]]) -> [Kind] {
    rows.enumerated().flatMap { group, rows in
      rows.flatMap { Array(repeating: $0, count: $0.repeats) }.enumerated().map { index, row in
        Kind(key: "blocks.\(group).\(index)", expands: row.expansion != nil, excites: row.excites)
      }
    }
  }
}

/// A 1×1 convolution, a batch norm and an activation, under timm's keys.
final class ConvNormActivation: Layer {
  private let conv: Conv2d
  private let norm: BatchNorm2d

  init(_ inputs: Int, _ outputs: Int, _ activation: Activation, _ style: InvertedResidualStyle) throws {
    conv = try Conv2d(inputs, outputs, kernel: 1)
    norm = try style.norm(outputs, activation)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv", conv)
    state.child("bn1", norm)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try norm(conv(x, pass), pass) }
}

/// A mobile network that ends with a 1×1 convolution before the pool: MobileNetV2, EfficientNet, EfficientNet-Lite.
public final class InvertedResidualNetwork: Backbone {
  /// What tells one network from another.
  struct Blueprint: Sendable {
    let stem: Int
    let rows: [[InvertedResidualRow]]
    let head: Int
    let activation: Activation
    let dropout: Float
    let style: InvertedResidualStyle
  }

  public let featureCount: Int
  public let clipFrames: Int?
  public var mapChannels: Int { featureCount }
  private let trunk: InvertedResidualTrunk
  private let head: Conv2d
  private let headNorm: BatchNorm2d
  private let dropout: Dropout
  private let classifier: Linear

  init(_ blueprint: Blueprint, shift: TemporalShiftOptions? = nil, classes: Int) throws {
    clipFrames = shift?.frames
    trunk = try InvertedResidualTrunk(
      stem: blueprint.stem, blueprint.activation, blueprint.rows, blueprint.style, shift: shift)
    head = try Conv2d(trunk.outputs, blueprint.head, kernel: 1)
    headNorm = try blueprint.style.norm(blueprint.head, blueprint.activation)
    dropout = Dropout(blueprint.dropout)
    classifier = try Linear(blueprint.head, classes)
    featureCount = blueprint.head
  }

  public func declare(_ state: inout StateDeclaration) {
    trunk.declare(&state)
    state.child("conv_head", head)
    state.child("bn2", headNorm)
    state.child("classifier", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    let map = try headNorm(head(trunk(images, pass), pass), pass)
    return Encoding(features: try map.globalAveragePooled(), map: map)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor {
    try classifier(dropout(features, pass), pass)
  }
}
