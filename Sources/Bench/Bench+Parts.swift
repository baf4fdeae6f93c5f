import GlanceFocus
import Inference
import Support
import Tensor
import Vision

/// What one run of each part does.
extension Bench {
  /// What a run gives the times of, with its Multiply-Adds; no times yet.
  public func timings() throws -> [Timing] {
    let costs = try model.measureCosts()
    func timing(_ name: String, _ madds: Int) -> Timing {
      Timing(name, multiplyAdds: Double(madds * options.batch))
    }
    switch options.part {
    case .encoder: return [timing("encoder", costs.localEncoder)]
    case .glance: return [timing("glance", costs.cumulative[0])]
    case .episode: return costs.cumulative.enumerated().map { timing("step \($0 + 1)", $1) }
    case .train:
      // This is the cost forwards; the policy takes no part in stage 1.
      let forward = (costs.cumulative.last ?? 0) - costs.policy * (configuration.steps - 1)
      return [timing("training step", 3 * forward)]
    }
  }

  /// Runs again and again until `goesOn`, which gets the milliseconds of each run, returns false: `limit` runs at most.
  func repeatedly(limit: Int = 1_000_000, _ goesOn: ([Double]) throws -> Bool) throws {
    let run: () throws -> [Double]
    switch options.part {
    case .encoder:
      let (patches, encoder) = (try patches(), encoder())
      _ = try encoder([patches])
      if let plan = encoder.plans.first, plan.inputs[0].shape == patches.shape {
        // Inputs and outputs stay in place, as other libraries have them.
        run = {
          try plan.inputs[0].assign(patches)
          return [try MonotonicClock.time(plan.run)]
        }
      } else {
        run = { [try MonotonicClock.time { _ = try encoder([patches]) }] }
      }
    case .glance:
      let (images, engine) = (try frames(side: configuration.side(.glance)), engine())
      run = { [try MonotonicClock.time { _ = try engine.glance(images) }] }
    case .episode:
      let (images, engine) = (try frames(side: configuration.imageSize), engine())
      run = { try episode(images, engine) }
    case .train:
      return try trainingSteps(limit, goesOn)
    }
    var left = limit
    while left > 0, try goesOn(run()) { left -= 1 }
  }

  private func encoder() -> PlannedFunction {
    let (encoder, isOfClips) = (model.localEncoder, configuration.clips != nil)
    return planner.planned { inputs in
      guard isOfClips else {
        let encoding = try encoder.encode(inputs[0], .evaluation)
        return [encoding.features, encoding.map]
      }
      let encoding = try encoder.encode(clips: inputs[0], .evaluation)
      return [try encoding.features.mean([1]), encoding.map]
    }
  }

  /// What each operation of the encoder costs on a batch of patches, or on as many of them as run at once.
  ///
  /// - Throws: ``BenchError`` where the encoder cannot be planned; `Interrupted`.
  public func profile() throws -> EncoderProfile {
    let (patches, encoder) = (try patches(), encoder())
    _ = try encoder([patches])
    guard let plan = encoder.plans.first else {
      throw BenchError("the encoder cannot be planned: \(encoder.obstacle ?? "unknown")")
    }
    let rows = plan.inputs[0].shape[0]
    return EncoderProfile(
      rows: rows, steps: try plan.profile([patches.sliced(0, 0..<rows)], runs: options.runs))
  }

  /// The least times of the encoder's operations.
  public struct EncoderProfile {
    /// The number of patches, or of clips of them, that run at once.
    public let rows: Int
    /// The operations in the order in which they run.
    public let steps: [Plan.StepProfile]
  }

  private func engine() -> StepEngine {
    StepEngine(model) { planner.planned($0).callAsFunction }
  }

  /// What the encoder of patches takes: B×3×P×P, or of clips B×f×3×P×P.
  private func patches() throws -> Tensor {
    let side = configuration.patchSize
    guard configuration.clips != nil else { return try random([options.batch, 3, side, side]) }
    return try random([options.batch, configuration.frames(.patch), 3, side, side])
  }

  /// Images of B×3×S×S; of clips a row for each frame, (B·F)×3×S×S.
  private func frames(side: Int) throws -> Tensor {
    try random([options.batch * configuration.frames, 3, side, side])
  }

  private func random(_ shape: Shape) throws -> Tensor {
    let random = CounterRandom(seed: 1, stream: "images")
    return try Tensor(shape, (0..<shape.count).map { Float(random.uniform($0)) * 4 - 2 })
  }

  /// Runs all steps; returns the milliseconds from the start to the end of each.
  private func episode(_ images: Tensor, _ engine: StepEngine) throws -> [Double] {
    let start = MonotonicClock.milliseconds
    var (_, memory) = try engine.glance(images)
    var times = [MonotonicClock.milliseconds - start]
    while times.count < configuration.steps {
      let places = try PatchPlaces.all(in: engine.propose(&memory).mean)
      (_, memory) = try engine.focus(model.patches(images, locations: places), memory: memory)
      times.append(MonotonicClock.milliseconds - start)
    }
    return times
  }

  /// Runs epochs of one batch, as a training does; the preparation of the images is part of it.
  private func trainingSteps(_ limit: Int, _ goesOn: ([Double]) throws -> Bool) throws {
    let side = configuration.imageSize
    let random = CounterRandom(seed: 1, stream: "images")
    let dataset = try TensorsDataset(
      bytes: (0..<options.batch * configuration.frames * 3 * side * side).map {
        UInt8(random.integer($0, below: 256))
      },
      layout: .channelsLast, frames: configuration.frames, imageSize: (side, side), channels: 3,
      labels: (0..<options.batch).map { $0 % configuration.classes },
      classNames: configuration.labels.isEmpty
        ? (0..<configuration.classes).map(String.init) : configuration.labels)
    var training = TrainingOptions(stage: .encoders, epochs: limit)
    training.batchSize = options.batch
    do {
      try Trainer(model, dataset: dataset, options: training).run { metrics in
        guard try goesOn([1000 * metrics.seconds]) else { throw Enough() }
      }
    } catch is Enough {}
  }
}

/// Ends a training that has been timed often enough.
private struct Enough: Error {}
