extension DenseNet {
  /// timm and the paper's authors use torchvision's keys.
  static let keyMaps: [KeyMap] = [
    .same("authors"), KeyMap("torchvision", torchvision), KeyMap("timm", torchvision),
  ]

  /// Weights published before 2018 have a dot inside the names of a dense layer's parts.
  private static let torchvision =
    [KeyMap.Rule("features.*.*", "features.*.*")].each([
      KeyMap.Rule("norm.1", "norm1"), KeyMap.Rule("conv.1", "conv1"), KeyMap.Rule("norm.2", "norm2"),
      KeyMap.Rule("conv.2", "conv2"),
    ]) + [KeyMap.Rule("", "")]
}
