/// Where the patch proposal network points: the mean of its action, as in the paper's evaluation.
public struct LearnedSampler: PatchSampler {
  public let name = "learned"
  public let needs: SamplerNeeds = .policy

  public init() {}

  public static let definition = SamplerDefinition(
    .sampler, name: "learned", summary: "where the model's patch proposal network points",
    make: { _ in LearnedSampler() })

  public func propose(_ batch: SamplerBatch) throws -> [PatchPlaces] {
    guard let policy = batch.policy else {
      throw EpisodeError("the sampler 'learned' needs a patch proposal network, and none was run")
    }
    return policy
  }
}
