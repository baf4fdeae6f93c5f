import Foundation

/// The upper confidence bound of Waudby-Smith and Ramdas (2024), by betting against a risk above ε.
///
/// With losses L₁, L₂, … and stakes ν in 0…1 that are chosen before each, the capital Π (1 − ν(L − ε)) is never negative as
/// losses are at most 1, and were the risk above ε it would shrink on average: to grow beyond 1/δ at any time has a
/// probability of at most δ. That is, the upper bound on the risk is below ε. Losses may be negative. The order of the
/// images matters, which is why it is random.
public struct BettingBound: RiskBound {
  public let name = "ucb"
  public let help = "upper confidence bound by betting (Waudby-Smith and Ramdas)"

  public init() {}

  public func certifies(
    _ losses: UnsafeBufferPointer<Float>, isCount: Bool, epsilon: Double, delta: Double
  ) -> Bool {
    let stake = 2 * log(1 / delta) / Double(losses.count)
    let enough = 1 / delta
    var capital = 1.0
    // Mean and variance so far, with half a loss of one image and a quarter to begin with.
    var (sum, squares, variance) = (0.5, 0.25, 0.25)
    for (i, value) in losses.enumerated() {
      let loss = Double(value)
      capital *= 1 - min(1, (stake / variance).squareRoot()) * (loss - epsilon)
      if capital > enough { return true }
      let seen = Double(i + 2)
      sum += loss
      let deviation = loss - sum / seen
      squares += deviation * deviation
      variance = squares / seen
    }
    return false
  }
}
