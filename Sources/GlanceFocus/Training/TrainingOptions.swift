import Foundation
import NeuralNet

/// What one stage of training does; defaults are the paper's where it fixes them.
///
/// The options are part of the state that a training keeps, and decoding needs the key of each that is not an
/// `Optional`. So a new one is, with nil for what was done before: otherwise no training of an earlier version is
/// resumed.
public struct TrainingOptions: Codable, Sendable, Equatable {
  /// The stages of the paper.
  public enum Stage: Int, Codable, Sendable {
    /// Patches are uniformly random; encoders and classifier learn.
    case encoders = 1
    /// All else is fixed; the policy learns by reinforcement.
    case policy = 2
    /// Patches are the policy's, whose actions are still sampled; encoders and classifier are fine-tuned.
    case fineTune = 3
  }

  /// How the policy learns.
  public enum Method: String, Codable, Sendable, CaseIterable {
    /// By reinforcement, in stage 2 alone (the paper's).
    case ppo
    /// By the gradient of the loss, which reaches it through patches that are cut by interpolation (AdaFocusV2's): alone
    /// in stage 2, together with encoders and classifier in stages 1 and 3.
    case differentiable
  }

  /// What learns, and from which patches.
  public var stage: Stage
  /// How often the data set is gone through.
  public var epochs: Int
  /// Images of a batch, at least 2.
  public var batchSize = 128
  /// The learning rate of the encoders at the schedule's peak.
  public var encoderRate: Float = 0.01
  /// The learning rate of the classifier f_C at the schedule's peak.
  public var classifierRate: Float = 0.1
  /// How much of a weight is added to its gradient.
  public var weightDecay: Float = 1e-4
  /// How the learning rates change over the epochs: a name of `Schedule`.
  public var schedule: String = Schedule.cosine.rawValue
  /// λ, the weight of the encoders' own classifiers in the loss.
  public var auxiliaryWeight: Float = 1
  /// Stages 1 and 3: whether the encoder of the glance learns, too.
  public var trainsGlobalEncoder = true
  /// The share of the target that all classes have alike, from 0 to below 1.
  public var labelSmoothing: Float = 0
  /// Stage 2: what a step is worth to the policy.
  public var reward = Reward.increments
  /// Stage 2: how the policy is updated.
  public var ppo = PPO()
  /// How the policy learns; nil is ``Method/ppo``.
  public var method: Method?
  /// Stages 1 and 3 with a policy that learns by gradients: its learning rate at the schedule's peak; nil: a tenth of
  /// ``encoderRate``.
  public var policyRate: Float?
  /// Stages 1 and 3 with a policy that learns by gradients: whether half of the loss is that of patches at random places,
  /// so that the encoder sees more than what the policy likes; nil: yes.
  public var randomBranch: Bool?
  /// Where the policy starts to learn, in stage 2 and in stage 1 by gradients: start it afresh rather than from its present
  /// weights.
  public var resetsPolicy = true
  /// What the order of the images and all draws begin with.
  public var seed: UInt64 = 0
  /// The epoch of the data set that this stage's first epoch sees; sets that draw new variants go on from
  /// there.
  public var firstEpoch = 0
  /// How batches are divided; nil: not at all on one process, and one shard for each of several.
  public var shards: BatchShards?

  public init(stage: Stage, epochs: Int) {
    self.stage = stage
    self.epochs = epochs
  }

  /// Whether the policy learns by gradients.
  var isDifferentiable: Bool { method == .differentiable }

  /// Whether the policy learns.
  var trainsPolicy: Bool { stage == .policy || isDifferentiable }

  /// Whether the policy starts afresh.
  var startsPolicy: Bool { resetsPolicy && trainsPolicy && stage != .fineTune }

  func validate() throws {
    try ModelError.require(epochs >= 1, "epochs is \(epochs), expected at least 1")
    try ModelError.require(batchSize >= 2, "batch is \(batchSize), expected at least 2")
    try ModelError.require(
      encoderRate >= 0 && classifierRate >= 0 && weightDecay >= 0 && auxiliaryWeight >= 0
        && ppo.learningRate >= 0 && policyRate ?? 0 >= 0,
      "rates and weights must not be negative")
    try ModelError.require(
      Schedule(rawValue: schedule) != nil,
      "schedule is \(schedule), expected one of \(Schedule.allCases.map(\.rawValue).joined(separator: ", "))")
    try ModelError.require(
      (0..<1).contains(labelSmoothing), "the label smoothing is \(labelSmoothing), expected 0 to 1")
    try ModelError.require(
      ppo.epochs >= 1, "the policy is updated \(ppo.epochs) times with each batch, expected at least 1")
    try ModelError.require((0...1).contains(ppo.discount), "discount is \(ppo.discount), expected 0 to 1")
    try shards?.validate()
    try ModelError.require(ppo.clip > 0, "clip is \(ppo.clip), expected above 0")
  }
}

/// What one epoch of training gave.
public struct EpochMetrics: Codable, Sendable, Equatable {
  /// The number of the stage, 1 to 3.
  public let stage: Int
  /// The number of the epoch, from 1.
  public let epoch: Int
  /// Mean loss per batch.
  public let loss: Double
  /// Training accuracy after each step, in [0, 1].
  public let accuracy: [Double]
  /// Mean reward per proposal; stage 2 only.
  public let reward: Double?
  /// Images that were seen.
  public let images: Int
  /// Wall-clock seconds.
  public let seconds: Double
}
