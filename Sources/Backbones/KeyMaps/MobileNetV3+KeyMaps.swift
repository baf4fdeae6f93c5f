extension MobileNetV3 {
  /// The paper's authors use timm's keys.
  static let ownKeyMaps: [KeyMap] = [.same("authors"), .same("timm")]
}
