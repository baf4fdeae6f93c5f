import Backbones
import GlanceFocus
import Inference
import OneDNN
import Support
import Tensor
import Vision

/// Times a Glance-and-Focus Network with random weights on random images: times do not depend on either.
public struct Bench {
  public enum Part: String, Sendable, CaseIterable {
    /// Step 1 on images that have the size of a patch already.
    case glance
    /// All steps, without exits; what an image has cost after each.
    case episode
    /// One step of stage 1, descent on the loss of all steps of the sequence.
    case train
  }

  public struct Options: Sendable {
    /// A name of the registry.
    public var backbone = "mobilenetv3_large_100"
    /// P; nil: the backbone's.
    public var patchSize: Int?
    /// S; nil: 224, or 128 where patches are smaller than 64.
    public var imageSize: Int?
    public var steps = 3
    public var batch = 1
    public var precision = Precision.float32
    public var part = Part.episode
    public var runs = 50

    public init() {}
  }

  /// What was measured, and beside what.
  public struct Result: Sendable {
    public let timings: [Timing]
    /// Billions of Multiply-Adds per second of a matrix product in the same run.
    public let peak: Double

    /// Share of ``peak`` that a timing's median reaches, in per cent.
    public func percentOfPeak(_ timing: Timing) -> Double { 100 * timing.gigaMultiplyAddsPerSecond / peak }
  }

  /// Runs that warm caches and make plans, before any is counted.
  private static let warmUps = 3
  /// Counted runs between two products of ``MachinePeak``, which empty the caches.
  private static let group = 10

  public let options: Options
  public let configuration: Configuration

  /// - Throws: `UnknownBackbone`, `ModelError` for sizes that do not fit.
  public init(_ options: Options) throws {
    self.options = options
    let patch = try options.patchSize ?? BackboneRegistry.entry(options.backbone).patchSize
    configuration = try Configuration(
      backbone: options.backbone, patchSize: patch,
      imageSize: options.imageSize ?? max(patch, patch < 64 ? 128 : 224), steps: options.steps)
    guard options.part != .train || options.precision == .float32 else {
      throw BenchError("training is float32 only: leave out --precision bf16")
    }
    guard options.part != .train || options.batch > 1 else {
      throw BenchError("training needs a batch of at least 2, for the statistics of batch norms")
    }
  }

  /// - Throws: `Interrupted`; ``InferenceError`` where the processor gains nothing from the precision.
  public func run() throws -> Result {
    let peak = try MachinePeak(options.precision)
    let model = try GFNet(configuration, seed: 1)
    let timings =
      switch options.part {
      case .glance: try glance(model, peak)
      case .episode: try episodes(model, peak)
      case .train: try training(model, peak)
      }
    return Result(timings: timings, peak: peak.gigaMultiplyAddsPerSecond)
  }

  /// The least time of each operation of the encoder on one batch of patches.
  public func profile() throws -> [Plan.StepProfile] {
    let model = try GFNet(configuration, seed: 1)
    let encoder = model.localEncoder
    let plan = try Plan.compile(
      [[options.batch, 3, configuration.patchSize, configuration.patchSize]], precision: options.precision,
      weights: WeightStore()
    ) { inputs in
      let encoding = try encoder.encode(inputs[0], .evaluation)
      return [encoding.features, encoding.map]
    }
    try plan.inputs[0].assign(images(side: configuration.patchSize))
    try plan.run()
    return try plan.profile(runs: options.runs)
  }

  private func images(side: Int) throws -> Tensor {
    let random = CounterRandom(seed: 1, stream: "images")
    let shape: Shape = [options.batch, 3, side, side]
    return try Tensor(shape, (0..<shape.count).map { Float(random.uniform($0)) * 4 - 2 })
  }

  private func engine(_ model: GFNet) throws -> StepEngine {
    let planner = try Planner(options.precision)
    return StepEngine(model) { planner.planned($0).callAsFunction }
  }

  private func repeated(_ peak: MachinePeak, _ body: (_ counts: Bool) throws -> Void) throws {
    let progress = ProgressReporter("bench", total: options.runs)
    defer { progress.finish() }
    for _ in 0..<Self.warmUps { try body(false) }
    for run in 0..<options.runs {
      try Cancellation.check()
      if run % Self.group == 0 {
        try peak.run()
        try body(false)
      }
      try body(true)
      progress.update(run + 1)
    }
  }

  private func glance(_ model: GFNet, _ peak: MachinePeak) throws -> [Timing] {
    let images = try images(side: configuration.patchSize)
    let engine = try engine(model)
    let madds = Double(try model.measureCosts().cumulative[0] * options.batch)
    var timing = Timing("glance", multiplyAdds: madds)
    try repeated(peak) { counts in
      let time = try MonotonicClock.time { _ = try engine.glance(images) }
      if counts { timing.milliseconds.append(time) }
    }
    return [timing]
  }

  private func episodes(_ model: GFNet, _ peak: MachinePeak) throws -> [Timing] {
    let images = try images(side: configuration.imageSize)
    let engine = try engine(model)
    let costs = try model.measureCosts().cumulative
    var timings = costs.enumerated().map { step, madds in
      Timing("step \(step + 1)", multiplyAdds: Double(madds * options.batch))
    }
    try repeated(peak) { counts in
      let start = MonotonicClock.milliseconds
      var (_, memory) = try engine.glance(images)
      if counts { timings[0].milliseconds.append(MonotonicClock.milliseconds - start) }
      for step in 1..<max(timings.count, 1) {
        let places = try PatchLocation.all(in: engine.propose(&memory).mean)
        (_, memory) = try engine.focus(model.patches(images, locations: places), memory: memory)
        if counts { timings[step].milliseconds.append(MonotonicClock.milliseconds - start) }
      }
    }
    return timings
  }

  /// Epochs of one batch, as `gfnet.train` runs them; the preparation of the images is part of it.
  private func training(_ model: GFNet, _ peak: MachinePeak) throws -> [Timing] {
    let side = configuration.imageSize
    let random = CounterRandom(seed: 1, stream: "images")
    let dataset = try TensorsDataset(
      bytes: (0..<options.batch * 3 * side * side).map { UInt8(random.integer($0, below: 256)) },
      layout: .channelsLast, imageSize: (side, side), channels: 3,
      labels: (0..<options.batch).map { $0 % configuration.classes },
      classNames: (0..<configuration.classes).map(String.init))
    var training = TrainingOptions(stage: .encoders, epochs: Self.warmUps + options.runs)
    training.batchSize = options.batch
    let costs = try model.measureCosts()
    // Forward; the policy takes no part in stage 1.
    let forward = (costs.cumulative.last ?? 0) - costs.policy * (configuration.steps - 1)
    var timing = Timing("training step", multiplyAdds: 3 * Double(forward * options.batch))
    let trainer = try Trainer(model, dataset: dataset, options: training)
    var epochs = 0
    try trainer.run { metrics in
      epochs += 1
      if epochs > Self.warmUps { timing.milliseconds.append(1000 * metrics.seconds) }
      try peak.run()
    }
    return [timing]
  }
}

/// Options that do not go together.
public struct BenchError: LineError {
  public let description: String

  init(_ description: String) { self.description = description }
}
