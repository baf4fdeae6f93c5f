/// Uniformly random places, as in the first training stage.
public struct RandomSampler: PatchSampler {
  public let name = "random"

  public init() {}

  public static let definition = SamplerDefinition(
    .sampler, name: "random", summary: "anywhere with equal chance", make: { _ in RandomSampler() })

  public func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
    (0..<batch.count).map { index in
      let random = batch.random(index)
      return PatchPlaces(row: random.uniform(0), column: random.uniform(1))
    }
  }
}
