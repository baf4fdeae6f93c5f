/// A built-in exit rule: its name, parameters and constructor.
public typealias ExitRuleDefinition = BuiltInDefinition<any ExitRule>

extension BuiltInDefinition where Product == any ExitRule {
  init(
    name: String, summary: String, parameters: [ParameterDescription],
    make: @escaping @Sendable (Parameters) throws -> any ExitRule
  ) {
    self.init(kind: ExitRules.kind, name: name, summary: summary, parameters: parameters, make: make)
  }
}

/// The built-in exit rules.
public enum ExitRules {
  static let kind = "exit rule"

  /// All of them; a new rule is one file and one row here.
  public static let table: [ExitRuleDefinition] = [
    ConfidenceExit.definition,
    EntropyExit.definition,
    MarginExit.definition,
    PatienceExit.definition,
    ValueExit.definition,
    LengthExit.definition,
    OracleExit.definition,
    RateExit.definition,
  ]

  /// The rule called `name` with the given parameters.
  /// - Throws: ``EpisodeError`` for an unknown name, naming the nearest known, and for unfit parameters.
  public static func make(_ name: String, _ given: [String: ParameterValue] = [:]) throws -> any ExitRule {
    try ExitRuleDefinition.make(name, given, from: table, kind: kind)
  }
}
