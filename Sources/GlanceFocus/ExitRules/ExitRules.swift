import Support

/// The built-in exit rules.
public enum ExitRules {
  /// All of them; a new rule is one file and one row here.
  public static let table: [ExitRuleDefinition] = [
    ConfidenceExit.definition,
    EntropyExit.definition,
    MarginExit.definition,
    PatienceExit.definition,
    ValueExit.definition,
    LengthExit.definition,
    OracleExit.definition,
  ]

  /// The rule called `name` with the given parameters.
  /// - Throws: ``EpisodeError`` for an unknown name, naming the nearest known, and for unfit parameters.
  public static func make(_ name: String, _ given: [String: ParameterValue] = [:]) throws -> any ExitRule {
    guard let definition = table.first(where: { $0.name == name }) else {
      throw EpisodeError(
        "no exit rule is called '\(name)'" + NearestName.hint(name, in: table.map(\.name)))
    }
    return try definition.make(given)
  }
}
