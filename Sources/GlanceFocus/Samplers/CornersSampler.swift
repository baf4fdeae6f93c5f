/// The middle, then the corners: the fixed places of the paper's ablation of the policy.
///
/// Step 2 takes the middle, steps 3 to 6 the top left, top right, bottom left and bottom right corner; later
/// steps begin again.
public struct CornersSampler: PatchSampler {
  public let name = "corners"

  public init() {}

  public static let definition = SamplerDefinition(
    .sampler, name: "corners", summary: "the middle, then the four corners in turn",
    make: { _ in CornersSampler() })

  private static let places = [
    PatchPlaces(row: 0.5, column: 0.5),
    PatchPlaces(row: 0, column: 0), PatchPlaces(row: 0, column: 1),
    PatchPlaces(row: 1, column: 0), PatchPlaces(row: 1, column: 1),
  ]

  public func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
    let place = Self.places[(batch.step - 2) % Self.places.count]
    return [PatchPlaces](repeating: place, count: batch.count)
  }
}
