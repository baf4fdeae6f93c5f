import Support

/// The paper's rule: an image leaves when its largest softmax probability reaches the threshold.
public struct ConfidenceExit: ExitRule {
  public let name = "confidence"
  private let thresholds: StepThresholds

  /// - Parameter thresholds: one for every step, or one by step, each from 0 to 1; ∞ lets none leave, −∞ all.
  /// - Throws: ``EpisodeError`` for other numbers.
  public init(thresholds: [Float]) throws {
    guard !thresholds.isEmpty else {
      throw EpisodeError("the exit rule 'confidence' needs a threshold, and the list of them is empty")
    }
    try ConfidenceThreshold.check(thresholds)
    self.thresholds = StepThresholds(thresholds.map(Double.init))
  }

  // Calibration gives ∞ to a step after which none shall leave.
  private static let threshold = Setting.numberOrList(
    "threshold", default: 0.9, in: 0...1, allowsInfinity: true,
    help: "least probability, or a list by step; inf: none leaves, -inf: all do")

  public static let definition = ExitRuleDefinition(
    .exitRule, name: "confidence", summary: "leave when the largest class probability reaches the threshold",
    parameters: [threshold.setting],
    make: { try ConfidenceExit(thresholds: $0[threshold].map { Float($0) }) })

  public func check(steps: Int, classes: Int) throws { try thresholds.check(steps: steps, owner: name) }

  public func decide(_ batch: StepBatch) -> [Bool] {
    let threshold = thresholds(after: batch.step)
    return batch.confidence.map { $0 >= threshold }
  }

  public func readings(_ row: StepRow) -> [ExitReading] {
    [ExitReading("confidence", Double(row.confidence), .init("≥", Double(thresholds(after: row.step))))]
  }
}
