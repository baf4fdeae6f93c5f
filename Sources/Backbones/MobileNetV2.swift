import NeuralNet

/// MobileNetV2 (Sandler et al. 2018), under timm's keys.
enum MobileNetV2 {
  /// The table of (expansion, outputs, repeats, stride); kernels are 3×3.
  static let rows: [[InvertedResidualRow]] = [
    (nil, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
  ].map { (expansion: Double?, outputs, repeats, stride) in
    [InvertedResidualRow(3, stride, expansion: expansion, outputs, .relu6, repeats: repeats)]
  }

  static let entries: [BackboneEntry] = [
    BackboneEntry(
      "mobilenetv2_100", family: "MobileNetV2", summary: "MobileNetV2, width 1.0",
      keys: .timm, keyMaps: keyMaps,
      shifted: BackboneEntry.ShiftedForm(keyMap: shiftedKeys) {
        try InvertedResidualNetwork(blueprint, shift: $1, classes: $0)
      },
      build: { try InvertedResidualNetwork(blueprint, classes: $0) })
  ]

  private static let blueprint = InvertedResidualNetwork.Blueprint(
    stem: 32, rows: rows, head: 1280, activation: .relu6, dropout: 0.2, style: InvertedResidualStyle())
}

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

  /// TSM has a MobileNetV2 of its own, whose blocks are flat lists of layers, and wraps the convolutions that a shift
  /// stands before.
  static let shiftedKeys = KeyMap(
    KeyMap.temporalShift,
    [
      KeyMap.Rule("base_model.features.0.0", "conv_stem"), KeyMap.Rule("base_model.features.0.1", "bn1"),
      KeyMap.Rule("base_model.features.18.0", "conv_head"), KeyMap.Rule("base_model.features.18.1", "bn2"),
      KeyMap.Rule("new_fc", "classifier"), KeyMap.Rule("base_model.classifier", "classifier"),
    ]
      + InvertedResidualTrunk.kinds(rows).enumerated().flatMap { index, kind in
        [KeyMap.Rule("base_model.features.\(index + 1).conv", kind.key)].each(
          kind.expands ? flatInverted : flatSeparable)
      })

  private static let flatSeparable = [
    KeyMap.Rule("0", "conv_dw"), KeyMap.Rule("1", "bn1"), KeyMap.Rule("3", "conv_pw"),
    KeyMap.Rule("4", "bn2"),
  ]

  private static let flatInverted = [
    KeyMap.Rule("0.net", "conv_pw"), KeyMap.Rule("0", "conv_pw"), KeyMap.Rule("1", "bn1"),
    KeyMap.Rule("3", "conv_dw"), KeyMap.Rule("4", "bn2"), KeyMap.Rule("6", "conv_pwl"),
    KeyMap.Rule("7", "bn3"),
  ]

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
