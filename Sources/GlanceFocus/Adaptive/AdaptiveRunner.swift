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

  /// Runs every image until `rule` lets it leave; survivors are gathered after each step.
  ///
  /// Where the data set knows no labels, neither the rule nor the results have any.
  public func infer(_ dataset: any ImageDataset, rule: any ExitRule) throws -> Run {
    try check(dataset)
    let start = Date()
    let progress = ProgressReporter("inference", total: dataset.count)
    defer { progress.finish() }
    var parts: [Evaluation] = []
    var results: [Result] = []
    try forEachBatch(dataset, progress: progress) { batch in
      var record = try record(indices: batch.indices, labels: dataset.knowsLabels ? batch.labels : nil)
      var state = BatchState(images: try images(batch), rows: Array(0..<batch.count))
      let began = Date()
      let evaluation = try EpisodeLoop.run(
        &record, rule: rule, elapsed: { Date().timeIntervalSince(began) }
      ) { step, rows, record in
        let runsPolicy = sampler.needs.contains(.policy) || rule.needs.contains(.value)
        try fill(step, rows: rows, &state, &record, runsPolicy: runsPolicy)
      }
      for row in 0..<batch.count { results.append(result(row, evaluation, record)) }
      parts.append(evaluation)
    }
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
      var state = BatchState(images: try images(batch), rows: rows)
      for step in 1...madds.count {
        try fill(step, rows: rows, &state, &record, runsPolicy: true)
      }
    }
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

  /// The images of a batch that are still in play, and what the network carries for them.
  private struct BatchState {
    var images: Tensor
    /// Record rows of the images, in the order of all tensors.
    var rows: [Int]
    var memory: GFNet.Memory?
    var proposals: [PatchLocation]?
    /// Of the glance, for samplers that need it.
    var saliency: Tensor?

    init(images: Tensor, rows: [Int]) {
      self.images = images
      self.rows = rows
    }

    /// Keeps `survivors` (a subset of ``rows``, both ascending) only.
    mutating func keep(_ survivors: [Int]) throws {
      guard survivors.count != rows.count else { return }
      var positions: [Int] = []
      positions.reserveCapacity(survivors.count)
      var position = 0
      for row in survivors {
        while rows[position] != row { position += 1 }
        positions.append(position)
      }
      images = try images.indexSelected(0, positions)
      memory = try memory?.gathered(positions)
      proposals = proposals.map { old in positions.map { old[$0] } }
      saliency = try saliency?.indexSelected(0, positions)
      rows = survivors
    }
  }

  /// Runs one step for `rows` and enters it into the record.
  private func fill(
    _ step: Int, rows: [Int], _ state: inout BatchState, _ record: inout EpisodeRecord,
    runsPolicy: Bool
  ) throws {
    try state.keep(rows)
    let result: GFNet.StepResult
    var locations: [PatchLocation]?
    if step == 1 {
      (result, state.memory) = try engine.glance(state.images)
    } else {
      guard let memory = state.memory else { throw ModelError("step \(step) before the glance") }
      let places = try propose(step, state, memory, record)
      let patches = try model.patches(state.images, locations: places)
      let next: GFNet.Memory
      (result, next) = try engine.focus(patches, memory: memory)
      state.memory = next
      locations = places
    }
    var values: [Float]?
    if runsPolicy, step < madds.count, var memory = state.memory {
      let proposal = try engine.propose(&memory)
      state.memory = memory
      values = try proposal.value.values()
      let means = try proposal.mean.values()
      state.proposals = rows.indices.map {
        PatchLocation(row: means[2 * $0], column: means[2 * $0 + 1])
      }
    }
    try record.setStep(
      step, rows: rows, logits: try result.logits.values(), values: values, locations: locations)
    if step == 1, sampler.needs.contains(.saliency), let map = state.memory?.map {
      state.saliency = try model.saliency(map, answers: rows.map { Int(record[1].prediction[$0]) })
    }
  }

  private func propose(
    _ step: Int, _ state: BatchState, _ memory: GFNet.Memory, _ record: EpisodeRecord
  ) throws -> [PatchLocation] {
    let last = try StepBatch(record: record, step: step - 1, rows: state.rows)
    return try sampler.checkedProposal(
      SamplerBatch(
        after: last, random: random, policy: state.proposals,
        maps: sampler.needs.contains(.maps) ? try plain(memory.map) : nil,
        glances: sampler.needs.contains(.glances) ? try plain(model.glanceImages(state.images)) : nil,
        saliency: try state.saliency.map(plain)))
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
