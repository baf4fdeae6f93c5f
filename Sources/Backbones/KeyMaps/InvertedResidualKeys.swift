/// The layers inside a block of a mobile network, as other libraries name them and as timm does.
enum InvertedResidualKeys {
  /// The rules for a block of torchvision's MobileNetV3 and EfficientNet.
  static func torchvision(_ kind: InvertedResidualTrunk.Kind) -> [KeyMap.Rule] {
    switch (kind.expands, kind.excites) {
    case (false, false): separable
    case (false, true): separableExciting
    case (true, false): inverted
    case (true, true): invertedExciting
    }
  }

  private static let separable = [
    KeyMap.Rule("block.0.0", "conv_dw"), KeyMap.Rule("block.0.1", "bn1"),
    KeyMap.Rule("block.1.0", "conv_pw"), KeyMap.Rule("block.1.1", "bn2"),
  ]

  private static let separableExciting = [
    KeyMap.Rule("block.0.0", "conv_dw"), KeyMap.Rule("block.0.1", "bn1"),
    KeyMap.Rule("block.1.fc1", "se.conv_reduce"), KeyMap.Rule("block.1.fc2", "se.conv_expand"),
    KeyMap.Rule("block.2.0", "conv_pw"), KeyMap.Rule("block.2.1", "bn2"),
  ]

  private static let inverted = [
    KeyMap.Rule("block.0.0", "conv_pw"), KeyMap.Rule("block.0.1", "bn1"),
    KeyMap.Rule("block.1.0", "conv_dw"), KeyMap.Rule("block.1.1", "bn2"),
    KeyMap.Rule("block.2.0", "conv_pwl"), KeyMap.Rule("block.2.1", "bn3"),
  ]

  private static let invertedExciting = [
    KeyMap.Rule("block.0.0", "conv_pw"), KeyMap.Rule("block.0.1", "bn1"),
    KeyMap.Rule("block.1.0", "conv_dw"), KeyMap.Rule("block.1.1", "bn2"),
    KeyMap.Rule("block.2.fc1", "se.conv_reduce"), KeyMap.Rule("block.2.fc2", "se.conv_expand"),
    KeyMap.Rule("block.3.0", "conv_pwl"), KeyMap.Rule("block.3.1", "bn3"),
  ]

  /// The rules for `efficientnet_pytorch` and `efficientnet_lite_pytorch`, which number the blocks through,
  /// and the batch norms inside a block from 0.
  static func package(_ rows: [[InvertedResidualRow]]) -> [KeyMap.Rule] {
    [
      KeyMap.Rule("_conv_stem", "conv_stem"), KeyMap.Rule("_bn0", "bn1"),
      KeyMap.Rule("_conv_head", "conv_head"), KeyMap.Rule("_bn1", "bn2"), KeyMap.Rule("_fc", "classifier"),
    ]
      + InvertedResidualTrunk.kinds(rows).enumerated().flatMap { index, kind in
        [KeyMap.Rule("_blocks.\(index)", kind.key)].each(kind.expands ? packageInverted : packageSeparable)
      }
  }

  private static let packageSeparable = [
    KeyMap.Rule("_depthwise_conv", "conv_dw"), KeyMap.Rule("_bn1", "bn1"),
    KeyMap.Rule("_se_reduce", "se.conv_reduce"), KeyMap.Rule("_se_expand", "se.conv_expand"),
    KeyMap.Rule("_project_conv", "conv_pw"), KeyMap.Rule("_bn2", "bn2"),
  ]

  private static let packageInverted = [
    KeyMap.Rule("_expand_conv", "conv_pw"), KeyMap.Rule("_bn0", "bn1"),
    KeyMap.Rule("_depthwise_conv", "conv_dw"), KeyMap.Rule("_bn1", "bn2"),
    KeyMap.Rule("_se_reduce", "se.conv_reduce"), KeyMap.Rule("_se_expand", "se.conv_expand"),
    KeyMap.Rule("_project_conv", "conv_pwl"), KeyMap.Rule("_bn2", "bn3"),
  ]
}
