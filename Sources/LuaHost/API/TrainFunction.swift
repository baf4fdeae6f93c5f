import Backbones
import Foundation
import GlanceFocus
import NeuralNet
import Reports
import Support

/// `gfnet.train`.
enum TrainFunction {
  static let functions = [train]

  private static let train = FunctionEntry(
    "train", "Trains a model for one stage; a run that was stopped goes on after its last epoch.",
    [
      .options(
        [
          Parameter("model", .object("model"), "is trained in place"),
          Parameter("dataset", .object("dataset"), "the images"),
          Parameter(
            "stage", .integer,
            "1: encoders and classifier on random patches; 2: the policy; 3: fine-tuning with the policy",
            in: 1...3),
          Parameter("epochs", .integer, "passes over the data set", in: 1...100_000),
          Parameter("batch", .integer, default: 128, "most images of one update", in: 2...65536),
          Parameter(
            "rate", .number, default: 0.01, "stages 1 and 3: learning rate of the encoders", in: 0...100),
          .optional(
            "classifier_rate", .number,
            "stages 1 and 3: learning rate of the classifier; default: 0.1 in stage 1, 0.01 in stage 3",
            in: 0...100),
          Parameter("weight_decay", .number, default: 1e-4, "stages 1 and 3: of all weights", in: 0...1),
          Parameter(
            "schedule", .choice(Schedule.allCases.map(\.rawValue)),
            default: .string(Schedule.cosine.rawValue),
            "how the rate goes over the stage"),
          .optional(
            "aux_weight", .number,
            "stages 1 and 3: weight of the encoders' own classifiers; default: the backbone's", in: 0...1000),
          Parameter("label_smoothing", .number, default: 0.0, "stages 1 and 3", in: 0...0.99),
          Parameter(
            "reward", .choice(Reward.allCases.map(\.rawValue)), default: .string(Reward.increments.rawValue),
            "stage 2: what a patch is worth, from the true class's probability p"),
          Parameter("discount", .number, default: 0.7, "stage 2: of later rewards", in: 0...1),
          Parameter("ppo_epochs", .integer, default: 1, "stage 2: updates on each batch", in: 1...1000),
          Parameter("ppo_rate", .number, default: 3e-4, "stage 2: learning rate of the policy", in: 0...1),
          Parameter("reset_policy", .boolean, default: true, "stage 2: start from a fresh policy"),
          .optional("seed", .integer, "of everything random; default: the run's"),
          Parameter(
            "first_epoch", .integer, default: 0,
            "epochs that the data set has been through, for sets that draw new images each epoch", in: 0...1e9
          ),
          .optional(
            "checkpoint", .either([.string, .boolean]),
            "the file that keeps the state; false keeps none; default: checkpoints/MODEL-stageN.safetensors"
              + " in the run's folder"),
          .optional("log", .function, "function(m): called after each epoch"),
        ])
    ],
    returns: "list of tables: {stage=, epoch=, loss=, accuracy=, reward=, images=, seconds=}",
    example: """
      local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 16})  \
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}  \
      gfnet.train{model = model, dataset = data, stage = 1, epochs = 1, batch = 8, checkpoint = false}
      """,
    discussion: """
      accuracy is the percent of right answers after step 1, 2, …, on the training images; reward is the mean per \
      patch, in stage 2 only; images is how many the epoch had. An epoch goes through all images that can be read, in \
      batches as even as they can be, of no more than batch images (of an odd number in pairs, one batch has three).

      After each epoch everything needed to go on is in the checkpoint: the same call with the same starting weights, \
      options and data goes on from there, and a training that is complete says so. Its earlier epochs are in the list \
      that is returned, but log is not called for them. epochs may be another number where the rate does not depend on \
      it (schedule = "constant"). The checkpoint of another training is never replaced: it is kept beside, as \
      NAME-old.safetensors, NAME-old-2.safetensors, …, where its own training finds it again.

      The metrics are also lines of metrics.jsonl in the run's folder, and model:save keeps them, without the seconds, \
      as model.info.history. log cannot train the model further; running it there is fine.
      """, touches: [.readFiles, .writeFiles, .clock, .report]
  ) { call in
    let model = try call.object("model", as: ModelHandle.self)
    let data = try call.object("dataset", as: DatasetHandle.self)
    data.tellNormalization(of: model.configuration, call.context)
    let dataset = data.images
    let options = try options(call, model)
    let checkpoint = try checkpoint(call, model, options.stage)
    let log = try call.has("log") ? call.function("log") : nil
    return try model.training {
      let trainer = try Trainer(model.network, dataset: dataset, options: options, checkpoint: checkpoint)
      let resumed = TrainingReport(trainer, call.context)
      try resumed.tellStart()
      let directory = try call.context.recorder?.open()
      // The lines of an earlier run went with its directory.
      for metrics in trainer.history { try directory?.appendMetrics(metrics.members) }
      do {
        try DamageNote.telling(dataset, call.context) {
          try trainer.run { metrics in
            let line = metrics.line(of: options.epochs)
            call.context.recorder?.log([line])
            call.context.emit(.text(line + "\n"))
            try directory?.appendMetrics(metrics.members)
            try log?.call(MetricsTable(metrics))
          }
        }
      } catch let stop as Interrupted {
        resumed.tellStop()
        throw stop
      }
      // Without the times, equal trainings give equal files.
      model.history += trainer.history.map { .object($0.members.filter { $0.name != "seconds" }) }
      return LuaResults(trainer.history.map(MetricsTable.init))
    }
  }

