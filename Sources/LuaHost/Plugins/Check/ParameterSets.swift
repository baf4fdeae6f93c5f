import Support

/// The parameters that a definition is tried with: its defaults, then each parameter at the ends of its range and with
/// each of its choices.
enum ParameterSets {
  struct Set {
    /// What an error says of it; empty for the defaults.
    let label: String
    /// The fields as a script writes them.
    let source: String
  }

  /// The most sets; a definition with a hundred parameters is tried with the first of them.
  private static let most = 40

  static func of(_ definition: Definition) -> [Set] {
    let required = definition.parameters.filter { $0.defaultValue == nil }.map { ($0.name, some($0)) }
    func set(_ label: String, _ changed: (String, SettingValue)?) -> Set {
      var values = required.filter { $0.0 != changed?.0 }
      if let changed { values.append(changed) }
      return Set(
        label: label, source: values.map { "[\"\($0.0)\"] = \($0.1.source)" }.joined(separator: ", "))
    }
    let others = definition.parameters.flatMap { parameter in
      ends(parameter).map { set("with \(parameter.name) = \($0.source)", (parameter.name, $0)) }
    }
    return [set("", nil)] + others.prefix(most)
  }

  /// The values at the ends of what a parameter may be, without its default.
  private static func ends(_ parameter: Setting) -> [SettingValue] {
    var values: [SettingValue] = []
    if let choices = parameter.choices {
      values = choices.map { isList(parameter) ? .list([$0]) : $0 }
    } else if parameter.kind == .boolean {
      values = [.boolean(true), .boolean(false)]
    } else if let range = parameter.range {
      values = [range.lowerBound, range.upperBound].filter(\.isFinite).map { number in
        let whole = Int(exactly: number)
        let value: SettingValue =
          parameter.kind.element == .integer ? .integer(whole ?? 1) : .number(number)
        return isList(parameter) ? .list([value]) : value
      }
    }
    return values.filter { $0 != parameter.defaultValue && parameter.complaint(about: $0) == nil }
  }

  private static func isList(_ parameter: Setting) -> Bool {
    if case .list = parameter.kind { true } else { false }
  }

  /// A value for a parameter that has no default.
  private static func some(_ parameter: Setting) -> SettingValue {
    if let first = ends(parameter).first { return first }
    func plain(_ kind: Setting.Kind) -> SettingValue {
      switch kind {
      case .boolean: .boolean(true)
      case .integer: .integer(1)
      case .number, .numberOrList: .number(1)
      case .string: .string("x")
      case .list(let element): .list([plain(element)])
      }
    }
    return plain(parameter.kind)
  }
}
