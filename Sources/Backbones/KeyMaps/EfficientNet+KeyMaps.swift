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
