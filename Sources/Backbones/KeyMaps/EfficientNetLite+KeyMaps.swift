extension EfficientNetLite {
  /// The Python package holds TensorFlow's weights, which want TensorFlow's padding and ε.
  static func keyMaps(_ rows: [[InvertedResidualRow]], tensorFlow: Bool) -> [KeyMap] {
    tensorFlow
      ? [.same("timm"), KeyMap("efficientnet_lite_pytorch", package(rows))] : [.same("timm")]
  }

  /// The package numbers the blocks through, and the batch norms inside a block from 0.
  private static func package(_ rows: [[InvertedResidualRow]]) -> [KeyMap.Rule] {
    [
      KeyMap.Rule("_conv_stem", "conv_stem"), KeyMap.Rule("_bn0", "bn1"),
      KeyMap.Rule("_conv_head", "conv_head"), KeyMap.Rule("_bn1", "bn2"), KeyMap.Rule("_fc", "classifier"),
    ]
      + InvertedResidualTrunk.kinds(rows).enumerated().flatMap { index, kind in
        [KeyMap.Rule("_blocks.\(index)", kind.key)].each(kind.expands ? inverted : separable)
      }
  }

  private static let separable = [
    KeyMap.Rule("_depthwise_conv", "conv_dw"), KeyMap.Rule("_bn1", "bn1"),
    KeyMap.Rule("_project_conv", "conv_pw"), KeyMap.Rule("_bn2", "bn2"),
  ]

  private static let inverted = [
    KeyMap.Rule("_expand_conv", "conv_pw"), KeyMap.Rule("_bn0", "bn1"),
    KeyMap.Rule("_depthwise_conv", "conv_dw"), KeyMap.Rule("_bn1", "bn2"),
    KeyMap.Rule("_project_conv", "conv_pwl"), KeyMap.Rule("_bn2", "bn3"),
  ]
}
