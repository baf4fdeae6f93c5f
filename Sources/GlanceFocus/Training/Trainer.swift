import Foundation
import NeuralNet
import Compute
import Support
import Tensor
import Vision

/// Runs one stage of training, epoch by epoch, and can be killed and started again at any moment.
///
/// After each epoch everything needed to go on is written to one file, atomically. A run that finds the file of
/// the same stage, options, data and starting weights goes on after its last epoch, and ends bit-identical to a
/// run that was never stopped (same machine, same number of threads). The number of epochs may be another where the
/// learning rate does not depend on it. The file of another training is kept under another name.
public final class Trainer {
  /// The network that learns.
  public let model: GFNet
  /// What the stage does.
  public let options: TrainingOptions
  let loader: BatchLoader
  /// The file that keeps the state; nil: none.
  public let checkpoint: FilePath?
  let optimizer: any Optimizer
  private let schedule: Schedule
  private let functions: TrainingFunctions
  let fingerprint: TrainingFingerprint
  private let random: CounterRandom
  /// Epochs finished so far, including those of an earlier run.
  public internal(set) var history: [EpochMetrics] = []
  /// What was found at the checkpoint's place.
  public internal(set) var resumption = Resumption()

  /// - Parameters:
  ///   - model: the network that learns.
  ///   - dataset: its images must have the model's image size.
  ///   - options: what the stage does.
  ///   - functions: what is computed otherwise than the options say.
  ///   - checkpoint: where the state is kept; nil keeps none, and so do functions without an identity.
  /// - Throws: ``ModelError`` on options or data that do not fit, and what reading the checkpoint throws.
  public init(
    _ model: GFNet, dataset: any ImageDataset, options: TrainingOptions,
    functions: TrainingFunctions = TrainingFunctions(), checkpoint: FilePath? = nil
  ) throws {
    try options.validate()
    let configuration = model.configuration
    try configuration.check(dataset, needsLabels: true)
    try ModelError.require(
      dataset.count > 1, "the data set has 1 image: training needs 2 at least, for the statistics of a batch")
    try ModelError.require(
      options.stage == .encoders && !options.isDifferentiable || configuration.steps > 1,
      "a model of one step has no policy to train or to use")
    self.model = model
    self.options = options
    self.functions = functions
    let checkpoint = functions.areNone || functions.identity != nil ? checkpoint : nil
    self.checkpoint = checkpoint
    loader = try BatchLoader(
      dataset, batchSize: options.batchSize, order: .shuffled(seed: options.seed), evenly: true,
      threads: min(dataset.loaderThreads, ThreadTeam.size))
    schedule = Schedule(rawValue: options.schedule) ?? .cosine
    random = CounterRandom(seed: options.seed, stream: "train.stage\(options.stage.rawValue)")

    model.setTrainable(false)
    if options.startsPolicy { try model.policy.initialize(seed: options.seed, name: "policy.") }
    if options.trainsPolicy { model.policy.setTrainable(true) }
    if options.stage == .policy {
      optimizer = Adam([ParameterGroup(model.policy.parameters, learningRate: options.ppo.learningRate)])
    } else {
      if options.trainsGlobalEncoder { model.globalEncoder.setTrainable(true) }
      model.localEncoder.setTrainable(true)
      model.classifier.setTrainable(true)
      let encoders = model.parameters.filter {
        ($0.name.hasPrefix("model_prime.") && options.trainsGlobalEncoder) || $0.name.hasPrefix("model.")
      }
      let classifier = model.parameters.filter { $0.name.hasPrefix("fc.") }
      let policy = options.trainsPolicy ? model.parameters.filter { $0.name.hasPrefix("policy.") } : []
      optimizer = SGD(
        [
          ParameterGroup(encoders, learningRate: options.encoderRate, weightDecay: options.weightDecay),
          ParameterGroup(
            classifier, learningRate: options.classifierRate, weightDecay: options.weightDecay),
          ParameterGroup(
            policy, learningRate: options.policyRate ?? 0.1 * options.encoderRate,
            weightDecay: options.weightDecay),
        ].filter { !$0.parameters.isEmpty })
    }
    fingerprint = try TrainingFingerprint(
      model, dataset: dataset, options: options, functions: functions.areNone ? "" : functions.identity ?? "")
    if let checkpoint { try resume(from: checkpoint) }
  }

  /// Runs the epochs that are left.
  ///
  /// - Parameter onEpoch: called after each, when its checkpoint is on disk.
  /// - Throws: `Interrupted` when a stop was asked for; the last finished epoch is kept.
  public func run(onEpoch: (EpochMetrics) throws -> Void = { _ in }) throws {
    defer { model.setTrainable(true) }
    while history.count < options.epochs {
      let metrics = try runEpoch(history.count)
      history.append(metrics)
      do {
        if let checkpoint { try save(to: checkpoint) }
      } catch {
        // What is not on disk cannot be gone on from, and must not be told as done.
        history.removeLast()
        throw error
      }
      try onEpoch(metrics)
    }
  }

