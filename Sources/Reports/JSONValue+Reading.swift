import Support

extension JSONValue {
  /// The value that a JSON text holds; bytes of strings that are no UTF-8 are replaced.
  ///
  /// - Throws: ``Support/TextProblem``.
  public init(parsing bytes: [UInt8]) throws { self.init(try JSONReader(bytes).document()) }

  private init(_ value: JSONReader.Value) {
    switch value {
    case .null: self = .null
    case .boolean(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let bytes): self = .string(String(decoding: bytes, as: UTF8.self))
    case .list(let elements): self = .array(elements.map(JSONValue.init))
    case .object(let members):
      self = .object(
        members.map { Member(String(decoding: $0.key, as: UTF8.self), JSONValue($0.value)) })
    }
  }

  /// The member of that name; nil where there is none, and where this is no object. The last of several counts, as for
  /// most readers of JSON.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  /// The text, where this is one.
  public var asString: String? { if case .string(let text) = self { text } else { nil } }

  /// The whole number, where this is one.
  public var asInteger: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, where this is one.
  public var asNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The truth value, where this is one.
  public var asBool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The elements, where this is a list.
  public var asArray: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

  /// The members, where this is an object.
  public var asObject: [Member]? { if case .object(let members) = self { members } else { nil } }
}
