import Support

/// A JSON value whose object members keep their order, and which always serialises to valid JSON.
///
/// `JSONSerialization` reorders members and refuses NaN; here NaN and infinities become `null`.
public enum JSONValue: Sendable, Equatable, Codable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One name and value of an object.
  public struct Member: Sendable, Equatable, Codable {
    public var name: String
    /// The value of that name.
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The value as one line, without spaces.
  public var compact: String {
    var text = ""
    write(to: &text, indent: nil)
    return text
  }

  /// The value with two spaces of indent per level, and a newline at the end; lists of plain values stay on
  /// one line.
  public var pretty: String {
    var text = ""
    write(to: &text, indent: 0)
    return text + "\n"
  }

  /// The value as a person writes it: text without quotes, the rest as JSON.
  public var plain: String {
    if case .string(let text) = self { return text }
    return compact
  }

  private var isContainer: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }

  private func write(to text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? NumberText.shortest(value) : "null"
    case .string(let value): JSONText.quote(value, to: &text)
    case .array(let values):
      let nested = indent.flatMap { values.contains(where: \.isContainer) ? $0 + 1 : nil }
      JSONValue.writeList(values, brackets: ("[", "]"), indent: nested, spaced: indent != nil, to: &text) {
        value, text in value.write(to: &text, indent: nested)
      }
    case .object(let members):
      let nested = indent.map { $0 + 1 }
      JSONValue.writeList(members, brackets: ("{", "}"), indent: nested, spaced: false, to: &text) {
        member, text in
        JSONText.quote(member.name, to: &text)
        text += indent == nil ? ":" : ": "
        member.value.write(to: &text, indent: nested)
      }
    }
  }

  /// Writes elements; `indent` is their level, each on its own line; nil puts all on one line.
  private static func writeList<Element>(
    _ elements: [Element], brackets: (String, String), indent: Int?, spaced: Bool, to text: inout String,
    _ writeElement: (Element, inout String) -> Void
  ) {
    text += brackets.0
    for (index, element) in elements.enumerated() {
      if index > 0 { text += indent == nil && spaced ? ", " : "," }
      if let indent { text += "\n" + String(repeating: "  ", count: indent) }
      writeElement(element, &text)
    }
    if let indent, !elements.isEmpty { text += "\n" + String(repeating: "  ", count: indent - 1) }
    text += brackets.1
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
  public init(nilLiteral: ()) { self = .null }
}
