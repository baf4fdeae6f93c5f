import NeuralNet

/// MobileNetV2 (Sandler et al. 2018); timm's keys.
enum MobileNetV2 {
  /// (expansion, outputs, repeats, stride); kernels are 3×3.
  static let rows: [[InvertedResidualRow]] = [
    (nil, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
    (6, 320, 1, 1),
  ].map { (expansion: Double?, outputs, repeats, stride) in
    [InvertedResidualRow(3, stride, expansion: expansion, outputs, .relu6, repeats: repeats)]
  }

  static let entries: [BackboneEntry] = [
    BackboneEntry(
      "mobilenetv2_100", family: "MobileNetV2", summary: "MobileNetV2, width 1.0", defaults: .mobile,
      keys: .timm, keyMaps: keyMaps,
      build: {
        try InvertedResidualNetwork(
          InvertedResidualNetwork.Plan(
            stem: 32, rows: rows, head: 1280, activation: .relu6, dropout: 0.2,
            style: InvertedResidualStyle()), classes: $0)
      })
  ]
}
