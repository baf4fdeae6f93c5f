import Backbones
import Support
import Tensor

/// Takes groups of images one step further and enters what the network says into their record.
struct EpisodeStepper {
  let engine: StepEngine
  let sampler: any PatchSampler
  let random: CounterRandom
  let sight: any Sight
  /// Keeps what samplers proposed first; nil: nothing is kept.
  let probe: AnswerProbe?

  /// What one step of a group gave, before it is entered into the record.
  struct Outcome {
    fileprivate let logits: [Float]
    fileprivate let values: [Float]?
    fileprivate let locations: [PatchLocation]?
  }

  /// Runs step `step`, 1…T, for `group`.
  ///
  /// Samplers may run code of a script, which may reach whoever owns the record: it is given to read only.
  /// - Parameter recordsValues: asks the critic too. Otherwise it is asked when a rule wants to know, and the
  ///   policy of those alone that go on.
  func run(
    _ step: Int, _ group: EpisodeGroup, _ record: EpisodeRecord, recordsValues: Bool = false
  ) throws -> Outcome {
    let encoding: Encoding
    var locations: [PatchLocation]?
    if step == 1 {
      encoding = try sight.encoding(group.rows, at: nil, step: step, by: engine)
    } else {
      let last = try StepBatch(
        record: record, step: step - 1, rows: group.rows, critic: { try proposal(group).values })
      let places = try sight.settled(places(step, group, after: last), group.rows, step: step)
      guard group.memory != nil else { throw ModelError("step \(step) before the glance") }
      encoding = try sight.encoding(group.rows, at: places, step: step, by: engine)
      group.proposal = nil
      group.chosen = nil
      locations = places
    }
    let result: GFNet.StepResult
    (result, group.memory) = try engine.step(encoding, step == 1 ? .glance : .patch, memory: group.memory)
    let values = recordsValues && step < record.steps ? try proposal(group).values : nil
    return Outcome(logits: try result.logits.values(), values: values, locations: locations)
  }

  /// Enters what ``run(_:_:_:recordsValues:)`` gave into the record.
  func enter(_ outcome: Outcome, _ step: Int, _ group: EpisodeGroup, into record: inout EpisodeRecord) throws
  {
    try record.setStep(
      step, rows: group.rows, logits: outcome.logits, values: outcome.values, locations: outcome.locations)
    if step == 1, sampler.needs.contains(.saliency), let map = group.memory?.map {
      group.saliency = try engine.model.saliency(
        map, answers: group.rows.map { Int(record[1].prediction[$0]) })
    }
  }

  /// Where the policy would look next, and how well it thinks things stand; asked once after each step.
  func proposal(_ group: EpisodeGroup) throws -> EpisodeGroup.Proposal {
    if let known = group.proposal { return known }
    guard var memory = group.memory else { throw ModelError("the policy is asked before the glance") }
    let output = try engine.propose(&memory)
    let proposal = EpisodeGroup.Proposal(
      means: try PatchLocation.all(in: output.mean), values: try output.value.values())
    group.memory = memory
    group.proposal = proposal
    return proposal
  }

  /// Where the images of `group` look at step `step`: where somebody has chosen, else where the sampler says.
  ///
  /// The policy is asked where the sampler needs it, whatever was chosen: so what it carries for an image does not depend
  /// on the other images.
  func places(_ step: Int, _ group: EpisodeGroup, after last: StepBatch) throws -> [PatchLocation] {
    let needs = sampler.needs
    if needs.contains(.policy) { _ = try proposal(group) }
    let chosen = group.chosen?.compactMap(\.self) ?? []
    if chosen.count == group.rows.count { return chosen }
    let batch = try samplerBatch(group, after: last)
    let places = try sampler.checkedProposal(batch)
    try probe?.keep(batch, of: sampler, answers: places)
    guard let chosen = group.chosen else { return places }
    return zip(chosen, places).map { $0 ?? $1 }
  }

  /// What the sampler is asked about.
  func samplerBatch(_ group: EpisodeGroup, after last: StepBatch) throws -> SamplerBatch {
    let needs = sampler.needs
    guard let memory = group.memory else { throw ModelError("a place before the glance") }
    return SamplerBatch(
      after: last, random: random, policy: needs.contains(.policy) ? try proposal(group).means : nil,
      maps: needs.contains(.maps) ? try plain(memory.map) : nil,
      glances: needs.contains(.glances)
        ? try plain(sight.glances(group.rows).sideBySide(engine.model.configuration.frames(.glance))) : nil,
      saliency: try group.saliency.map(plain))
  }

  private func plain(_ maps: Tensor) throws -> PlainMaps {
    PlainMaps(
      values: try maps.values(), channels: maps.shape[1], height: maps.shape[2], width: maps.shape[3])
  }
}
