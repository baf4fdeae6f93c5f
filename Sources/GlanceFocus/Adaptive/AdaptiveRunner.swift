import Foundation
import NeuralNet
import Support
import Tensor
import Vision

/// Runs a network on images, step by step: adaptively under an exit rule, or through all steps for a trace.
public final class AdaptiveRunner {
  public let model: GFNet
  public let sampler: any PatchSampler
  /// Cumulative Multiply-Adds by step.
  public let madds: [Double]
  let batchSize: Int
  private let engine: StepEngine
  private let random: CounterRandom
  let probe: AnswerProbe?

  /// - Parameters:
  ///   - steps: the most steps; nil takes the model's.
  ///   - batchSize: images that are run together. Results do not depend on it beyond rounding.
  ///   - seed: of samplers that draw.
  ///   - engine: computes the steps of this model; nil evaluates it as training does.
  ///   - probe: keeps the first answers of sampler and rule, to ask about them again after the run.
  public init(
    _ model: GFNet, sampler: any PatchSampler = LearnedSampler(), steps: Int? = nil, batchSize: Int = 64,
    seed: UInt64 = 0, engine: StepEngine? = nil, probe: AnswerProbe? = nil
  ) throws {
    let most = model.configuration.steps
    try ModelError.require(
      (1...most).contains(steps ?? most), "steps is \(steps ?? most), expected 1 to the model's \(most)")
    try ModelError.require(batchSize >= 1, "batch is \(batchSize), expected at least 1")
    try ModelError.require(engine.map { $0.model === model } ?? true, "the engine runs another model")
    self.model = model
    self.engine = engine ?? StepEngine(model)
    self.sampler = sampler
    self.probe = probe
    self.batchSize = batchSize
    madds = try model.measureCosts().cumulative.prefix(steps ?? most).map(Double.init)
    random = CounterRandom(seed: seed, stream: "sampler." + sampler.name)
  }

  /// One image's way through the network.
  public struct Result: Sendable {
    /// Its number in the data set or stream, from 0.
    public let index: Int
    /// 0-based.
    public let prediction: Int
    /// 0-based; nil when not known.
    public let label: Int?
    public let confidence: Float
    /// Steps taken.
    public let steps: Int
    public let madds: Double
    /// Top-left pixels of the patches of steps 2…; empty when it left after the glance.
    public let path: [PatchPosition]
    /// From the start of its glance to its answer, wall-clock time in which others may have been run, too.
    public let seconds: Double
  }

  /// The adaptive loop over a data set.
  public struct Run: Sendable {
    public let results: [Result]
    public let evaluation: Evaluation
    /// Wall-clock time of the loop, preparation of the images included.
    public let seconds: Double
    /// Images that were answered after their deadline.
    public let late: Int
    /// Bytes of decoded pixels that there was room for.
    public let pixelBytes: Int
  }

  /// Runs every image until `rule` lets it leave.
  ///
  /// Where the data set knows no labels, neither the rule nor the results have any.
  /// - Parameter deadline: seconds; see ``stream(_:rule:deadline:)``.
  public func infer(
    _ dataset: any ImageDataset, rule: any ExitRule, deadline: Double? = nil
  ) throws -> Run {
    try check(dataset)
    let stream = try stream(DatasetSource(dataset), rule: rule, deadline: deadline)
    let start = MonotonicClock.milliseconds
    let progress = ProgressReporter("inference", total: dataset.count)
    defer { progress.finish() }
    var results: [Result] = []
    results.reserveCapacity(dataset.count)
    while let result = try stream.next() {
      results.append(result)
      progress.update(result.index + 1)
    }
    try requireImages(results.count, dataset)
    return Run(
      results: results, evaluation: Evaluation(of: results, stepMadds: madds),
      seconds: (MonotonicClock.milliseconds - start) / 1e3, late: stream.late, pixelBytes: stream.pixelBytes)
  }

  /// Runs images as they come until `rule` lets them leave; see ``AdaptiveStream``.
  ///
  /// - Parameter deadline: seconds from the start of an image's glance in which it is to be answered: it leaves with its
  ///   best answer so far when another step is expected to take it beyond. The glance itself is always taken. Before the
  ///   first image every step is run on blank images, to learn how long it takes.
  public func stream(
    _ source: any ImageSource, rule: any ExitRule, deadline: Double? = nil
  ) throws -> AdaptiveStream {
    if let deadline {
      try ModelError.require(deadline > 0, "deadline is \(deadline), expected seconds above 0")
    }
    let stream = try EpisodeStream(
      source, rule: rule, runner: self, deadline: deadline.map { $0 * 1e3 },
      durations: deadline == nil ? StepDurations() : measureDurations())
    return AdaptiveStream(stream)
  }

