extension ShuffleNetV2 {
  /// timm has no such network.
  static let keyMaps: [KeyMap] = [.same("torchvision")]
}
