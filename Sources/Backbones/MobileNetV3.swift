import NeuralNet
import Tensor

/// MobileNetV3, large and small (Howard et al. 2019); timm's keys.
///
/// `tf_mobilenetv3_*` is how the weights published for TensorFlow want it: padding "same", batch-norm ε 1e-3.
public final class MobileNetV3: Backbone {
  /// What tells one network from another.
  struct Plan: Sendable {
    let stem: Int
    let rows: [[InvertedResidualRow]]
    /// Channels of the last 1×1 convolution before the pool: the map that the policy reads.
    let map: Int
    /// Features after the pool.
    let head: Int
    var style = MobileNetV3.style

    /// - Parameters:
    ///   - rows: the table at width 1.
    ///   - width: factor of all channels but the features'.
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
  private let classifier: LinearLayer

  static let style = InvertedResidualStyle(
    squeezed: { _, expanded in roundedChannels(Double(expanded) / 4) }, squeezeActivation: .relu,
    gate: .hardSigmoid)

  init(_ plan: Plan, classes: Int) throws {
    trunk = try InvertedResidualTrunk(stem: plan.stem, .hardSwish, plan.rows, plan.style)
    last = Sequential([try ConvNormActivation(trunk.outputs, plan.map, .hardSwish, plan.style)])
    head = try Conv2d(plan.map, plan.head, kernel: 1, bias: true)
    classifier = try LinearLayer(plan.head, classes)
    featureCount = plan.head
    mapChannels = plan.map
  }

  public func declare(_ state: inout StateDeclaration) {
    trunk.declare(&state)
    state.child("blocks.\(trunk.groups)", last)
    state.child("conv_head", head)
    state.child("classifier", classifier)
  }

  public func encode(_ images: Tensor, _ pass: Pass) throws -> Encoding {
    let map = try last(trunk(images, pass), pass)
    // B×C×1×1 → B×D
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

  /// (kernel, stride, expansion, outputs) at width 1.
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
    _ size: String, percent: Int, patchSize: Int = 96, tensorFlow: Bool = false
  ) -> BackboneEntry {
    let width = Double(percent) / 100
    var plan =
      size == "large"
      ? Plan(large, map: 960, head: 1280, width: width) : Plan(small, map: 576, head: 1024, width: width)
    if tensorFlow { plan.style = plan.style.asTensorFlow }
    let digits = percent < 100 ? "0\(percent)" : "\(percent)"
    return BackboneEntry(
      "\(tensorFlow ? "tf_" : "")mobilenetv3_\(size)_\(digits)", family: "MobileNetV3",
      summary: "MobileNetV3-\(size), width \(width)" + (tensorFlow ? ", TensorFlow's padding and ε" : ""),
      patchSize: patchSize, defaults: .mobile, keys: .timm,
      keyMaps: tensorFlow ? [.same("timm")] : keyMaps(plan, percent: percent),
      build: { [plan] in try MobileNetV3(plan, classes: $0) })
  }

  static let entries: [BackboneEntry] = [
    entry("small", percent: 75),
    entry("small", percent: 100),
    entry("large", percent: 75),
    entry("large", percent: 100),
    entry("large", percent: 125, patchSize: 128),
    entry("small", percent: 75, tensorFlow: true),
    entry("small", percent: 100, tensorFlow: true),
    entry("large", percent: 75, tensorFlow: true),
    entry("large", percent: 100, tensorFlow: true),
  ]
}
