extension EfficientNetLite {
  /// The Python package holds TensorFlow's weights, which want TensorFlow's padding and ε.
  static func keyMaps(_ rows: [[InvertedResidualRow]], tensorFlow: Bool) -> [KeyMap] {
    tensorFlow
      ? [.same("timm"), KeyMap("efficientnet_lite_pytorch", InvertedResidualKeys.package(rows))]
      : [.same("timm")]
  }
}
