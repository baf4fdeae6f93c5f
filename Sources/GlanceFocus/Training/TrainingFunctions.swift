import NeuralNet
import Tensor

/// Parts of a training that its caller computes, instead of what ``TrainingOptions`` name.
public struct TrainingFunctions {
  /// What a loss of stages 1 and 3 is computed from.
  public struct Answers {
    /// The logits after each step, B×K.
    public let logits: [Tensor]
    /// The logits of the encoders' own classifiers at each step, B×K.
    public let auxiliary: [Tensor]
    /// 0-based classes.
    public let labels: [Int]
    /// The share of the training that is done, from 0 to below 1.
    public let progress: Double
  }

  /// A proposal of stage 2, and what came of it.
  public struct Choice {
    /// The step of the patch, from 2 on.
    public let step: Int
    /// The logits before the patch was seen, B×K.
    public let before: Tensor
    /// The logits after it, B×K.
    public let logits: Tensor
    /// 0-based classes.
    public let labels: [Int]
    /// Where the patch was, B×2 in [0, 1].
    public let actions: Tensor
  }

  /// What a policy learns from.
  public struct Estimate {
    /// How much better each action was than expected: a list by proposal, each by image.
    public let advantages: [[Float]]
    /// What the critic is to expect, in the same form.
    public let returns: [[Float]]

    public init(advantages: [[Float]], returns: [[Float]]) {
      self.advantages = advantages
      self.returns = returns
    }
  }

  /// Stages 1 and 3: the loss to descend, a scalar.
  public var loss: ((Answers) throws -> Tensor)?
  /// Stage 2: what a patch was worth, a number for each image.
  public var reward: ((Choice) throws -> [Float])?
  /// Stage 2: from rewards and the critic's values, each a list by proposal.
  public var advantage: ((_ rewards: [[Float]], _ values: [[Float]]) throws -> Estimate)?
  /// The factor of the base rates when a share of the training is done.
  public var schedule: ((Double) throws -> Double)?
  /// A text that functions have in common where they compute the same; nil where there is none, and a training cannot
  /// be gone on with.
  public var identity: String?

  /// No functions: the options say all.
  public init() {}

  /// True where none is given.
  var areNone: Bool { loss == nil && reward == nil && advantage == nil && schedule == nil }

  /// The factor of a step's rates.
  ///
  /// - Throws: ``ModelError`` where it is no factor.
  func factor(_ progress: Double, _ standard: Schedule) throws -> Float {
    guard let schedule else { return standard.factor(progress) }
    let factor = try schedule(progress)
    try ModelError.require(
      factor.isFinite && factor >= 0,
      "the schedule gave \(factor) at \(progress), expected a number from 0 on")
    return Float(factor)
  }

  /// The rewards of a proposal.
  ///
  /// - Throws: ``ModelError`` where there is not one for each image.
  func rewards(_ choice: Choice, _ reward: (Choice) throws -> [Float]) throws -> [Float] {
    let rewards = try reward(choice)
    try ModelError.require(
      rewards.count == choice.labels.count && rewards.allSatisfy(\.isFinite),
      "the reward gave \(rewards.count) numbers for \(choice.labels.count) images, expected a finite one for each"
    )
    return rewards
  }
}
