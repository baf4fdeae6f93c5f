import GlanceFocus
import NeuralNet
import Reports
import Support

/// `gfnet.train`.
enum TrainFunction {
  static let functions = [train]

  private static let model = ArgumentKey<ModelHandle>("model", "is trained in place")
  private static let dataset = ArgumentKey<DatasetHandle>("dataset", "the images")
  private static let stage = ArgumentKey<TrainingOptions.Stage>(
    FunctionParameter(
      "stage", .integer,
      "1: encoders and classifier on random patches; 2: the policy; 3: fine-tuning with the policy",
      in: 1...3)
  ) { call, name in TrainingOptions.Stage(rawValue: try call.integer(name)) ?? .encoders }
  private static let epochs = ArgumentKey<Int>("epochs", "passes over the data set", in: 1...100_000)
  private static let batch = ArgumentKey<Int>(
    "batch", default: 128, "most images of one update", in: 2...65536)
  private static let schedule = TrainingFunctionOptions.schedule.word
  private static let seed = ArgumentKey<UInt64>.seed(of: "everything random")
  private static let firstEpoch = ArgumentKey<Int>(
    "first_epoch", default: 0,
    "epochs that the data set has been through, for sets that draw new images each epoch", in: 0...1e9)
  private static let shards = ArgumentKey<BatchShards?>(
    .optional(
      "shards", .either([.integer, .string]),
      "parts of each batch whose gradients are computed one by one and added up in a fixed order, so that any number of "
        + "ranks gives the same bits; \"ranks\": one for each rank; default: --shards, else 8 under mpirun and none without"
    )
  ) { call, name in
    let value = try call.value(name)
    if value.isNil { return nil }
    if value.asString == "ranks" { return .perRank }
    guard let count = value.asInteger, (1...BatchShards.most).contains(count) else {
      throw LuaError("gfnet.train: shards must be a whole number from 1 to \(BatchShards.most), or \"ranks\"")
    }
    return .fixed(count)
  }
  private static let log = ArgumentKey<LuaFunction?>("log", "function(m): called after each epoch")

  // MARK: Stages 1 and 3

  private static let rate = ArgumentKey<Float>(
    "rate", default: 0.01, "stages 1 and 3: learning rate of the encoders", in: 0...100)
  private static let classifierRate = ArgumentKey<Float?>(
    "classifier_rate",
    "stages 1 and 3: learning rate of the classifier; default: 0.1 in stage 1, 0.01 in stage 3", in: 0...100)
  private static let weightDecay = ArgumentKey<Float>(
    "weight_decay", default: 1e-4, "stages 1 and 3: of all weights", in: 0...1)
  private static let auxWeight = ArgumentKey<Float?>(
    "aux_weight", "stages 1 and 3: weight of the encoders' own classifiers; default: the backbone's",
    in: 0...1000)
  private static let labelSmoothing = ArgumentKey<Float>(
    "label_smoothing", default: 0.0, "stages 1 and 3", in: 0...0.99)

  // MARK: The policy

  private static let method = ArgumentKey<TrainingOptions.Method>(
    "method", default: .ppo,
    "how the policy learns: ppo: by reinforcement, in stage 2; differentiable: by the gradient of the loss, through"
      + " interpolated patches, in stage 2 alone, in 1 and 3 together with encoders and classifier")
  private static let policyRate = ArgumentKey<Float?>(
    "policy_rate", "differentiable, stages 1 and 3: learning rate of the policy; default: a tenth of rate",
    in: 0...100)
  private static let randomBranch = ArgumentKey<Bool>(
    "random_branch", default: true,
    "differentiable, stages 1 and 3: half of the loss is that of patches at random places")
  private static let reward = TrainingFunctionOptions.reward.word
  private static let discount = ArgumentKey<Float>(
    "discount", default: 0.7, "stage 2: of later rewards", in: 0...1)
  private static let ppoEpochs = ArgumentKey<Int>(
    "ppo_epochs", default: 1, "stage 2: updates on each batch", in: 1...1000)
  private static let ppoRate = ArgumentKey<Float>(
    "ppo_rate", default: 3e-4, "stage 2: learning rate of the policy", in: 0...1)
  private static let resetPolicy = ArgumentKey<Bool>(
    "reset_policy", default: true, "stage 2, differentiable stage 1 too: start from a fresh policy")

  // MARK: Entry

  private static let rows: [any ArgumentRow] = [
    model, dataset, stage, epochs, batch, rate, classifierRate, weightDecay, schedule, auxWeight,
    labelSmoothing, TrainingFunctionOptions.loss, reward, TrainingFunctionOptions.advantage, discount,
    ppoEpochs, ppoRate, method, policyRate, randomBranch, resetPolicy, seed, firstEpoch, shards,
    CheckpointOption.key, log,
  ]

