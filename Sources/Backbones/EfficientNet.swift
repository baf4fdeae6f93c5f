import NeuralNet

/// EfficientNet (Tan and Le 2019), under timm's keys.
///
/// There are two forms of each: as the paper's authors and timm build it (`efficientnet_b*`), and as the published
/// TensorFlow weights want it (`tf_efficientnet_b*`), with padding "same" and a batch-norm ε of 1e-3.
enum EfficientNet {
  /// The table of B0: (kernel, stride, expansion, outputs, repeats).
  static let base: [(Int, Int, Double?, Int, Int)] = [
    (3, 1, nil, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3), (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4), (3, 1, 6, 320, 1),
  ]

  static func rows(width: Double, depth: Double) -> [[InvertedResidualRow]] {
    base.map { kernel, stride, expansion, outputs, repeats in
      [
        InvertedResidualRow(
          kernel, stride, expansion: expansion, roundedChannels(Double(outputs) * width), excites: true,
          .silu, repeats: Int((Double(repeats) * depth).rounded(.up)))
      ]
    }
  }

  /// Squeeze-and-excite is as wide as a quarter of the block's input, whatever it expands to.
  private static let style = InvertedResidualStyle(
    squeezed: { inputs, _ in max(1, inputs / 4) }, squeezeActivation: .silu, gate: .sigmoid, dropConnect: 0.2)

  private static func entry(
    _ number: Int, width: Double, depth: Double, dropout: Float, tensorFlow: Bool
  ) -> BackboneEntry {
    let blueprint = InvertedResidualNetwork.Blueprint(
      stem: roundedChannels(32 * width), rows: rows(width: width, depth: depth),
      head: roundedChannels(1280 * width), activation: .silu, dropout: dropout,
      style: tensorFlow ? style.asTensorFlow : style)
    return BackboneEntry(
      (tensorFlow ? "tf_" : "") + "efficientnet_b\(number)", family: "EfficientNet",
      summary: "EfficientNet-B\(number), width \(width), depth \(depth)"
        + (tensorFlow ? ", TensorFlow's padding and ε" : ""),
      keys: .timm, keyMaps: keyMaps(blueprint.rows, tensorFlow: tensorFlow),
      lookalikes: number == 0 && !tensorFlow
        ? [.init("efficientnet_blur_b0", keys: ["timm"], "blurs where it takes every second pixel")] : [],
      build: { try InvertedResidualNetwork(blueprint, classes: $0) })
  }

  static let entries: [BackboneEntry] = [false, true].flatMap { tensorFlow in
    [
      entry(0, width: 1, depth: 1, dropout: 0.2, tensorFlow: tensorFlow),
      entry(1, width: 1, depth: 1.1, dropout: 0.2, tensorFlow: tensorFlow),
      entry(2, width: 1.1, depth: 1.2, dropout: 0.3, tensorFlow: tensorFlow),
      entry(3, width: 1.2, depth: 1.4, dropout: 0.3, tensorFlow: tensorFlow),
    ]
  }
}

extension EfficientNet {
  /// The paper's authors use timm's keys. `efficientnet_pytorch` holds TensorFlow's weights, which want TensorFlow's
  /// padding and ε.
  static func keyMaps(_ rows: [[InvertedResidualRow]], tensorFlow: Bool) -> [KeyMap] {
    tensorFlow
      ? [.same("timm"), KeyMap("efficientnet_pytorch", InvertedResidualKeys.package(rows))]
      : [.same("authors"), .same("timm"), KeyMap("torchvision", torchvision)]
  }

  /// torchvision numbers the stages from 1, after the stem.
  private static let torchvision =
    [
      KeyMap.Rule("features.0.0", "conv_stem"), KeyMap.Rule("features.0.1", "bn1"),
      KeyMap.Rule("features.8.0", "conv_head"), KeyMap.Rule("features.8.1", "bn2"),
      KeyMap.Rule("classifier.1", "classifier"),
    ]
    + base.enumerated().flatMap { stage, row in
      [KeyMap.Rule("features.\(stage + 1).*", "blocks.\(stage).*")].each(
        InvertedResidualKeys.torchvision(
          InvertedResidualTrunk.Kind(key: "", expands: row.2 != nil, excites: true)))
    }
}
