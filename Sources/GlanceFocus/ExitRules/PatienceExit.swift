import Support

/// An image leaves when its last predictions agree (the rule of PABEE, Zhou et al., NeurIPS 2020).
public struct PatienceExit: ExitRule {
  public let name = "patience"
  private let length: Int

  /// - Parameter count: consecutive equal predictions wanted, at least 1.
  public init(count: Int) { length = max(count, 1) }

  private static let count = Setting.integer(
    "count", default: 2, in: 1...1000, help: "consecutive steps that must predict the same class")

  public static let definition = ExitRuleDefinition(
    .exitRule, name: "patience", summary: "leave when the last predictions agree",
    parameters: [count.setting], make: { try PatienceExit(count: $0[count]) })

  public func decide(_ batch: StepBatch) -> [Bool] {
    guard batch.step >= length else { return [Bool](repeating: false, count: batch.count) }
    let last = batch.prediction
    var agree = [Bool](repeating: true, count: batch.count)
    for step in batch.step - length + 1..<batch.step {
      let earlier = batch.prediction(after: step)
      for i in agree.indices where earlier[i] != last[i] { agree[i] = false }
    }
    return agree
  }

  public func readings(_ row: StepRow) -> [ExitReading] {
    let alike = row.predictions.reversed().prefix { $0 == row.prediction }.count
    return [ExitReading("equal predictions", Double(alike), .init("≥", Double(length)))]
  }
}
