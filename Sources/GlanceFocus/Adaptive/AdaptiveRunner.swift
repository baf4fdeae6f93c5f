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
  private let engine: StepEngine
  private let batchSize: Int
  private let random: CounterRandom

  /// - Parameters:
  ///   - steps: the most steps; nil takes the model's.
  ///   - batchSize: images that are run together. Results do not depend on it beyond rounding.
  ///   - seed: of samplers that draw.
  ///   - engine: computes the steps of this model; nil evaluates it as training does.
  public init(
    _ model: GFNet, sampler: any PatchSampler = LearnedSampler(), steps: Int? = nil, batchSize: Int = 64,
    seed: UInt64 = 0, engine: StepEngine? = nil
  ) throws {
    let most = model.configuration.steps
    try ModelError.require(
      (1...most).contains(steps ?? most), "steps is \(steps ?? most), expected 1 to the model's \(most)")
    try ModelError.require(batchSize >= 1, "batch is \(batchSize), expected at least 1")
    try ModelError.require(engine.map { $0.model === model } ?? true, "the engine runs another model")
    self.model = model
    self.engine = engine ?? StepEngine(model)
    self.sampler = sampler
    self.batchSize = batchSize
    madds = try model.measureCosts().cumulative.prefix(steps ?? most).map(Double.init)
    random = CounterRandom(seed: seed, stream: "sampler." + sampler.name)
  }

  /// One image's way through the network.
  public struct Result: Sendable {
    /// Index in the data set, from 0.
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
  }

  /// The adaptive loop over a data set.
  public struct Run: Sendable {
    public let results: [Result]
    public let evaluation: Evaluation
    /// Wall-clock time of the loop, preparation of the images included.
    public let seconds: Double
  }

  /// Runs every image until `rule` lets it leave.
  ///
  /// Survivors of up to eight batches are put together after each step, so that later steps run on full batches.
  /// Where the data set knows no labels, neither the rule nor the results have any.
  public func infer(_ dataset: any ImageDataset, rule: any ExitRule) throws -> Run {
    try check(dataset)
    let start = Date()
    let progress = ProgressReporter("inference", total: dataset.count)
    defer { progress.finish() }
    var parts: [Evaluation] = []
    var results: [Result] = []
    var window = EpisodeWindow()
    var (indices, labels): ([Int], [Int]) = ([], [])
    let knowsValues = sampler.needs.contains(.values) || rule.needs.contains(.value)
    func runWindow() throws {
      guard !indices.isEmpty else { return }
      var record = try record(indices: indices, labels: dataset.knowsLabels ? labels : nil)
      let began = Date()
      let evaluation = try EpisodeLoop.run(
        &record, rule: rule, elapsed: { Date().timeIntervalSince(began) }
      ) { step, rows, record in
        try advance(to: step, rows: rows, &window, &record, knowsValues: knowsValues)
      }
      for row in indices.indices { results.append(result(row, evaluation, record)) }
      parts.append(evaluation)
      window = EpisodeWindow()
      (indices, labels) = ([], [])
    }
    try forEachBatch(dataset, progress: progress) { batch in
      window.add(try images(batch), rows: Array(indices.count..<indices.count + batch.count))
      indices += batch.indices
      labels += batch.labels
      if window.batches.count == windowBatches { try runWindow() }
    }
    try runWindow()
    return Run(
      results: results, evaluation: try Evaluation.joined(parts), seconds: Date().timeIntervalSince(start))
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
    // Images that cannot be read leave no row.
    var read: [Int] = []
    try forEachBatch(dataset, progress: progress) { batch in
      let rows = batch.indices
      read += rows
      var window = EpisodeWindow()
      window.add(try images(batch), rows: rows)
      for step in 1...madds.count {
        try advance(to: step, rows: rows, &window, &record, knowsValues: true)
      }
    }
    return try Trace(
      record: read.count == dataset.count ? record : record.selecting(read), model: identity,
      dataset: Trace.Identity(name: dataset.name, digest: dataset.identity),
      sampler: samplerName ?? sampler.name,
      classNames: dataset.labels.isEmpty ? model.configuration.labels : dataset.labels)
  }

  /// How many batches take their steps together. A single image never waits for others.
  private var windowBatches: Int {
    let side = model.configuration.imageSize
    let bytes = batchSize * 3 * side * side * MemoryLayout<Float>.stride
    return batchSize == 1 ? 1 : max(1, min(Self.mostBatches, Self.mostBytes / max(bytes, 1)))
  }

  private static let mostBatches = 8
  /// Of a window's images.
  private static let mostBytes = 256 << 20

  private func check(_ dataset: any ImageDataset) throws {
    let size = model.configuration.imageSize
    try ModelError.require(
      dataset.imageSize == (size, size),
      "the images are \(dataset.imageSize.height)×\(dataset.imageSize.width), the model was made for "
        + "\(size)×\(size)")
    try ModelError.require(
      dataset.classes == model.configuration.classes || (dataset.labels.isEmpty && !dataset.knowsLabels),
      "the data set has \(dataset.classes) classes, the model \(model.configuration.classes)")
  }

  private func forEachBatch(
    _ dataset: any ImageDataset, progress: ProgressReporter, _ body: (Batch) throws -> Void
  ) throws {
    let stream = try BatchLoader(dataset, batchSize: batchSize, threads: dataset.loaderThreads).epoch(0)
    var done = 0
    while let batch = try stream.next() {
      try Cancellation.check()
      if batch.count > 0 { try body(batch) }
      done += batch.count
      progress.update(done)
      stream.recycle(batch)
    }
    guard done > 0 else {
      throw ModelError("none of the \(dataset.count) images of \(dataset.name) can be read")
    }
  }

  private func images(_ batch: Batch) throws -> Tensor {
    try Tensor.images(
      batch, mean: model.configuration.mean, deviation: model.configuration.standardDeviation)
  }

  private func record(indices: [Int], labels: [Int]?) throws -> EpisodeRecord {
    try EpisodeRecord(
      indices: indices, classes: model.configuration.classes, imageSize: model.configuration.imageSize,
      patchSize: model.configuration.patchSize, madds: madds, labels: labels?.map(Int32.init))
  }

  /// Runs one step for `rows` and enters it into the record.
  ///
  /// - Parameter knowsValues: ask the policy of every image at once, for the critic's value; otherwise it is asked
  ///   of those alone that go on.
  private func advance(
    to step: Int, rows: [Int], _ window: inout EpisodeWindow, _ record: inout EpisodeRecord,
    knowsValues: Bool
  ) throws {
    if step > 1 { try window.keep(rows, groupSize: batchSize) }
    for index in window.groups.indices {
      try Cancellation.check()
      var group = window.groups[index]
      let result: GFNet.StepResult
      var locations: [PatchLocation]?
      if step == 1 {
        (result, group.memory) = try engine.glance(window.batches[index])
      } else {
        if sampler.needs.contains(.policy), group.proposals == nil { _ = try askPolicy(&group) }
        guard let memory = group.memory else { throw ModelError("step \(step) before the glance") }
        let places = try propose(step, group, window, memory, record)
        let (image, patch) = (model.configuration.imageSize, model.configuration.patchSize)
        let patches = try window.patches(
          group.rows, places.map { $0.coordinate(imageSize: image, patchSize: patch) }, side: patch)
        (result, group.memory) = try engine.focus(patches, memory: memory)
        group.proposals = nil
        locations = places
      }
      let values = knowsValues && step < madds.count ? try askPolicy(&group) : nil
      try record.setStep(
        step, rows: group.rows, logits: try result.logits.values(), values: values, locations: locations)
      if step == 1, sampler.needs.contains(.saliency), let map = group.memory?.map {
        group.saliency = try model.saliency(
          map, answers: group.rows.map { Int(record[1].prediction[$0]) })
      }
      window.groups[index] = group
    }
  }

  /// Where the policy would look next, and how well it thinks things stand.
  private func askPolicy(_ group: inout EpisodeWindow.Group) throws -> [Float] {
    guard var memory = group.memory else { throw ModelError("the policy is asked before the glance") }
    let proposal = try engine.propose(&memory)
    group.memory = memory
    group.proposals = try PatchLocation.all(in: proposal.mean)
    return try proposal.value.values()
  }

  private func propose(
    _ step: Int, _ group: EpisodeWindow.Group, _ window: EpisodeWindow, _ memory: GFNet.Memory,
    _ record: EpisodeRecord
  ) throws -> [PatchLocation] {
    let last = try StepBatch(record: record, step: step - 1, rows: group.rows)
    let needs = sampler.needs
    return try sampler.checkedProposal(
      SamplerBatch(
        after: last, random: random, policy: group.proposals,
        maps: needs.contains(.maps) ? try plain(memory.map) : nil,
        glances: needs.contains(.glances)
          ? try plain(model.glanceImages(window.images(group.rows))) : nil,
        saliency: try group.saliency.map(plain)))
  }

  private func plain(_ maps: Tensor) throws -> PlainMaps {
    PlainMaps(
      values: try maps.values(), channels: maps.shape[1], height: maps.shape[2], width: maps.shape[3])
  }

  private func result(_ row: Int, _ evaluation: Evaluation, _ record: EpisodeRecord) -> Result {
    let steps = Int(evaluation.exitSteps[row])
    return Result(
      index: record.indices[row], prediction: Int(evaluation.predictions[row]),
      label: record.labels.map { Int($0[row]) }, confidence: evaluation.confidences[row], steps: steps,
      madds: record.madds[steps - 1],
      path: steps < 2 ? [] : (2...steps).map { record[$0].coordinates[row] })
  }
}
