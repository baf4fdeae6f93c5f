/// An image leaves when the entropy of its class probabilities is low enough (BranchyNet's rule).
public struct EntropyExit: ExitRule {
  public let name = "entropy"
  private let thresholds: StepThresholds

  /// - Parameter thresholds: in nats; one for every step, or one by step.
  public init(thresholds: [Double]) { self.thresholds = StepThresholds(thresholds) }

  public static let definition = ExitRuleDefinition(
    name: "entropy", summary: "leave when the entropy of the class probabilities is at most the threshold",
    parameters: [
      ParameterDescription(
        "threshold", .numberOrList, default: 0.5, min: 0,
        help: "greatest entropy in nats (log C when all C classes are alike), or a list by step")
    ],
    make: { try EntropyExit(thresholds: $0.numbers("threshold")) })

  public func check(steps: Int, classes: Int) throws { try thresholds.check(steps: steps, owner: name) }

  public func decide(_ batch: StepBatch) -> [Bool] {
    let threshold = thresholds(after: batch.step)
    return batch.entropy.map { $0 <= threshold }
  }
}
