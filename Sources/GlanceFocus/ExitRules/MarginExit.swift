import Support

/// An image leaves when its best class leads the second by enough.
public struct MarginExit: ExitRule {
  public let name = "margin"
  private let thresholds: StepThresholds

  /// - Parameter thresholds: one for every step, or one by step.
  public init(thresholds: [Double]) { self.thresholds = StepThresholds(thresholds) }

  private static let threshold = Setting.numberOrList(
    "threshold", default: 0.5, in: 0...1,
    help: "least difference of the two largest probabilities, or a list by step")

  public static let definition = ExitRuleDefinition(
    .exitRule, name: "margin", summary: "leave when the best class leads the second by the threshold",
    parameters: [threshold.setting], make: { try MarginExit(thresholds: $0[threshold]) })

  public func check(steps: Int, classes: Int) throws { try thresholds.check(steps: steps, owner: name) }

  public func decide(_ batch: StepBatch) -> [Bool] {
    let threshold = thresholds(after: batch.step)
    return batch.margin.map { $0 >= threshold }
  }

  public func readings(_ row: StepRow) -> [ExitReading] {
    [ExitReading("margin", Double(row.margin), .init("≥", Double(thresholds(after: row.step))))]
  }
}
