import CLuaBridge
import Support

/// Any Lua value, as Swift holds it.
public enum LuaValue {
  case `nil`
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// A string that is not UTF-8.
  case bytes([UInt8])
  case table(LuaTable)
  case function(LuaFunction)
  case object(LuaObject)

  /// True for nil.
  public var isNil: Bool { if case .nil = self { true } else { false } }

  /// The value as a number; whole numbers convert.
  public var asNumber: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// The value as a whole number; 3.0 is one.
  public var asInteger: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The string; bytes that are not UTF-8 are replaced.
  public var asString: String? {
    switch self {
    case .string(let value): value
    case .bytes(let value): String(decoding: value, as: UTF8.self)
    default: nil
    }
  }

  /// The bytes of the string.
  public var stringBytes: [UInt8]? {
    switch self {
    case .string(let value): Array(value.utf8)
    case .bytes(let value): value
    default: nil
    }
  }

  /// The string as the path of a file, byte by byte; nil for other values and where a byte is 0.
  public var asPath: FilePath? {
    stringBytes.flatMap { FilePath(bytes: $0) }
  }

  /// The boolean; nil for other values.
  public var asBoolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  /// The table; nil for other values.
  public var asTable: LuaTable? { if case .table(let value) = self { value } else { nil } }
  /// The function; nil for other values.
  public var asFunction: LuaFunction? { if case .function(let value) = self { value } else { nil } }

  /// What an error message calls the value as a key of a table: `the field 'name'`, `the key 0`.
  var describedAsKey: String {
    asString.map { "the field '\($0.printable(upTo: 80))'" } ?? "the key \(described)"
  }

  /// What an error message calls the value: `the string "ten"`, `nil`, `a table`.
  public var described: String {
    switch self {
    case .nil: "nil"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): LuaNumberText.shortest(value)
    case .string(let value): "the string \"\(value.count > 40 ? value.prefix(37) + "…" : value[...])\""
    case .bytes(let value): LuaValue.string(String(escaping: value)).described
    case .table: "a table"
    case .function: "a function"
    case .object(let object): object.className.map { article($0) + " " + $0 } ?? "an object"
    }
  }
}

/// The article "a" or "an", as the word that follows asks for.
func article(_ word: String) -> String {
  guard let first = word.first?.lowercased() else { return "a" }
  return "aeiou".contains(first) ? "an" : "a"
}

/// Numbers as Lua prints them.
enum LuaNumberText {
  /// The shortest decimal that reads back as `value`; whole values keep their `.0` as in Lua.
  static func shortest(_ value: Double) -> String {
    NumberSpelling.shortest(value)
  }

  /// The number that a numeral of Lua stands for: whole ones are integers where 64 bits hold them, hexadecimal ones
  /// wrap around; nil for what is none.
  static func parsed(_ text: String) -> LuaValue {
    let digits = text.drop { $0 == "+" || $0 == "-" }
    let isNegative = text.first == "-"
    guard digits.count > 1, digits.lowercased().hasPrefix("0x") else {
      return Int(text).map(LuaValue.integer) ?? Double(text).map(LuaValue.number) ?? .nil
    }
    let rest = digits.dropFirst(2).lowercased()
    guard rest.contains(where: \.isHexDigit) else { return .nil }
    if rest.contains(".") || rest.contains("p") {
      let whole = "0x" + rest + (rest.contains("p") ? "" : "p0")
      return Double(whole).map { .number(isNegative ? -$0 : $0) } ?? .nil
    }
    let bits = rest.reduce(UInt64(0)) { $0 &<< 4 | UInt64($1.hexDigitValue ?? 0) }
    return .integer(Int(bitPattern: UInt(isNegative ? 0 &- bits : bits)))
  }
}
