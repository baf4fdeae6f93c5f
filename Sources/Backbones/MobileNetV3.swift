import NeuralNet
import Tensor

/// MobileNetV3-Large (Howard et al. 2019); timm's keys.
public final class MobileNetV3: Backbone {
  /// A row of the table of inverted residuals.
  struct Row: Sendable {
    let kernel, stride, expanded, outputs: Int
    /// Channels inside squeeze-and-excite; nil leaves it out.
    let squeezed: Int?
    let activation: Activation
  }

  public let featureCount = 1280
  public let mapChannels: Int
  private let stem: Conv2d
  private let stemNorm: BatchNorm2d
  private let groups: [Sequential]
  private let head: Conv2d
  private let dropout = Dropout(0.2)
  private let classifier: LinearLayer

  /// - Parameters:
  ///   - stemChannels: outputs of the stem and of the depthwise-separable block after it.
  ///   - rows: inverted residuals, grouped as timm numbers them.
  ///   - mapChannels: outputs of the last 1×1 convolution.
  init(stemChannels: Int, rows: [[Row]], mapChannels: Int, classes: Int) throws {
    self.mapChannels = mapChannels
    stem = try Conv2d(3, stemChannels, kernel: 3, stride: 2)
    stemNorm = try BatchNorm2d(stemChannels, activation: .hardSwish)
    var channels = stemChannels
    var groups = [Sequential([try DepthwiseSeparable(stemChannels, stemChannels, activation: .relu)])]
    for group in rows {
      groups.append(
        Sequential(
          try group.map { row in
            let block = try InvertedResidual(channels, row)
            channels = row.outputs
            return block
          }))
    }
    groups.append(Sequential([try ConvNormActivation(channels, mapChannels)]))
    self.groups = groups
    head = try Conv2d(mapChannels, featureCount, kernel: 1, bias: true)
    classifier = try LinearLayer(featureCount, classes)
  }

  public func declare(_ state: inout StateDeclaration) {
    state.child("conv_stem", stem)
    state.child("bn1", stemNorm)
    for (index, group) in groups.enumerated() { state.child("blocks.\(index)", group) }
    state.child("conv_head", head)
    state.child("classifier", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    var map = try stemNorm(stem(images, pass), pass)
    for group in groups { map = try group(map, pass) }
    // B×C×1×1 → B×1280
    let pooled = try map.mean([2, 3], keepingAxes: true)
    let features = try head(pooled, pass).hardSwish().flattened(from: 1)
    return Encoding(features: features, map: map)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor {
    try classifier(dropout(features, pass), pass)
  }

  static let defaults = GlanceFocusDefaults(
    policyEncoder: .convolution, policyUnits: 256, classifier: .cascade, auxiliaryWeight: 5,
    trainsGlobalEncoder: false)

  private static func relu(_ k: Int, _ s: Int, _ expanded: Int, _ outputs: Int, _ squeezed: Int? = nil) -> Row
  {
    Row(kernel: k, stride: s, expanded: expanded, outputs: outputs, squeezed: squeezed, activation: .relu)
  }

  private static func swish(_ k: Int, _ s: Int, _ expanded: Int, _ outputs: Int, _ squeezed: Int? = nil)
    -> Row
  {
    Row(
      kernel: k, stride: s, expanded: expanded, outputs: outputs, squeezed: squeezed, activation: .hardSwish)
  }

  static let entries: [BackboneEntry] = [
    BackboneEntry(
      name: "mobilenetv3_large_100", family: "MobileNetV3", summary: "MobileNetV3-Large, width 1.0",
      stride: 32,
      patchSize: 96, defaults: defaults, keyMaps: ownKeyMaps,
      build: {
        try MobileNetV3(
          stemChannels: 16,
          rows: [
            [relu(3, 2, 64, 24), relu(3, 1, 72, 24)],
            [relu(5, 2, 72, 40, 24), relu(5, 1, 120, 40, 32), relu(5, 1, 120, 40, 32)],
            [swish(3, 2, 240, 80), swish(3, 1, 200, 80), swish(3, 1, 184, 80), swish(3, 1, 184, 80)],
            [swish(3, 1, 480, 112, 120), swish(3, 1, 672, 112, 168)],
            [swish(5, 2, 672, 160, 168), swish(5, 1, 960, 160, 240), swish(5, 1, 960, 160, 240)],
          ], mapChannels: 960, classes: $0)
      })
  ]
}

/// Depthwise 3×3 and pointwise 1×1 with a shortcut where shapes allow.
final class DepthwiseSeparable: Layer {
  private let depthwise, pointwise: Conv2d
  private let norm1, norm2: BatchNorm2d
  private let hasShortcut: Bool

  init(_ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1, activation: Activation) throws {
    depthwise = try Conv2d(
      inputs, inputs, kernel: kernel, stride: stride, groups: inputs,
      initializer: .kaimingNormalFanOut(groups: inputs))
    norm1 = try BatchNorm2d(inputs, activation: activation)
    pointwise = try Conv2d(inputs, outputs, kernel: 1)
    norm2 = try BatchNorm2d(outputs)
    hasShortcut = stride == 1 && inputs == outputs
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv_dw", depthwise)
    state.child("bn1", norm1)
    state.child("conv_pw", pointwise)
    state.child("bn2", norm2)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let y = try norm2(pointwise(norm1(depthwise(x, pass), pass), pass), pass)
    return hasShortcut ? try y + x : y
  }
}

/// 1×1 expansion, depthwise, squeeze-and-excite, 1×1 projection, with a shortcut where shapes allow.
final class InvertedResidual: Layer {
  private let expand, depthwise, project: Conv2d
  private let norm1, norm2, norm3: BatchNorm2d
  private let excite: SqueezeExcite?
  private let hasShortcut: Bool

  init(_ inputs: Int, _ row: MobileNetV3.Row) throws {
    expand = try Conv2d(inputs, row.expanded, kernel: 1)
    norm1 = try BatchNorm2d(row.expanded, activation: row.activation)
    depthwise = try Conv2d(
      row.expanded, row.expanded, kernel: row.kernel, stride: row.stride, groups: row.expanded,
      initializer: .kaimingNormalFanOut(groups: row.expanded))
    norm2 = try BatchNorm2d(row.expanded, activation: row.activation)
    excite = try row.squeezed.map {
      try SqueezeExcite(row.expanded, squeezed: $0, activation: .relu, gate: .hardSigmoid)
    }
    project = try Conv2d(row.expanded, row.outputs, kernel: 1)
    norm3 = try BatchNorm2d(row.outputs)
    hasShortcut = row.stride == 1 && inputs == row.outputs
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv_pw", expand)
    state.child("bn1", norm1)
    state.child("conv_dw", depthwise)
    state.child("bn2", norm2)
    state.child("se", excite)
    state.child("conv_pwl", project)
    state.child("bn3", norm3)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    var y = try norm1(expand(x, pass), pass)
    y = try norm2(depthwise(y, pass), pass)
    if let excite { y = try excite(y, pass) }
    y = try norm3(project(y, pass), pass)
    return hasShortcut ? try y + x : y
  }
}

/// 1×1 convolution, batch norm, h-swish.
final class ConvNormActivation: Layer {
  private let conv: Conv2d
  private let norm: BatchNorm2d

  init(_ inputs: Int, _ outputs: Int) throws {
    conv = try Conv2d(inputs, outputs, kernel: 1)
    norm = try BatchNorm2d(outputs, activation: .hardSwish)
  }

  func declare(_ state: inout StateDeclaration) {
    state.child("conv", conv)
    state.child("bn1", norm)
  }

  func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor { try norm(conv(x, pass), pass) }
}
