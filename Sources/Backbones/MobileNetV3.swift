import NeuralNet
import Tensor

/// MobileNetV3, large and small (Howard et al. 2019), under timm's keys.
///
/// `tf_mobilenetv3_*` is how the weights published for TensorFlow want it, with padding "same" and a
/// batch-norm ε of 1e-3.
public final class MobileNetV3: Backbone {
  /// What tells one network from another.
  struct Blueprint: Sendable {
    let stem: Int
    let rows: [[InvertedResidualRow]]
    /// The channels of the last 1×1 convolution before the pool, whose map the policy reads.
    let map: Int
    /// The number of features after the pool.
    let head: Int
    var style = MobileNetV3.style

    /// Takes the table at width 1; `width` is the factor of all channels but the features'.
    init(_ rows: [[InvertedResidualRow]], map: Int, head: Int, width: Double) {
      func scaled(_ channels: Int) -> Int { roundedChannels(Double(channels) * width) }
      stem = scaled(16)
      self.rows = rows.map { group in
        group.map {
          InvertedResidualRow(
            $0.kernel, $0.stride, expansion: $0.expansion, scaled($0.outputs), excites: $0.excites,
            $0.activation, repeats: $0.repeats)
        }
      }
      self.map = scaled(map)
      self.head = head
    }
  }

  public let featureCount: Int
  public let mapChannels: Int
  private let trunk: InvertedResidualTrunk
  private let last: Sequential
  private let head: Conv2d
  private let dropout = Dropout(0.2)
  private let classifier: Linear

  static let style = InvertedResidualStyle(
    squeezed: { _, expanded in roundedChannels(Double(expanded) / 4) }, squeezeActivation: .relu,
    gate: .hardSigmoid)

  init(_ blueprint: Blueprint, classes: Int) throws {
    trunk = try InvertedResidualTrunk(stem: blueprint.stem, .hardSwish, blueprint.rows, blueprint.style)
    last = Sequential([try ConvNormActivation(trunk.outputs, blueprint.map, .hardSwish, blueprint.style)])
    head = try Conv2d(blueprint.map, blueprint.head, kernel: 1, bias: true)
    classifier = try Linear(blueprint.head, classes)
    featureCount = blueprint.head
    mapChannels = blueprint.map
  }

  public func declare(_ state: inout StateDeclaration) {
    trunk.declare(&state)
    state.child("blocks.\(trunk.groups)", last)
    state.child("conv_head", head)
    state.child("classifier", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    let map = try last(trunk(images, pass), pass)
    // The pooled map is B×C×1×1, the features are B×D.
    let pooled = try map.mean([2, 3], keepingAxes: true)
    let features = try head(pooled, pass).hardSwish().flattened(from: 1)
    return Encoding(features: features, map: map)
  }

  public func classify(_ features: Tensor, _ pass: Pass) throws -> Tensor {
    try classifier(dropout(features, pass), pass)
  }

  private static func row(
    _ kernel: Int, _ stride: Int, _ expansion: Double?, _ outputs: Int, excites: Bool = false,
    _ activation: Activation, repeats: Int = 1
  ) -> InvertedResidualRow {
    InvertedResidualRow(
      kernel, stride, expansion: expansion, outputs, excites: excites, activation, repeats: repeats)
  }

  /// The table of (kernel, stride, expansion, outputs) at width 1.
  static let large: [[InvertedResidualRow]] = [
    [row(3, 1, nil, 16, .relu)],
    [row(3, 2, 4, 24, .relu), row(3, 1, 3, 24, .relu)],
    [row(5, 2, 3, 40, excites: true, .relu, repeats: 3)],
    [
      row(3, 2, 6, 80, .hardSwish), row(3, 1, 2.5, 80, .hardSwish),
      row(3, 1, 2.3, 80, .hardSwish, repeats: 2),
    ],
    [row(3, 1, 6, 112, excites: true, .hardSwish, repeats: 2)],
    [row(5, 2, 6, 160, excites: true, .hardSwish, repeats: 3)],
  ]

  static let small: [[InvertedResidualRow]] = [
    [row(3, 2, nil, 16, excites: true, .relu)],
    [row(3, 2, 4.5, 24, .relu), row(3, 1, 3.67, 24, .relu)],
    [row(5, 2, 4, 40, excites: true, .hardSwish), row(5, 1, 6, 40, excites: true, .hardSwish, repeats: 2)],
    [row(5, 1, 3, 48, excites: true, .hardSwish, repeats: 2)],
    [row(5, 2, 6, 96, excites: true, .hardSwish, repeats: 3)],
  ]

  private static func entry(
    _ size: String, percent: Int, tensorFlow: Bool = false
  ) -> BackboneEntry {
    let width = Double(percent) / 100
    var blueprint =
      size == "large"
      ? Blueprint(large, map: 960, head: 1280, width: width)
      : Blueprint(small, map: 576, head: 1024, width: width)
    if tensorFlow { blueprint.style = blueprint.style.asTensorFlow }
    let digits = percent < 100 ? "0\(percent)" : "\(percent)"
    return BackboneEntry(
      "\(tensorFlow ? "tf_" : "")mobilenetv3_\(size)_\(digits)", family: "MobileNetV3",
      summary: "MobileNetV3-\(size), width \(width)" + (tensorFlow ? ", TensorFlow's padding and ε" : ""),
      keys: .timm,
      keyMaps: tensorFlow ? [.same("timm")] : keyMaps(blueprint, percent: percent),
      build: { [blueprint] in try MobileNetV3(blueprint, classes: $0) })
  }

  static let entries: [BackboneEntry] = [
    entry("small", percent: 75),
    entry("small", percent: 100),
    entry("large", percent: 75),
    entry("large", percent: 100),
    entry("large", percent: 125),
    entry("small", percent: 75, tensorFlow: true),
    entry("small", percent: 100, tensorFlow: true),
    entry("large", percent: 75, tensorFlow: true),
    entry("large", percent: 100, tensorFlow: true),
  ]
}

extension MobileNetV3 {
  /// The paper's authors use timm's keys. torchvision has the networks of width 1.
  static func keyMaps(_ blueprint: Blueprint, percent: Int) -> [KeyMap] {
    let own: [KeyMap] = [.same("authors"), .same("timm")]
    guard percent == 100 else { return own }
    // torchvision's batch norms use ε 1e-3.
    return own + [KeyMap("torchvision", torchvision(blueprint), varianceShift: 1e-3 - 1e-5)]
  }

  private static func torchvision(_ blueprint: Blueprint) -> [KeyMap.Rule] {
    let kinds = InvertedResidualTrunk.kinds(blueprint.rows)
    let last = "blocks.\(blueprint.rows.count).0"
    return [
      KeyMap.Rule("features.0.0", "conv_stem"), KeyMap.Rule("features.0.1", "bn1"),
      KeyMap.Rule("features.\(kinds.count + 1).0", last + ".conv"),
      KeyMap.Rule("features.\(kinds.count + 1).1", last + ".bn1"),
      // What is a linear layer there is a 1×1 convolution here.
      KeyMap.Rule("classifier.0", "conv_head"), KeyMap.Rule("classifier.3", "classifier"),
    ]
      + kinds.enumerated().flatMap { index, kind in
        [KeyMap.Rule("features.\(index + 1)", kind.key)].each(InvertedResidualKeys.torchvision(kind))
      }
  }
}
