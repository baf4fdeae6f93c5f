/// An image leaves at the first step that is right, else after the last: what a perfect rule could reach.
public struct OracleExit: ExitRule {
  public let name = "oracle"
  public let needsLabels = true

  public init() {}

  public static let definition = ExitRuleDefinition(
    .exitRule, name: "oracle",
    summary: "leave at the first step whose answer is right, which needs the labels",
    make: { _ in OracleExit() })

  public func decide(_ batch: StepBatch) throws -> [Bool] {
    guard let labels = batch.labels else {
      throw EpisodeError("the exit rule 'oracle' needs the images' labels, which are not known")
    }
    return zip(batch.prediction, labels).map { $0 == $1 }
  }

  public func readings(_ row: StepRow) -> [ExitReading] {
    guard let label = row.label else { return [] }
    return [ExitReading("prediction", Double(row.prediction) + 1, .init("=", Double(label) + 1))]
  }
}