  private static func options(_ call: LuaCall, _ model: ModelHandle) throws -> TrainingOptions {
    let stage = TrainingOptions.Stage(rawValue: try call.integer("stage")) ?? .encoders
    let defaults = try model.configuration.paperSetup().family
    var options = TrainingOptions(stage: stage, epochs: try call.integer("epochs"))
    options.batchSize = try call.integer("batch")
    options.encoderRate = try call.float("rate")
    options.classifierRate =
      try call.optionalNumber("classifier_rate").map(Float.init) ?? (stage == .fineTune ? 0.01 : 0.1)
    options.weightDecay = try call.float("weight_decay")
    options.schedule = try call.string("schedule")
    options.auxiliaryWeight =
      try call.optionalNumber("aux_weight").map(Float.init) ?? defaults.auxiliaryWeight
    options.trainsGlobalEncoder = defaults.trainsGlobalEncoder
    options.labelSmoothing = try call.float("label_smoothing")
    options.reward = Reward(rawValue: try call.string("reward")) ?? .increments
    options.ppo.discount = try call.float("discount")
    options.ppo.epochs = try call.integer("ppo_epochs")
    options.ppo.learningRate = try call.float("ppo_rate")
    options.resetsPolicy = try call.boolean("reset_policy")
    options.seed = try Seeds.of(call)
    options.firstEpoch = try call.integer("first_epoch")
    return options
  }

  /// The file that keeps the state of the training; nil: none.
  private static func checkpoint(
    _ call: LuaCall, _ model: ModelHandle, _ stage: TrainingOptions.Stage
  ) throws -> FilePath? {
    let given = try call.value("checkpoint")
    if given.asString != nil {
      let path = try call.outputPath("checkpoint")
      // A folder for checkpoints is made, one, beside what is there; a slip is told before the first epoch, not after it.
      if path.folder.folder.isFolder { try AtomicFile.createFolder(path.folder) }
      try AtomicFile.destination(of: path)
      return path
    }
    if let keeps = given.asBoolean {
      guard !keeps else { throw LuaError("gfnet.train: checkpoint must be a file or false") }
      return nil
    }
    guard let folder = call.context.recorder?.path else { return nil }
    let name = call.context.uniqueName("\(model.name)-stage\(stage.rawValue)", among: "checkpoints")
    try AtomicFile.createFolder(folder / "checkpoints")
    return (folder / "checkpoints" / name).adding(".safetensors")
  }
}

/// What a user is told about where a training begins and ends.
private struct TrainingReport {
  private let trainer: Trainer
  private let context: HostContext
  /// Epochs of earlier runs.
  private let earlier: Int

  init(_ trainer: Trainer, _ context: HostContext) {
    self.trainer = trainer
    self.context = context
    earlier = trainer.history.count
  }

  private var stage: String { "stage \(trainer.options.stage.rawValue)" }
  private var epochs: Int { trainer.options.epochs }

  private static func text(epochs: Int) -> String { "\(epochs) epoch\(epochs == 1 ? "" : "s")" }

  /// The epochs of earlier runs and where they come from; whose state stands in the way.
  func tellStart() throws {
    let found = trainer.resumption
    if let kept = found.keptAs, let checkpoint = trainer.checkpoint {
      context.note(
        "\(checkpoint) is of another training (\(found.obstacles.joined(separator: "; "))); it will be kept as"
          + " \(kept) as soon as this one has \(found.source == nil ? "an epoch" : "another epoch")")
    }
    guard let source = found.source else { return }
    let lines = trainer.history.map { $0.line(of: epochs) + "\n" }
    if !lines.isEmpty { context.emit(.text(lines.joined())) }
    context.note(
      earlier < epochs
        ? "\(stage): going on after epoch \(earlier) of \(epochs), from \(source)"
        : "\(stage): complete, \(Self.text(epochs: earlier)), from \(source)")
  }

  /// How to go on after an interruption.
  func tellStop() {
    let done = trainer.history.count
    let place = "\(stage) was stopped in epoch \(min(done + 1, epochs)) of \(epochs)"
    switch (trainer.checkpoint, done) {
    case (nil, _): context.note("\(place); without a checkpoint nothing of it is kept")
    case (_, 0): context.note("\(place); there is nothing to go on from yet")
    case (let checkpoint?, _):
      context.note("\(place): run it again to go on after epoch \(done), from \(checkpoint)")
    }
  }
}

extension EpochMetrics {
  /// `stage 1, epoch 3 of 60: loss 1.234, accuracy 45.1 / 60.2 %, 12.3 s`.
  fileprivate func line(of epochs: Int) -> String {
    let shares = accuracy.map { String(format: "%.1f", 100 * $0) }.joined(separator: " / ")
    let gain = reward.map { String(format: ", reward %.4f", $0) } ?? ""
    return "stage \(stage), epoch \(epoch) of \(epochs): "
      + String(format: "loss %.3f, accuracy %@ %%%@, %.1f s", loss, shares, gain, seconds)
  }

  /// For files, in the units of Lua: accuracy in percent.
  fileprivate var members: [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("stage", .integer(stage)), .init("epoch", .integer(epoch)), .init("loss", .number(loss)),
      .init("accuracy", .array(accuracy.map { .number(Percent.of($0)) })),
    ]
    if let reward { members.append(.init("reward", .number(reward))) }
    return members + [.init("images", .integer(images)), .init("seconds", .number(seconds))]
  }
}

/// One epoch's metrics on their way to Lua.
private struct MetricsTable: LuaPushable {
  let metrics: EpochMetrics

  init(_ metrics: EpochMetrics) { self.metrics = metrics }

  func push(onto stack: LuaStack) throws {
    try LuaFields([
      "stage": metrics.stage, "epoch": metrics.epoch, "loss": metrics.loss,
      "accuracy": metrics.accuracy.map(Percent.of), "reward": metrics.reward, "images": metrics.images,
      "seconds": metrics.seconds,
    ]).push(onto: stack)
  }
}