  /// Runs every image through all steps and records everything.
  ///
  /// - Parameter samplerName: how the trace names its sampler, with its parameters; nil: as the sampler does.
  public func trace(
    _ dataset: any ImageDataset, model identity: Trace.Identity, samplerName: String? = nil
  ) throws -> Trace {
    try check(dataset)
    let progress = ProgressReporter("trace", total: dataset.count)
    defer { progress.finish() }
    var record = try record(
      indices: Array(0..<dataset.count),
      labels: dataset.knowsLabels ? (0..<dataset.count).map { dataset.label(at: $0) } : nil)
    let batch = min(max(batchSize, EpisodeStream.preparedAhead), dataset.count)
    let stepper = stepper(
      try ImagePool(model.configuration, channels: dataset.channels, capacity: batch))
    let source = DatasetSource(dataset)
    // Images that cannot be read leave no row.
    var read: [Int] = []
    while true {
      try Cancellation.check()
      let images = source.next(batch)
      guard let last = images.last else { break }
      let readable = zip(images, try stepper.pool.load(images, rows: images.map(\.index)))
      let rows = readable.filter(\.1).map(\.0.index)
      for start in stride(from: 0, to: rows.count, by: batchSize) {
        let group = EpisodeGroup(rows: Array(rows[start..<min(start + batchSize, rows.count)]))
        for step in 1...madds.count {
          try Cancellation.check()
          let outcome = try stepper.run(step, group, record, recordsValues: true)
          try stepper.enter(outcome, step, group, into: &record)
        }
      }
      read += rows
      progress.update(last.number + 1)
    }
    try requireImages(read.count, dataset)
    return try Trace(
      record: read.count == dataset.count ? record : record.selecting(read), model: identity,
      dataset: Trace.Identity(name: dataset.name, digest: dataset.identity),
      sampler: samplerName ?? sampler.name,
      classNames: dataset.labels.isEmpty ? model.configuration.labels : dataset.labels)
  }

  private func check(_ dataset: any ImageDataset) throws {
    let size = model.configuration.imageSize
    try ModelError.require(
      dataset.imageSize == (size, size),
      "the images are \(dataset.imageSize.height)×\(dataset.imageSize.width), the model was made for "
        + "\(size)×\(size)")
    try ModelError.require(
      dataset.classes == model.configuration.classes || (dataset.labels.isEmpty && !dataset.knowsLabels),
      "the data set has \(dataset.classes) classes, the model \(model.configuration.classes)")
    try model.configuration.checkClasses(dataset)
  }

  private func requireImages(_ count: Int, _ dataset: any ImageDataset) throws {
    guard count > 0 else {
      throw ModelError("none of the \(dataset.count) images of \(dataset.name) can be read")
    }
  }

  func stepper(_ pool: ImagePool) -> EpisodeStepper {
    EpisodeStepper(engine: engine, sampler: sampler, random: random, pool: pool, probe: probe)
  }

  func record(indices: [Int], labels: [Int]?) throws -> EpisodeRecord {
    try EpisodeRecord(
      indices: indices, classes: model.configuration.classes, imageSize: model.configuration.imageSize,
      patchSize: model.configuration.patchSize, madds: madds, labels: labels?.map(Int32.init))
  }

  /// Bytes of one image's decoded pixels.
  func imageBytes(channels: Int) -> Int {
    model.configuration.imageSize * model.configuration.imageSize * channels
  }

  /// How long every step takes on batches of every size that plans are made for: 1, 2, 3, 4, 6, 8, 12, …
  private func measureDurations() throws -> StepDurations {
    var durations = StepDurations()
    let side = model.configuration.patchSize
    var size = 1
    while true {
      for count in Set([size, size + size / 2]) where count <= batchSize || size >= batchSize {
        let blank = try Tensor.zeros([count, 3, side, side])
        // The first makes the plans.
        for round in 0..<4 {
          var memory: GFNet.Memory?
          for step in 1...madds.count {
            try Cancellation.check()
            let took = try MonotonicClock.time {
              if var known = memory {
                _ = try engine.propose(&known)
                memory = try engine.focus(blank, memory: known).1
              } else {
                memory = try engine.glance(blank).1
              }
            }
            if round > 0 { durations.note(step, count: count, took: took) }
          }
        }
      }
      if size >= batchSize { return durations }
      size *= 2
    }
  }
}
