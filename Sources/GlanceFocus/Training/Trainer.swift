import Communication
import Compute
import Foundation
import NeuralNet
import Support
import Tensor
import Vision

/// Runs one stage of training, epoch by epoch, and can be killed and started again at any moment.
///
/// After each epoch everything needed to go on is written to one file, atomically. A run that finds the file of
/// the same stage, options, data and starting weights goes on after its last epoch, and ends bit-identical to a
/// run that was never stopped (same machine, same number of threads). The number of epochs may be another where the
/// learning rate does not depend on it. The file of another training is kept under another name.
///
/// Several processes can train one network together: each makes a trainer with the same arguments and a communicator, and
/// all call the same functions in the same order. Batches are then divided into shards (``BatchShards``); weights and the
/// optimiser's state are the same everywhere, and the first process alone has files.
public final class Trainer {
  /// The network that learns.
  public let model: GFNet
  /// What the stage does.
  public let options: TrainingOptions
  let loader: BatchLoader
  /// The file that keeps the state; nil: none.
  public let checkpoint: FilePath?
  let optimizer: any Optimizer
  let schedule: Schedule
  let functions: TrainingFunctions
  let fingerprint: TrainingFingerprint
  let random: CounterRandom
  let communicator: any Communicator
  let plan: ShardPlan
  var sum: BatchSum
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
  ///   - communicator: the processes that train together.
  /// - Throws: ``ModelError`` on options or data that do not fit, and what reading the checkpoint throws;
  ///   `CommunicationError`.
  public init(
    _ model: GFNet, dataset: any ImageDataset, options: TrainingOptions,
    functions: TrainingFunctions = TrainingFunctions(), checkpoint: FilePath? = nil,
    communicator: any Communicator = SingleProcess()
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
    self.communicator = communicator
    let whole = try BatchLoader(
      dataset, batchSize: options.batchSize, order: .shuffled(seed: options.seed), evenly: true,
      threads: min(dataset.loaderThreads, ThreadTeam.size))
    plan = try ShardPlan(
      options.shards, communicator, smallest: dataset.count / whole.batchesPerEpoch)
    loader = whole.divided(plan.parts)
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
    try Self.shareWeights(of: model, dataset, options, communicator)
    sum = try BatchSum(
      plan, parameters: optimizer.groups.flatMap(\.parameters).map(\.parameter),
      buffers: (options.stage == .policy ? model.policy.state : model.state).compactMap { _, entry in
        if case .buffer(let buffer) = entry { buffer } else { nil }
      })
    fingerprint = try TrainingFingerprint(
      model, dataset: dataset, options: options, functions: functions.areNone ? "" : functions.identity ?? "")
    if let checkpoint { try shareResumption { try resume(from: checkpoint) } }
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
        try finishEpoch()
      } catch {
        // What is not on disk cannot be gone on from, and must not be told as done.
        history.removeLast()
        throw error
      }
      _ = try communicator.agree(on: "what is done after epoch \(metrics.epoch)") {
        try onEpoch(metrics)
        return []
      }
    }
  }

  private func runEpoch(_ epoch: Int) throws -> EpochMetrics {
    let start = Date()
    let batches = loader.batchesPerEpoch
    let progress = ProgressReporter(
      "stage \(options.stage.rawValue), epoch \(epoch + 1) of \(options.epochs)", total: batches)
    defer { progress.finish() }
    var totals = EpochTotals(steps: model.configuration.steps)
    let stream = try loader.epoch(options.firstEpoch + epoch)
    for batch in 0..<batches {
      if !communicator.isShared { try Cancellation.check() }
      let update = try update(epoch, batch, of: batches)
      if options.stage == .policy && !options.isDifferentiable {
        try reinforce(update, stream, &totals)
      } else {
        try descend(update, stream, &totals)
      }
      guard totals.loss.isFinite else {
        throw ModelError(
          "training diverged: the loss is not finite at epoch \(epoch + 1), batch \(batch + 1); try a lower rate"
        )
      }
      progress.update(batch + 1, note: totals.note)
    }
    return totals.metrics(
      stage: options.stage.rawValue, epoch: epoch + 1, seconds: Date().timeIntervalSince(start))
  }

  private func update(_ epoch: Int, _ batch: Int, of batches: Int) throws -> Update {
    let step = epoch * batches + batch
    let done = Double(step) / Double(options.epochs * batches)
    let name = "stage \(options.stage.rawValue), epoch \(epoch + 1), batch \(batch + 1)"
    var factor = schedule.factor(done)
    if functions.schedule != nil {
      _ = try communicator.agree(on: name + ", its rate") {
        factor = try functions.factor(done, schedule)
        return []
      }
    }
    return Update(step: step, factor: factor, progress: done, name: name)
  }
}
