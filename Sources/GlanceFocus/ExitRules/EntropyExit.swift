import Support

/// An image leaves when the entropy of its class probabilities is low enough (BranchyNet's rule).
public struct EntropyExit: ExitRule {
  public let name = "entropy"
  private let thresholds: StepThresholds

  /// - Parameter thresholds: in nats; one for every step, or one by step.
  public init(thresholds: [Double]) { self.thresholds = StepThresholds(thresholds) }

  private static let threshold = Setting.numberOrList(
    "threshold", default: 0.5, in: 0 ... .infinity,
    help: "greatest entropy in nats (log C when all C classes are alike), or a list by step")

  public static let definition = ExitRuleDefinition(
    .exitRule, name: "entropy",
    summary: "leave when the entropy of the class probabilities is at most the threshold",
    parameters: [threshold.setting], make: { try EntropyExit(thresholds: $0[threshold]) })

  public func check(steps: Int, classes: Int) throws { try thresholds.check(steps: steps, owner: name) }

  public func decide(_ batch: StepBatch) -> [Bool] {
    let threshold = thresholds(after: batch.step)
    return batch.entropy.map { $0 <= threshold }
  }

  public func readings(_ row: StepRow) -> [ExitReading] {
    [ExitReading("entropy", Double(row.entropy), .init("≤", Double(thresholds(after: row.step))))]
  }
}
