import Support

extension SettingValue {
  /// The value in JSON.
  public var json: JSONValue {
    switch self {
    case .boolean(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let value): .string(RawArgument.shownAsTyped(value))
    case .list(let values): .array(values.map(\.json))
    }
  }
}
