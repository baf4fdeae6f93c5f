import Communication
import Support
import Tensor
import Vision

/// Runs a network on images, step by step: adaptively under an exit rule, or through all steps for a trace.
public final class AdaptiveRunner {
  let setup: EpisodeSetup

  /// - Parameters:
  ///   - model: the network.
  ///   - sampler: places the patches.
  ///   - steps: the most steps; nil takes the model's.
  ///   - batchSize: images that are run together. Results do not depend on it beyond rounding.
  ///   - seed: what samplers that draw begin with.
  ///   - engine: computes the steps of this model; nil evaluates it as training does.
  ///   - probe: keeps the first answers of sampler and rule, to ask about them again after the run.
  ///   - clock: what deadlines are kept by, and all times that are told.
  /// - Throws: ``ModelError`` for a number of steps or images that cannot be, and for another model's engine.
  public init(
    _ model: GFNet, sampler: any PatchSampler = LearnedSampler(), steps: Int? = nil, batchSize: Int = 64,
    seed: UInt64 = 0, engine: StepEngine? = nil, probe: AnswerProbe? = nil,
    clock: @escaping Deadline.Clock = Deadline.machineClock
  ) throws {
    let most = model.configuration.steps
    try ModelError.require(
      (1...most).contains(steps ?? most), "steps is \(steps ?? most), expected 1 to the model's \(most)")
    try ModelError.require(batchSize >= 1, "batch is \(batchSize), expected at least 1")
    try ModelError.require(engine.map { $0.model === model } ?? true, "the engine runs another model")
    setup = EpisodeSetup(
      engine: engine ?? StepEngine(model), sampler: sampler,
      random: CounterRandom(seed: seed, stream: "sampler." + sampler.name), batchSize: batchSize,
      madds: try model.measureCosts().cumulative.prefix(steps ?? most).map(Double.init), probe: probe,
      clock: clock)
  }

  /// One image's way through the network.
  public struct Result: Sendable {
    /// Its number in the data set or stream, from 0.
    public let index: Int
    /// The class that it is taken for, from 0.
    public let prediction: Int
    /// Its true class, from 0; nil when not known.
    public let label: Int?
    /// The answer's softmax probability.
    public let confidence: Float
    /// Steps taken.
    public let steps: Int
    /// Multiply-Adds that it has cost.
    public let madds: Double
    /// Where the patches of steps 2… were taken, of clips in all frames or in each; empty when it left after the glance.
    public let positions: [PatchCorners]
    /// Seconds from the start of its glance to its answer, wall-clock time in which others may have been run,
    /// too.
    public let seconds: Double
    /// The outputs that the answer follows from, C values; empty where they were not asked for.
    var logits: [Float] = []
  }

  /// The adaptive loop over a data set.
  public struct Run: Sendable {
    /// What became of each image, in the order of the data set; images that cannot be read are left out.
    public let results: [Result]
    /// The results summed up.
    public let evaluation: Evaluation
    /// What became of the videos, where several items in a row are views of one; else nil.
    public let videos: Videos?
    /// Wall-clock seconds of the loop, preparation of the images included.
    public let seconds: Double
    /// Images that were answered after their deadline.
    public let late: Int
    /// Bytes of decoded pixels that there was room for.
    public let pixelBytes: Int
  }

  /// Runs every image until `rule` lets it leave.
  ///
  /// Where the data set knows no labels, neither the rule nor the results have any.
  /// - Parameters:
  ///   - dataset: images of the model's size.
  ///   - rule: asked after every step but the last.
  ///   - deadline: seconds; see ``stream(_:rule:deadline:refills:)``.
  ///   - mean: how the answers to the views of a video become one.
  ///   - communicator: the processes over which the images are divided. All call this together, and get the same.
  /// - Throws: ``ModelError`` for a data set that does not fit, or of which no image can be read; what the
  ///   rule, the sampler and the network throw; `Interrupted`.
  public func infer(
    _ dataset: any ImageDataset, rule: any ExitRule, deadline: Double? = nil, mean: ViewMean = .logits,
    over communicator: any Communicator = SingleProcess()
  ) throws -> Run {
    if communicator.isShared {
      return try shared(dataset, rule: rule, deadline: deadline, mean: mean, over: communicator)
    }
    let run = try run(dataset, 0..<dataset.count, rule: rule, deadline: deadline, mean: mean)
    try requireImages(run.results.count, dataset)
    return run
  }

  /// Runs some images in a row on this process.
  func run(
    _ dataset: any ImageDataset, _ range: Range<Int>, rule: any ExitRule, deadline: Double?, mean: ViewMean
  ) throws -> Run {
    try setup.configuration.check(dataset)
    let stream = try stream(DatasetSource(dataset, range), rule: rule, deadline: deadline)
    var videos = dataset.views > 1 ? VideoAverage(views: dataset.views, mean) : nil
    stream.keepsLogits = videos != nil
    let start = setup.clock()
    let progress = ProgressReporter("inference", total: range.count)
    defer { progress.finish() }
    var results: [Result] = []
    results.reserveCapacity(range.count)
    while var result = try stream.next() {
      videos?.add(result)
      result.logits = []
      results.append(result)
      progress.update(result.index + 1 - range.lowerBound)
    }
    return Run(
      results: results, evaluation: Evaluation(of: results, stepMadds: setup.madds),
      videos: videos?.finished(),
      seconds: setup.clock() - start, late: stream.late, pixelBytes: stream.pixelBytes)
  }

