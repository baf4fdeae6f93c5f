import Support
import Tensor

/// How images are run: by which network, where their patches are placed, and how many together.
struct EpisodeSetup {
  let engine: StepEngine
  let sampler: any PatchSampler
  /// The numbers of samplers that draw.
  let random: CounterRandom
  /// Images that are run together, at least 1.
  let batchSize: Int
  /// Cumulative Multiply-Adds by step; as many as there are steps at most, T.
  var madds: [Double]
  /// Keeps the first answers of sampler and rule, to ask about them again after the run.
  let probe: AnswerProbe?
  /// Says what time it is, in seconds.
  let clock: Deadline.Clock

  var configuration: Configuration { engine.model.configuration }

  func stepper(_ sight: any Sight) -> EpisodeStepper {
    EpisodeStepper(engine: engine, sampler: sampler, random: random, sight: sight, probe: probe)
  }

  /// An empty record for images of a data set or a stream.
  func record(indices: [Int], labels: [Int]?) throws -> EpisodeRecord {
    try EpisodeRecord(
      indices: indices, classes: configuration.classes, imageSize: configuration.imageSize,
      patchSize: configuration.patchSize, madds: madds, labels: labels?.map(Int32.init),
      clips: configuration.clips)
  }

  /// Bytes of the decoded pixels of one image, or of all frames of a clip.
  func itemBytes(channels: Int) -> Int {
    configuration.frames * configuration.imageSize * configuration.imageSize * channels
  }

  /// How long every step takes on batches of every size that plans are made for, up to the one that holds
  /// ``batchSize``: 1, 2, 3, 4, 6, 8, 12, …
  ///
  /// These are the rungs of `BatchLadder` in the target `Inference`, which cannot be imported here. Where they change,
  /// change these: plans of other sizes would be made and never used, and the first batches of a run would be late.
  func measureDurations() throws -> StepDurations {
    try measureDurations { count in
      let glances = try engine.model.blankImages(.glance, items: count)
      let patches = try engine.model.blankImages(.patch, items: count)
      return { look, memory in
        try engine.step(look == .glance ? glances : patches, look, memory: memory).1
      }
    }
  }

  /// Runs one look, and returns what is carried to the next.
  typealias LookRun = (Look, GFNet.Memory?) throws -> GFNet.Memory

  /// The same where `prepared` gives what runs the looks of so many items.
  func measureDurations(_ prepared: (Int) throws -> LookRun) throws -> StepDurations {
    var durations = StepDurations()
    var power = 1
    while true {
      for count in power == 1 ? [1] : [power, power + power / 2] {
        try measure(count, &durations, prepared(count))
        if count >= batchSize { return durations }
      }
      power *= 2
    }
  }

  /// Runs all steps for `count` items.
  private func measure(
    _ count: Int, _ durations: inout StepDurations, _ run: LookRun
  ) throws {
    // The first makes the plans.
    for round in 0..<4 {
      var memory: GFNet.Memory?
      for step in 1...madds.count {
        try Cancellation.check()
        let start = clock()
        if var known = memory {
          _ = try engine.propose(&known)
          memory = try run(.patch, known)
        } else {
          memory = try run(.glance, nil)
        }
        if round > 0 { durations.note(step, count: count, took: clock() - start) }
      }
    }
  }
}
