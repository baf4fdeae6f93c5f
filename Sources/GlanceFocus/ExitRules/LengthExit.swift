/// Every image leaves after the same number of steps: anytime prediction at that step.
public struct LengthExit: ExitRule {
  public let name = "length"
  private let length: Int

  /// - Parameter steps: at least 1.
  public init(steps: Int) { length = max(steps, 1) }

  public static let definition = ExitRuleDefinition(
    name: "length", summary: "leave after a fixed number of steps",
    parameters: [
      ParameterDescription("steps", .integer, default: 1, min: 1, max: 1000, help: "steps of every image")
    ],
    make: { try LengthExit(steps: $0.integer("steps")) })

  public func check(steps: Int, classes: Int) throws {
    guard length <= steps else {
      throw EpisodeError("the exit rule 'length' asks for \(length) steps of a model that has \(steps)")
    }
  }

  public func decide(_ batch: StepBatch) -> [Bool] {
    [Bool](repeating: batch.step >= length, count: batch.count)
  }
}
