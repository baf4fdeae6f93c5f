import Support

/// An image leaves when the critic expects too little of another step.
public struct ValueExit: ExitRule {
  public let name = "value"
  private let thresholds: StepThresholds

  /// - Parameter thresholds: one for every step, or one by step.
  public init(thresholds: [Double]) { self.thresholds = StepThresholds(thresholds) }

  private static let threshold = Setting.numberOrList(
    "threshold", default: 0, help: "least discounted reward that is worth another step, or a list by step")

  public static let definition = ExitRuleDefinition(
    .exitRule, name: "value", summary: "leave when the critic's value of going on is below the threshold",
    parameters: [threshold.setting], make: { try ValueExit(thresholds: $0[threshold]) })

  public func check(steps: Int, classes: Int) throws { try thresholds.check(steps: steps, owner: name) }

  public func decide(_ batch: StepBatch) throws -> [Bool] {
    let threshold = thresholds(after: batch.step)
    return try batch.value().enumerated().map { index, value in
      guard !value.isNaN else {
        throw EpisodeError(
          "the exit rule 'value' needs the critic's value, which image \(batch[index].image + 1) lacks"
            + " at step \(batch.step)")
      }
      return value < threshold
    }
  }

  public func readings(_ row: StepRow) throws -> [ExitReading] {
    [ExitReading("value", Double(try row.value()), .init("<", Double(thresholds(after: row.step))))]
  }
}