  /// Runs images as they come until `rule` lets them leave; see ``EpisodeStream``.
  ///
  /// - Parameters:
  ///   - source: gives the images.
  ///   - rule: asked after every step but the last.
  ///   - deadline: seconds from the start of an image's glance in which it is to be answered: it leaves with
  ///     its best answer so far when another step is expected to take it beyond. The glance itself is always
  ///     taken. Before the first image every step is run on blank images, to learn how long it takes.
  ///   - refills: false: every image of a batch is answered before the next batch is taken in, so that steps of
  ///     other images never come between.
  /// - Throws: ``ModelError`` for a deadline that is not above 0; what the rule throws when it starts.
  public func stream(
    _ source: any ImageSource, rule: any ExitRule, deadline: Double? = nil, refills: Bool = true
  ) throws -> EpisodeStream {
    if let deadline {
      try ModelError.require(deadline > 0, "deadline is \(deadline), expected seconds above 0")
    }
    return try EpisodeStream(source, rule: rule, setup: setup, deadline: deadline, refills: refills)
  }

  /// Runs the images of a data set as ``stream(_:rule:deadline:refills:)`` does.
  ///
  /// - Throws: as that, and ``ModelError`` for a data set that does not fit the model.
  public func stream(
    checked dataset: any ImageDataset, rule: any ExitRule, deadline: Double? = nil, refills: Bool = true
  ) throws -> EpisodeStream {
    try setup.configuration.check(dataset)
    return try stream(DatasetSource(dataset), rule: rule, deadline: deadline, refills: refills)
  }

  /// Takes one image of a data set through its episode decision by decision.
  ///
  /// - Throws: ``ModelError`` for a data set that does not fit the model and for an image that cannot be read; what
  ///   the network and the rule, when it starts, throw.
  public func decisions(of dataset: any ImageDataset, at index: Int, rule: any ExitRule) throws
    -> DecisionStepper
  {
    try setup.configuration.check(dataset)
    return try DecisionStepper(
      SourceImage(dataset: dataset, index: index, number: index), rule: rule, setup: setup)
  }

  /// Runs every image through all steps and records everything.
  ///
  /// - Parameters:
  ///   - dataset: images of the model's size.
  ///   - identity: how the trace names the model.
  ///   - samplerName: how the trace names its sampler, with its parameters; nil: as the sampler does.
  ///   - communicator: the processes over which the images are divided. All call this together, and get the same.
  /// - Throws: ``ModelError`` for a data set that does not fit, or of which no image can be read; what the
  ///   sampler and the network throw; `Interrupted`.
  public func trace(
    _ dataset: any ImageDataset, model identity: Trace.Identity, samplerName: String? = nil,
    over communicator: any Communicator = SingleProcess()
  ) throws -> Trace {
    try setup.configuration.check(dataset)
    var record = try setup.record(
      indices: Array(0..<dataset.count),
      labels: dataset.knowsLabels ? (0..<dataset.count).map { dataset.label(at: $0) } : nil)
    // What is loaded together is also run together: divided elsewhere, sums could be rounded otherwise.
    let batch = min(max(setup.batchSize, EpisodeStream.preparedAhead), dataset.count)
    let range = items(of: communicator, in: dataset, unit: batch)
    let read = try shareRows(&record, of: dataset, over: communicator) { record in
      try self.record(dataset, range, batch: batch, into: &record)
    }
    try requireImages(read.count, dataset)
    return try finished(
      read.count == dataset.count ? record : record.selecting(read), dataset, identity, samplerName)
  }

  /// The trace of a record that is complete.
  func finished(
    _ record: EpisodeRecord, _ dataset: any ImageDataset, _ identity: Trace.Identity, _ samplerName: String?
  ) throws -> Trace {
    try Trace(
      record: record, model: identity,
      dataset: Trace.Identity(name: dataset.name, digest: dataset.identity),
      sampler: samplerName ?? setup.sampler.name,
      classNames: dataset.labels.isEmpty ? setup.configuration.labels : dataset.labels,
      views: dataset.views)
  }

  /// Records all steps of some images in a row.
  ///
  /// - Parameter batch: how many are loaded together.
  /// - Returns: those that could be read.
  private func record(
    _ dataset: any ImageDataset, _ range: Range<Int>, batch: Int, into record: inout EpisodeRecord
  ) throws -> [Int] {
    let progress = ProgressReporter("trace", total: range.count)
    defer { progress.finish() }
    let pool = try ImagePool(setup.configuration, channels: dataset.channels, capacity: batch)
    let stepper = setup.stepper(pool)
    let source = DatasetSource(dataset, range)
    // Images that cannot be read leave no row.
    var read: [Int] = []
    while true {
      try Cancellation.check()
      let images = source.next(batch)
      guard let last = images.last else { break }
      let readable = zip(images, try pool.load(images, rows: images.map(\.index)))
      let rows = readable.filter(\.1).map(\.0.index)
      for start in stride(from: 0, to: rows.count, by: setup.batchSize) {
        let group = EpisodeGroup(rows: Array(rows[start..<min(start + setup.batchSize, rows.count)]))
        for step in 1...setup.madds.count {
          try Cancellation.check()
          let outcome = try stepper.run(step, group, record, recordsValues: true)
          try stepper.enter(outcome, step, group, into: &record)
        }
      }
      read += rows
      progress.update(last.number + 1 - range.lowerBound)
    }
    return read
  }

  func requireImages(_ count: Int, _ dataset: any ImageDataset) throws {
    guard count > 0 else {
      throw ModelError("none of the \(dataset.count) images of \(dataset.name) can be read")
    }
  }
}
