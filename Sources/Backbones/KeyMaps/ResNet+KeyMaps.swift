extension ResNet {
  /// timm and the paper's authors use torchvision's keys for residual networks.
  static let keyMaps: [KeyMap] = [.same("authors"), .same("torchvision"), .same("timm")]
}
