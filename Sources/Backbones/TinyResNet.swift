/// Residual networks for small inputs: the last map is an eighth of the input's side.
///
/// 48-pixel patches keep a 6×6 map, fine enough for a policy to locate by; 32× encoders would leave 2×2.
extension ResNet {
  private static func tinyEntry(_ name: String, width: Int, depths: [Int]) -> BackboneEntry {
    let blueprint = Blueprint(
      block: .basic, depths: depths, width: width, stemChannels: max(16, width / 2), stemKernel: 3,
      pools: false)
    return BackboneEntry(
      name, family: "ResNet-tiny",
      summary: "residual network for 48-pixel patches, widths \(width), \(2 * width), \(4 * width), "
        + "blocks \(depths.map(String.init).joined(separator: ", "))",
      stride: 8, keys: .own, keyMaps: [],
      shifted: BackboneEntry.ShiftedForm(keyMap: shiftedKeys(blueprint)) {
        try ResNet(blueprint, shift: $1, classes: $0)
      },
      build: { try ResNet(blueprint, classes: $0) })
  }

  static let tinyEntries: [BackboneEntry] = [
    tinyEntry("resnet_tiny_16", width: 16, depths: [1, 1, 1]),
    tinyEntry("resnet_tiny_24", width: 24, depths: [1, 1, 1]),
    tinyEntry("resnet_tiny_32", width: 32, depths: [1, 1, 1]),
    tinyEntry("resnet_tiny_32d", width: 32, depths: [1, 2, 2]),
  ]
}
