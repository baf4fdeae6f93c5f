extension EfficientNet {
  /// The paper's authors use timm's keys.
  static let keyMaps: [KeyMap] = [.same("authors"), .same("timm"), KeyMap("torchvision", torchvision)]

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
