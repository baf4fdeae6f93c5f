import Support

/// Every image leaves after the same number of steps: anytime prediction at that step.
public struct LengthExit: ExitRule {
  public let name = "length"
  private let length: Int

  /// - Parameter steps: at least 1.
  public init(steps: Int) { length = max(steps, 1) }

  private static let steps = Setting.integer("steps", default: 1, in: 1...1000, help: "steps of every image")

  public static let definition = ExitRuleDefinition(
    .exitRule, name: "length", summary: "leave after a fixed number of steps", parameters: [steps.setting],
    make: { try LengthExit(steps: $0[steps]) })

  public func check(steps: Int, classes: Int) throws {
    guard length <= steps else {
      throw EpisodeError("the exit rule 'length' asks for \(length) steps of a model that has \(steps)")
    }
  }

  public func decide(_ batch: StepBatch) -> [Bool] {
    [Bool](repeating: batch.step >= length, count: batch.count)
  }

  public func readings(_ row: StepRow) -> [ExitReading] {
    [ExitReading("step", Double(row.step), .init("≥", Double(length)))]
  }
}
