import GlanceFocus
import Tensor

/// The class of `b`, what batch functions of exit rules and samplers get.
enum StepViewClass {
  static let entry = LuaClass<StepView>(
    "batch", "The images still in play: what decide_batch and propose_batch get, a tensor for each field.",
    discussion: "A batch can be read only while the function it was passed to runs.",
    properties: StepProperties.all(
      step: "the step just taken; for a sampler, the step whose patch is to be placed",
      note: "; samplers only"),
    describe: { view in
      guard let batch = view.last else { return "batch (no longer readable)" }
      return "batch of \(batch.count) images after step \(batch.step)"
    }
  ).entry
}

extension StepView: StepReading {
  func shownStep() throws -> Int { try sampling?.step ?? batch().step }

  func maps() throws -> Tensor { try tensor(samplerBatch().maps) }

  func glances() throws -> Tensor { try tensor(samplerBatch().glances) }

  func locations() throws -> [[PatchPlaces]] {
    let batch = try samplerBatch()
    return (0..<batch.count).map { batch.locations($0) }
  }

  private func tensor(_ maps: PlainMaps?) throws -> Tensor {
    guard let maps else { throw LuaError("the feature maps are not known here") }
    return try Tensor([batch().count, maps.channels, maps.height, maps.width], maps.values)
  }
}
