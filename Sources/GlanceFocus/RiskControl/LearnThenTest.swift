import Foundation

/// Learn then test (Angelopoulos and others, 2021): a p-value of "the risk is above ε" for each thresholds, in a fixed
/// sequence that ends at the first above δ.
///
/// Of losses that are 0 or 1 the p-value is the binomial one, P(Bin(n, ε) ≤ Σ losses). Of others it is that of
/// Hoeffding and Bentkus, min(exp(−n·kl(mean, ε)), e·P(Bin(n, ε) ≤ ⌈Σ losses⌉)). Both need losses that are not
/// negative: what an image gains by leaving early counts as 0.
public struct LearnThenTest: RiskBound {
  public let name = "ltt"
  public let help = "learn then test: binomial or Hoeffding–Bentkus p-values; gains count as 0"

  public init() {}

  public func certifies(
    _ losses: UnsafeBufferPointer<Float>, isCount: Bool, epsilon: Double, delta: Double
  ) -> Bool {
    var sum = 0.0
    for loss in losses { sum += Double(max(loss, 0)) }
    return Self.p(sum: sum, count: losses.count, isCount: isCount, epsilon: epsilon) <= delta
  }

  /// The p-value of a risk above `epsilon`, 0 < ε < 1.
  static func p(sum: Double, count: Int, isCount: Bool, epsilon: Double) -> Double {
    let tail = Binomial.atMost(Int(clamping: sum.rounded(.up)), of: count, epsilon)
    if isCount { return tail }
    let mean = sum / Double(count)
    guard mean < epsilon else { return 1 }
    let divergence =
      (mean > 0 ? mean * log(mean / epsilon) : 0) + (1 - mean) * log((1 - mean) / (1 - epsilon))
    return min(exp(-Double(count) * divergence), M_E * tail, 1)
  }
}
