import Foundation
import NeuralNet

/// What one stage of training does; defaults are the paper's where it fixes them.
public struct TrainingOptions: Codable, Sendable, Equatable {
  /// The stages of the paper.
  public enum Stage: Int, Codable, Sendable {
    /// Patches uniformly random; encoders and classifier learn.
    case encoders = 1
    /// All else fixed; the policy learns by reinforcement.
    case policy = 2
    /// Patches from the policy, whose actions are still sampled; encoders and classifier are fine-tuned.
    case fineTune = 3
  }

  public var stage: Stage
  public var epochs: Int
  public var batchSize = 128
  /// Of the encoders, at the schedule's peak.
  public var encoderRate: Float = 0.01
  /// Of the classifier f_C.
  public var classifierRate: Float = 0.1
  public var weightDecay: Float = 1e-4
  public var schedule: String = Schedule.cosine.rawValue
  /// λ, the weight of the encoders' own classifiers in the loss.
  public var auxiliaryWeight: Float = 1
  public var trainsGlobalEncoder = true
  public var labelSmoothing: Float = 0
  public var reward = Reward.increments
  public var ppo = PPO()
  /// Stage 2: start the policy afresh rather than from its present weights.
  public var resetsPolicy = true
  public var seed: UInt64 = 0
  /// Epoch of the data set that this stage's first epoch sees; sets that draw new variants go on from there.
  public var firstEpoch = 0

  public init(stage: Stage, epochs: Int) {
    self.stage = stage
    self.epochs = epochs
  }

  func validate() throws {
    try ModelError.require(epochs >= 1, "epochs is \(epochs), expected at least 1")
    try ModelError.require(batchSize >= 2, "batch is \(batchSize), expected at least 2")
    try ModelError.require(
      encoderRate >= 0 && classifierRate >= 0 && weightDecay >= 0 && auxiliaryWeight >= 0
        && ppo.learningRate >= 0,
      "rates and weights must not be negative")
    try ModelError.require(
      Schedule(rawValue: schedule) != nil,
      "schedule is \(schedule), expected one of \(Schedule.allCases.map(\.rawValue).joined(separator: ", "))")
    try ModelError.require(
      (0..<1).contains(labelSmoothing), "label_smoothing is \(labelSmoothing), expected 0 to 1")
    try ModelError.require(ppo.epochs >= 1, "ppo_epochs is \(ppo.epochs), expected at least 1")
    try ModelError.require((0...1).contains(ppo.discount), "discount is \(ppo.discount), expected 0 to 1")
    try ModelError.require(ppo.clip > 0, "clip is \(ppo.clip), expected above 0")
  }
}

/// What one epoch of training gave.
public struct EpochMetrics: Codable, Sendable, Equatable {
  public let stage: Int
  /// 1-based.
  public let epoch: Int
  /// Mean loss per batch.
  public let loss: Double
  /// Training accuracy after each step, in [0, 1].
  public let accuracy: [Double]
  /// Mean reward per proposal; stage 2 only.
  public let reward: Double?
  public let images: Int
  public let seconds: Double
}
