/// A plain value that a setting or an argument can have: what declarations, defaults, scripts and the command
/// line share.
public enum SettingValue: Sendable, Hashable {
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  /// Text; bytes that are none are carried as ``RawArgument`` does.
  case string(String)
  case list([SettingValue])

  /// The value as a number; whole numbers convert.
  public var asNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value as a script would write it.
  public var source: String {
    switch self {
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): NumberSpelling.shortest(value)
    case .string(let value): "\"\(RawArgument.shownAsTyped(value))\""
    case .list(let values): "{" + values.map(\.source).joined(separator: ", ") + "}"
    }
  }
}

extension SettingValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: SettingValue...) { self = .list(elements) }
}

/// A Swift type that values of settings are read as and written from.
public protocol SettingConvertible: Sendable {
  /// Reads a value; nil where it is of another kind.
  init?(setting value: SettingValue)
  /// The value as settings hold it.
  var settingValue: SettingValue { get }
}

extension Bool: SettingConvertible {
  public init?(setting value: SettingValue) {
    guard case .boolean(let value) = value else { return nil }
    self = value
  }
  public var settingValue: SettingValue { .boolean(self) }
}

extension Int: SettingConvertible {
  /// Reads a value; a number without a fraction is a whole one.
  public init?(setting value: SettingValue) {
    switch value {
    case .integer(let value): self = value
    case .number(let value):
      guard let whole = Int(exactly: value) else { return nil }
      self = whole
    case .boolean, .string, .list: return nil
    }
  }
  public var settingValue: SettingValue { .integer(self) }
}

extension Double: SettingConvertible {
  public init?(setting value: SettingValue) {
    guard let number = value.asNumber else { return nil }
    self = number
  }
  public var settingValue: SettingValue { .number(self) }
}

extension String: SettingConvertible {
  public init?(setting value: SettingValue) {
    guard case .string(let value) = value else { return nil }
    self = value
  }
  public var settingValue: SettingValue { .string(self) }
}

extension Array: SettingConvertible where Element == Double {
  /// Reads a value; a single number is a list of one.
  public init?(setting value: SettingValue) {
    guard case .list(let values) = value else {
      guard let number = value.asNumber else { return nil }
      self = [number]
      return
    }
    let numbers = values.compactMap(\.asNumber)
    guard numbers.count == values.count else { return nil }
    self = numbers
  }
  public var settingValue: SettingValue { .list(map { .number($0) }) }
}
