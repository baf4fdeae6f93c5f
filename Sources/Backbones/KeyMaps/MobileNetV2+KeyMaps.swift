extension MobileNetV2 {
  static let keyMaps: [KeyMap] = [.same("timm"), KeyMap("torchvision", torchvision)]

  private static let torchvision =
    [
      KeyMap.Rule("features.0.0", "conv_stem"), KeyMap.Rule("features.0.1", "bn1"),
      KeyMap.Rule("features.18.0", "conv_head"), KeyMap.Rule("features.18.1", "bn2"),
      KeyMap.Rule("classifier.1", "classifier"),
    ]
    // torchvision numbers the blocks through.
    + InvertedResidualTrunk.kinds(rows).enumerated().flatMap { index, kind in
      [KeyMap.Rule("features.\(index + 1)", kind.key)].each(kind.expands ? inverted : separable)
    }

  private static let separable = [
    KeyMap.Rule("conv.0.0", "conv_dw"), KeyMap.Rule("conv.0.1", "bn1"),
    KeyMap.Rule("conv.1", "conv_pw"), KeyMap.Rule("conv.2", "bn2"),
  ]

  private static let inverted = [
    KeyMap.Rule("conv.0.0", "conv_pw"), KeyMap.Rule("conv.0.1", "bn1"),
    KeyMap.Rule("conv.1.0", "conv_dw"), KeyMap.Rule("conv.1.1", "bn2"),
    KeyMap.Rule("conv.2", "conv_pwl"), KeyMap.Rule("conv.3", "bn3"),
  ]
}
