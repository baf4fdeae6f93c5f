import NeuralNet

/// EfficientNet-Lite, which has no squeeze-and-excite, ReLU6, and a stem and head that are not scaled; under
/// timm's keys.
///
/// There are two forms of each: as timm's `efficientnet_lite*`, and as the published TensorFlow weights want it
/// (`tf_efficientnet_lite*`), with padding "same" and a batch-norm ε of 1e-3.
enum EfficientNetLite {
  private static func rows(width: Double, depth: Double) -> [[InvertedResidualRow]] {
    let last = EfficientNet.base.count - 1
    return EfficientNet.base.enumerated().map { index, row in
      let (kernel, stride, expansion, outputs, repeats) = row
      let scaled = index == 0 || index == last ? repeats : Int((Double(repeats) * depth).rounded(.up))
      return [
        InvertedResidualRow(
          kernel, stride, expansion: expansion, roundedChannels(Double(outputs) * width), .relu6,
          repeats: scaled)
      ]
    }
  }

  private static func entry(
    _ number: Int, width: Double, depth: Double, dropout: Float, tensorFlow: Bool
  ) -> BackboneEntry {
    let plain = InvertedResidualStyle(dropConnect: 0.2)
    let style = tensorFlow ? plain.asTensorFlow : plain
    let blueprint = InvertedResidualNetwork.Blueprint(
      stem: 32, rows: rows(width: width, depth: depth), head: 1280, activation: .relu6, dropout: dropout,
      style: style)
    return BackboneEntry(
      (tensorFlow ? "tf_" : "") + "efficientnet_lite\(number)", family: "EfficientNet-Lite",
      summary: "EfficientNet-Lite\(number), width \(width), depth \(depth)"
        + (tensorFlow ? ", TensorFlow's padding and ε" : ""),
      keys: .timm, keyMaps: keyMaps(blueprint.rows, tensorFlow: tensorFlow),
      build: { try InvertedResidualNetwork(blueprint, classes: $0) })
  }

  static let entries: [BackboneEntry] = [false, true].flatMap { tensorFlow in
    [
      entry(0, width: 1, depth: 1, dropout: 0.2, tensorFlow: tensorFlow),
      entry(1, width: 1, depth: 1.1, dropout: 0.2, tensorFlow: tensorFlow),
      entry(2, width: 1.1, depth: 1.2, dropout: 0.3, tensorFlow: tensorFlow),
    ]
  }
}

extension EfficientNetLite {
  /// The Python package holds TensorFlow's weights, which want TensorFlow's padding and ε.
  static func keyMaps(_ rows: [[InvertedResidualRow]], tensorFlow: Bool) -> [KeyMap] {
    tensorFlow
      ? [.same("timm"), KeyMap("efficientnet_lite_pytorch", InvertedResidualKeys.package(rows))]
      : [.same("timm")]
  }
}
