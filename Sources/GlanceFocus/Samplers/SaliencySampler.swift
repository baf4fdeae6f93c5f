/// Where the glance speaks most for its own answer and no patch has been taken yet: its class activation map.
///
/// Source of the map: ``GFNet/saliency(_:answers:)``.
public struct SaliencySampler: PatchSampler {
  public let name = "saliency"
  public let needs: SamplerNeeds = .saliency

  public init() {}

  public static let definition = SamplerDefinition(
    .sampler, name: "saliency",
    summary: "where the glance speaks most for its answer, of what was not yet looked at",
    make: { _ in SaliencySampler() })

  public func propose(_ batch: SamplerBatch) throws -> [PatchPlaces] {
    guard let maps = batch.saliency else {
      throw EpisodeError("the sampler 'saliency' needs maps of the glances, and none were given")
    }
    return (0..<batch.count).map { index in
      WorthMap(values: Array(maps[index]), height: maps.height, width: maps.width).bestUnseen(batch, index)
    }
  }
}
