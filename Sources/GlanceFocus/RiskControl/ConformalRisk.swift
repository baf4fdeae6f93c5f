/// Conformal risk control (Angelopoulos and others, ICLR 2024): the mean risk over draws of the images is at most ε.
///
/// Kept is what satisfies (Σ losses + 1)/(n + 1) ≤ ε, 1 being the largest loss. The proof needs losses that never fall
/// along the sequence. Those of early exits may, so each image counts with its largest loss so far, which is never
/// smaller than its loss: the promise then holds whatever the losses do.
public struct ConformalRisk: RiskBound {
  public let name = "crc"
  public let help = "conformal risk control: the mean risk, by largest losses"
  public let isWithProbability = false
  public let seesLargestLosses = true

  public init() {}

  public func certifies(
    _ losses: UnsafeBufferPointer<Float>, isCount: Bool, epsilon: Double, delta: Double
  ) -> Bool {
    var sum = 0.0
    for loss in losses { sum += Double(loss) }
    return sum + 1 <= epsilon * Double(losses.count + 1)
  }
}
