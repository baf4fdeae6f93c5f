import Reports
import Support

/// The parameters of one script run: what the command line set, and what the script declared.
public struct ParameterSession {
  /// `name=value` from the command line, in order.
  public var overrides: [(name: String, value: String)] = []
  /// The order in which names appear in the script, for listings; Lua tables have none.
  public var order: [String] = []
  /// What the script declared; nil before it did.
  public internal(set) var declared: [Setting]?
  /// The declarations with the values that the run uses, as the run directory keeps them.
  var facts: [RunFacts.Parameter] {
    values.map { name, value in
      let setting = declared?.first { $0.name == name }
      return RunFacts.Parameter(
        name: name, value: value.json, defaultValue: setting?.defaultValue?.json ?? .null,
        help: setting?.help ?? "",
        isOverridden: overrides.contains { $0.name == name })
    }
  }

  /// The values that the run uses.
  public internal(set) var values: [(name: String, value: SettingValue)] = []

  public init() {}

  /// Splits `name=value`; throws ``UsageError`` for another text.
  public static func parseOverride(_ text: String) throws -> (name: String, value: String) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw UsageError("'\(text)' is not a parameter; write name=value")
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }

  /// Takes the declarations and returns the values: the command line's before those that the script's own code has set,
  /// and these before the defaults.
  mutating func declare(_ settings: [Setting], injected: [String: LuaValue] = [:]) throws
    -> [(name: String, value: SettingValue)]
  {
    guard declared == nil else {
      throw LuaError("gfnet.params was called before; declare all parameters in one table")
    }
    let rank = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
    let sorted = settings.sorted { (rank[$0.name] ?? .max, $0.name) < (rank[$1.name] ?? .max, $1.name) }
    declared = sorted
    for (name, values) in Dictionary(grouping: overrides, by: \.name).sorted(by: { $0.key < $1.key })
    where values.count > 1 {
      let given = values.map { "\(name)=\($0.value)" }.joined(separator: " ")
      throw UsageError("parameter '\(name)' is given \(values.count) times: \(given)")
    }
    for (name, _) in overrides where !sorted.contains(where: { $0.name == name }) {
      throw UsageError("unknown parameter '\(name)'" + NearestName.hint(name, in: sorted.map(\.name)))
    }
    values = try sorted.map { setting in
      if let override = overrides.first(where: { $0.name == setting.name }) {
        do {
          return (setting.name, try setting.parse(override.value))
        } catch let error as LuaError {
          throw UsageError("parameter '\(setting.name)' \(error.message)")
        }
      }
      if let value = injected[setting.name] {
        return (setting.name, try InjectedParameters.convert(value, as: setting, by: "gfnet.params"))
      }
      guard let value = setting.defaultValue else {
        throw UsageError(
          "parameter '\(setting.name)' is missing; add \(setting.name)=… (\(setting.kind.described))")
      }
      return (setting.name, value)
    }
    return values
  }
}