  private func runEpoch(_ epoch: Int) throws -> EpochMetrics {
    let start = Date()
    let batches = loader.batchesPerEpoch
    let progress = ProgressReporter(
      "stage \(options.stage.rawValue), epoch \(epoch + 1) of \(options.epochs)", total: batches)
    defer { progress.finish() }
    var totals = Totals(steps: model.configuration.steps)
    let stream = try loader.epoch(options.firstEpoch + epoch)
    while let batch = try stream.next() {
      try Cancellation.check()
      guard loader.isEnough(batch) else { continue }
      let step = epoch * batches + batch.number
      let done = Double(step) / Double(options.epochs * batches)
      let factor = try functions.factor(done, schedule)
      if options.stage == .policy && !options.isDifferentiable {
        try policyStep(batch, random.child(step), factor, &totals)
      } else {
        try descend(batch, random.child(step), factor, progress: done, &totals)
      }
      let count = batch.number + 1
      stream.recycle(batch)
      guard totals.loss.isFinite else {
        throw ModelError(
          "training diverged: the loss is not finite at epoch \(epoch + 1), batch \(count); try a lower rate")
      }
      progress.update(count, note: totals.note)
    }
    return totals.metrics(
      stage: options.stage.rawValue, epoch: epoch + 1, seconds: Date().timeIntervalSince(start))
  }

  private func images(_ batch: Batch) throws -> Tensor {
    try Tensor.images(
      batch, mean: model.configuration.mean, deviation: model.configuration.standardDeviation)
  }

  /// Stages 1 and 3, and a policy that learns by gradients: one step of descent on the loss of all steps of the sequence.
  private func descend(
    _ batch: Batch, _ random: CounterRandom, _ factor: Float, progress: Double, _ totals: inout Totals
  ) throws {
    let images = try images(batch)
    let combine = functions.loss.map { loss in
      { (logits: [Tensor], auxiliary: [Tensor]) in
        try loss(
          TrainingFunctions.Answers(
            logits: logits, auxiliary: auxiliary, labels: batch.labels, progress: progress))
      }
    }
    let tape = combine == nil ? GradientTape() : GradientTape(forScripts: nil)
    let loss = try tape.record {
      if options.isDifferentiable {
        return try Rollout.differentiableLoss(
          model, images, labels: batch.labels, random: random, options: options, combine: combine,
          observe: { step, logits in totals.observe(step, logits, batch.labels) })
      }
      return try Rollout.loss(
        model, images, labels: batch.labels, random: random, options: options, combine: combine,
        observe: { step, logits in totals.observe(step, logits, batch.labels) })
    }
    var gradients = try tape.backward(from: loss)
    if options.isDifferentiable { gradients = try gradients.clipped(toNorm: Rollout.largestGradient) }
    try optimizer.step(gradients, rateFactor: factor)
    totals.add(loss: try loss.item(), images: batch.count)
  }

  /// Stage 2: plays a batch of episodes and updates the policy.
  private func policyStep(
    _ batch: Batch, _ random: CounterRandom, _ factor: Float, _ totals: inout Totals
  ) throws {
    let episodes = try Rollout.play(
      model, images(batch), labels: batch.labels, random: random, reward: options.reward,
      functions: functions,
      observe: { step, logits in totals.observe(step, logits, batch.labels) })
    let loss = try options.ppo.update(
      model.policy, episodes, optimizer: optimizer, rateFactor: factor, advantage: functions.advantage)
    totals.add(loss: loss, images: batch.count)
    for rewards in episodes.rewards { totals.add(rewards: rewards) }
  }
}

/// Running sums of an epoch.
private struct Totals {
  private(set) var loss = 0.0
  private var batches = 0
  private var images = 0
  private var correct: [Int]
  private var reward = 0.0
  private var proposals = 0

  init(steps: Int) { correct = [Int](repeating: 0, count: steps) }

  mutating func add(loss: Float, images: Int) {
    self.loss += Double(loss)
    batches += 1
    self.images += images
  }

  mutating func add(rewards: [Float]) {
    for value in rewards { reward += Double(value) }
    proposals += rewards.count
  }

  /// Counts right answers; `step` is 1 for the glance.
  mutating func observe(_ step: Int, _ logits: Tensor, _ labels: [Int]) {
    guard let values = try? logits.values() else { return }
    let classes = logits.shape[1]
    for (row, label) in labels.enumerated() {
      let base = row * classes
      var best = 0
      for c in 1..<max(classes, 1) where values[base + c] > values[base + best] { best = c }
      if best == label { correct[step - 1] += 1 }
    }
  }

  var note: String {
    let shares = correct.map { String(format: "%.1f", 100 * Double($0) / Double(max(images, 1))) }
    return String(format: "loss %.3f, ", loss / Double(max(batches, 1))) + shares.joined(separator: "/")
      + " %"
  }

  func metrics(stage: Int, epoch: Int, seconds: Double) -> EpochMetrics {
    EpochMetrics(
      stage: stage, epoch: epoch, loss: loss / Double(max(batches, 1)),
      accuracy: correct.map { Double($0) / Double(max(images, 1)) },
      reward: proposals > 0 ? reward / Double(proposals) : nil, images: images, seconds: seconds)
  }
}

extension JSONEncoder {
  /// Keys in order, so that equal values give equal text.
  static var sorted: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
