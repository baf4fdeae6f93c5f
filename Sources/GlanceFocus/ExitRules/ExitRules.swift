import Support

/// A built-in exit rule: its name, parameters and constructor.
public typealias ExitRuleDefinition = BuiltInDefinition<any ExitRule>

extension BuiltInKind where Product == any ExitRule {
  static var exitRule: Self { Self(noun: "exit rule") }
}

/// The built-in exit rules.
public enum ExitRules {
  /// All of them; a new rule is one file and one row here.
  public static let table = BuiltInTable<any ExitRule>(
    .exitRule,
    [
      ConfidenceExit.definition,
      EntropyExit.definition,
      MarginExit.definition,
      PatienceExit.definition,
      ValueExit.definition,
      LengthExit.definition,
      OracleExit.definition,
      RateExit.definition,
    ])

  /// The rule called `name`, as ``BuiltInTable/make(_:_:)`` makes it.
  public static func make(_ name: String, _ given: [String: SettingValue] = [:]) throws -> any ExitRule {
    try table.make(name, given)
  }
}
