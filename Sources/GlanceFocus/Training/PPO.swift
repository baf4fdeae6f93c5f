import Foundation
import NeuralNet
import Support
import Tensor

/// Proximal policy optimisation (Schulman et al. 2017) of the patch proposal network.
///
/// With one epoch per batch the ratio of the policies is 1 throughout and the clip never acts, as in the paper;
/// more epochs make it matter.
public struct PPO: Sendable, Codable, Equatable {
  /// Adam's rate.
  public var learningRate: Float = 3e-4
  /// γ, the discount of later rewards.
  public var discount: Float = 0.7
  /// How often the policy is updated on each batch of episodes.
  public var epochs = 1
  /// Ratios are clipped to 1 ± this.
  public var clip: Float = 0.2
  /// The weight of the critic's error in the loss.
  public var valueWeight: Float = 0.5
  /// The weight of the entropy in the loss.
  public var entropyWeight: Float = 0.01

  public init() {}

  /// Episodes played by the policy: one entry per proposal, steps 2…T.
  public struct Episodes {
    /// What the policy saw, B×C×h×w each.
    public var maps: [Tensor] = []
    /// Where it looked, B×2 each.
    public var actions: [Tensor] = []
    /// The log-probabilities of the actions when they were taken, B each.
    public var logProbabilities: [Tensor] = []
    /// What the actions earned, B each.
    public var rewards: [[Float]] = []

    public init() {}
  }

  /// What the present policy says of past actions.
  public struct Judgement {
    /// The log-probabilities of the actions, B per step.
    public let logProbabilities: [Tensor]
    /// What the critic expects, B per step.
    public let values: [Tensor]
  }

  /// log N(action; mean, deviation²) summed over both coordinates: B.
  public static func logProbability(
    of action: Tensor, mean: Tensor, deviation: Float = PatchProposal.actionDeviation
  ) throws -> Tensor {
    let constant = 2 * (-logf(deviation) - 0.5 * logf(2 * .pi))
    let distance = try (action - mean).square().sum([1])
    return try distance.scaled(by: -0.5 / (deviation * deviation), adding: constant)
  }

  /// Entropy of the action's distribution; constant, since its spread is.
  static var entropy: Float {
    2 * (0.5 + 0.5 * logf(2 * .pi) + logf(PatchProposal.actionDeviation))
  }

  /// Replays the maps through the policy and judges the actions.
  ///
  /// - Parameter pass: whether the policy's batch norms, where it has any, use the statistics of the batch.
  public static func judge(
    _ policy: PatchProposal, _ episodes: Episodes, _ pass: Pass = .evaluation
  ) throws -> Judgement {
    var state: Tensor?
    var logs: [Tensor] = []
    var values: [Tensor] = []
    for (map, action) in zip(episodes.maps, episodes.actions) {
      let proposal = try policy(map, state: state, pass)
      state = proposal.state
      logs.append(try logProbability(of: action, mean: proposal.mean))
      values.append(proposal.value)
    }
    return Judgement(logProbabilities: logs, values: values)
  }

  /// Discounted sums of rewards, standardised over all steps and images (unbiased deviation + 1e-5).
  public func returns(_ rewards: [[Float]]) -> [[Float]] {
    guard let batch = rewards.first?.count else { return [] }
    var sums = rewards
    for step in rewards.indices.dropLast().reversed() {
      for image in 0..<batch { sums[step][image] += discount * sums[step + 1][image] }
    }
    let all = sums.flatMap { $0 }.map(Double.init)
    let mean = all.reduce(0, +) / Double(all.count)
    let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = all.count > 1 ? (squares / Double(all.count - 1)).squareRoot() : 0
    return sums.map { $0.map { Float((Double($0) - mean) / (deviation + 1e-5)) } }
  }

  /// The loss to descend: clipped surrogate, value error and entropy bonus. A scalar.
  ///
  /// The advantage is what `returns` are above the critic's value, unless `advantages` say it.
  public func loss(
    _ judgement: Judgement, _ episodes: Episodes, returns: [[Float]], advantages: [[Float]]? = nil
  ) throws -> Tensor {
    let count = Float(returns.reduce(0) { $0 + $1.count })
    var surrogate: Tensor?
    var valueError: Tensor?
    for (step, targets) in returns.enumerated() {
      let target = try Tensor([targets.count], targets)
      let value = judgement.values[step]
      let given = try advantages.map { try Tensor([targets.count], $0[step]) }
      let advantage = try given ?? target - value.detached
      let ratio = try (judgement.logProbabilities[step] - episodes.logProbabilities[step]).exp()
      let clipped = try ratio.clamped(1 - clip, 1 + clip)
      let gain = try (ratio * advantage).minimum(clipped * advantage).sum()
      let error = try (value - target).square().sum()
      surrogate = try surrogate.map { try $0 + gain } ?? gain
      valueError = try valueError.map { try $0 + error } ?? error
    }
    guard let surrogate, let valueError else { throw ModelError("policy update without episodes") }
    return try valueError.scaled(by: valueWeight / count, adding: -entropyWeight * Self.entropy)
      - surrogate.scaled(by: 1 / count)
  }

  /// What `function` makes of rewards, in their form: a list for each proposal, each by image.
  ///
  /// - Parameter values: what the critic expects, in the same form.
  /// - Throws: ``ModelError`` where it is something else; what `function` throws.
  func estimate(
    rewards: [[Float]], values: [[Float]],
    _ function: ([[Float]], [[Float]]) throws -> TrainingFunctions.Estimate
  ) throws -> TrainingFunctions.Estimate {
    let found = try function(rewards, values)
    for lists in [found.advantages, found.returns] {
      try ModelError.require(
        lists.map(\.count) == rewards.map(\.count) && lists.joined().allSatisfy(\.isFinite),
        "advantages and returns must be finite numbers in the form of the rewards: a list for each step, from 2 on"
      )
    }
    return found
  }

  /// How the policy is evaluated while it learns: batch norms, where it has any, use the statistics of the batch. When it
  /// plays, too: the ratio of the policies is 1 at first. It draws nothing.
  static var learning: Pass { Pass(training: true, random: CounterRandom(seed: 0, stream: "none")) }
}
