/// What a step is worth to the policy, from the probability of the true class.
public enum Reward: String, Sendable, CaseIterable, Codable {
  /// p_t[y] − p_{t−1}[y]: what the patch added (the paper's).
  case increments
  /// p_t[y].
  case confidence
  /// p_t[y] at the chosen patch less p_t[y] at a random one (the journal version's ablation).
  case contrastive

  /// The reward of one image at one step.
  ///
  /// - Parameters:
  ///   - now: p_t[y] after the chosen patch.
  ///   - before: p_{t−1}[y].
  ///   - random: p_t[y] had a random patch been taken; read by `contrastive` only.
  func value(now: Float, before: Float, random: Float) -> Float {
    switch self {
    case .increments: now - before
    case .confidence: now
    case .contrastive: now - random
    }
  }

  /// True when a random patch must be evaluated beside the chosen one.
  var needsRandomPatch: Bool { self == .contrastive }
}
