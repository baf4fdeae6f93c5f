/// Always the middle.
public struct CenterSampler: PatchSampler {
  public let name = "center"

  public init() {}

  public static let definition = SamplerDefinition(
    .sampler, name: "center", summary: "always the middle", make: { _ in CenterSampler() })

  public func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
    [PatchPlaces](repeating: PatchPlaces(row: 0.5, column: 0.5), count: batch.count)
  }
}