  private static let train = FunctionEntry(
    "train", "Trains a model for one stage; a run that was stopped goes on after its last epoch.",
    [.options(rows)],
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

      Started by mpirun, all ranks train the model together (docs/several-machines.md): each computes its shards of \
      every batch, and the first alone keeps the checkpoint, from which any number of ranks goes on. Batch norms use the \
      statistics of a shard.

      The metrics are also lines of metrics.jsonl in the run's folder, and model:save keeps them, without the seconds, \
      as model.info.history. log cannot train the model further; running it there is fine.

      \(methodDiscussion)

      \(TrainingFunctionOptions.discussion)
      """, touches: [.readFiles, .writeFiles, .clock, .report]
  ) { call in
    let handle = try call[model]
    let data = try call[dataset]
    data.tellNormalization(of: handle.configuration, call.context)
    let options = try options(call, handle)
    let checkpoint = try call[CheckpointOption.key].file(of: handle, options.stage, call.context)
    let listener = try call[log]
    let functions = try TrainingFunctionOptions.read(call, options.stage, options.method ?? .ppo)
    try GradientFunctions.requireNoRecording("gfnet.train", "it cannot be part of a gradient")
    return try handle.training {
      let trainer = try call.context.dividing { communicator in
        try Trainer(
          handle.network, dataset: data.images, options: options, functions: functions,
          checkpoint: checkpoint,
          communicator: communicator)
      }
      let resumed = TrainingReport(trainer, call.context)
      try resumed.tellStart()
      let directory = try call.context.recorder?.open()
      // The lines of an earlier run went with its directory.
      for metrics in trainer.history { try directory?.appendMetrics(metrics.members) }
      do {
        try DamageNote.telling(data.images, call.context) {
          try call.context.dividing { _ in
            try trainer.run { metrics in
              let line = metrics.line(of: options.epochs)
              call.context.recorder?.log([line])
              try call.context.emit(.text(line + "\n"))
              try directory?.appendMetrics(metrics.members)
              try directory?.appendWeights(of: handle.network)
              try listener?.call(MetricsTable(metrics))
            }
          }
        }
      } catch let stop as Interrupted {
        resumed.tellStop()
        throw stop
      }
      // Without the times, equal trainings give equal files.
      handle.history += trainer.history.map { .object($0.members.filter { $0.name != "seconds" }) }
      return LuaResults(trainer.history.map(MetricsTable.init))
    }
  }

  private static let methodDiscussion = """
    method = "differentiable" is AdaFocusV2's way: patches lie at the policy's places themselves, cut by bilinear \
    interpolation (model:crop{interpolate = true}), so that the loss of all steps says how each place should move. In stage 2 \
    the policy alone learns, by Adam with ppo_rate. In stages 1 and 3 encoders, classifier and policy learn together, by SGD, \
    gradients of a norm up to 20: the encoders' own classifiers help (aux_weight), the policy reads maps without their \
    history, and half of the loss is that of random places. The critic does not learn: gfnet.exits.value means nothing then.
    """

  private static func options(_ call: LuaCall, _ model: ModelHandle) throws -> TrainingOptions {
    let stage = try call[stage]
    let defaults = try model.configuration.paperSetup().family
    var options = TrainingOptions(stage: stage, epochs: try call[epochs])
    options.batchSize = try call[batch]
    options.encoderRate = try call[rate]
    options.classifierRate = try call[classifierRate] ?? (stage == .fineTune ? 0.01 : 0.1)
    options.weightDecay = try call[weightDecay]
    options.schedule = try call[schedule].rawValue
    options.auxiliaryWeight = try call[auxWeight] ?? defaults.auxiliaryWeight
    options.trainsGlobalEncoder = defaults.trainsGlobalEncoder
    options.labelSmoothing = try call[labelSmoothing]
    options.reward = try call[reward]
    options.ppo.discount = try call[discount]
    options.ppo.epochs = try call[ppoEpochs]
    options.ppo.learningRate = try call[ppoRate]
    // What is as it was before has no value of its own: checkpoints of earlier versions are gone on from.
    if try call[method] == .differentiable {
      options.method = .differentiable
      options.policyRate = try call[policyRate]
      options.randomBranch = try call[randomBranch] ? nil : false
    }
    options.resetsPolicy = try call[resetPolicy]
    options.seed = try call[seed]
    options.firstEpoch = try call[firstEpoch]
    options.shards = try call[shards] ?? call.context.options.shards
    return options
  }
}
