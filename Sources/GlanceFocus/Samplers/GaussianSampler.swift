import Support

/// Random places around the middle, cut at the image's border.
public struct GaussianSampler: PatchSampler {
  public let name = "gaussian"
  private let deviation: Float

  /// - Parameter standardDeviation: as a fraction of the room a patch has, finite.
  public init(standardDeviation: Float) { deviation = standardDeviation }

  private static let standardDeviation = Setting.number(
    "std", default: 0.2, in: 0...10,
    help: "standard deviation of row and column, as a fraction of the room a patch has")

  public static let definition = SamplerDefinition(
    .sampler, name: "gaussian", summary: "around the middle with normal chance, cut at the border",
    parameters: [standardDeviation.setting],
    make: { GaussianSampler(standardDeviation: Float(try $0[standardDeviation])) })

  public func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
    (0..<batch.count).map { index in
      let random = batch.random(index)
      return PatchPlaces(row: place(random.normal(0)), column: place(random.normal(1)))
    }
  }

  private func place(_ normal: Float) -> Float { min(max(0.5 + deviation * normal, 0), 1) }
}
