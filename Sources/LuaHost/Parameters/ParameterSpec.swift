import GlanceFocus
import Support

/// A declared parameter: of a script (`gfnet.params`), of an exit rule, a sampler or a backbone.
public struct ParameterSpec: Sendable {
  /// The type that values must have, inferred from the default.
  public enum Kind: Sendable, Hashable {
    case boolean, integer, number, string
    /// One number, or a list with one for each step.
    case numberOrList
    indirect case list(Kind)

    var described: String {
      switch self {
      case .boolean: "true or false"
      case .integer: "a whole number"
      case .number: "a number"
      case .string: "a string"
      case .numberOrList: "a number or a list of numbers"
      case .list(.integer): "a list of whole numbers"
      case .list(let element): "a list of \(element.name)s"
      }
    }

    /// The type in listings, and as `type =` takes it.
    public var name: String {
      switch self {
      case .boolean: "boolean"
      case .integer: "integer"
      case .number: "number"
      case .string: "string"
      case .numberOrList: "number or list of numbers"
      case .list(let element): "list of \(element.name)s"
      }
    }

    /// What a script may write as `type =`.
    static let named: [String: Kind] = {
      let plain: [Kind] = [.boolean, .integer, .number, .string]
      return Dictionary(
        uniqueKeysWithValues: (plain + plain.map(Kind.list) + [.numberOrList]).map { ($0.name, $0) })
    }()

    /// The type of one element of a list; of anything else the type itself.
    var element: Kind {
      switch self {
      case .list(let element): element.element
      case .numberOrList: .number
      default: self
      }
    }
  }

  public let name: String
  public let kind: Kind
  /// nil: the value must be given.
  public let defaultValue: ParameterValue?
  public let minimum: Double?
  public let maximum: Double?
  /// Whether ±∞ are allowed beyond the two.
  public let allowsInfinity: Bool
  /// What values must be among; of a list, each of its elements.
  public let choices: [ParameterValue]?
  public let help: String
  /// Whether the type is that of the default alone; `default = 1` is then a whole number.
  public internal(set) var isInferred = false

  public init(
    name: String, kind: Kind, default value: ParameterValue? = nil, minimum: Double? = nil,
    maximum: Double? = nil, allowsInfinity: Bool = false, choices: [ParameterValue]? = nil, help: String = ""
  ) {
    self.name = name
    self.kind = kind
    defaultValue = value
    self.minimum = minimum
    self.maximum = maximum
    self.allowsInfinity = allowsInfinity
    self.choices = choices
    self.help = help
  }

  // MARK: Values

  /// Why a value is not allowed; nil when it is.
  func complaint(about value: ParameterValue) -> String? {
    if case .list(let elements) = value {
      return elements.lazy.compactMap { complaint(aboutOne: $0) }.first
    }
    return complaint(aboutOne: value)
  }

  private func complaint(aboutOne value: ParameterValue) -> String? {
    if let choices, !choices.contains(value) {
      return "must be one of \(choices.map(\.source).joined(separator: ", ")), got \(value.source)"
    }
    guard let number = value.asNumber, minimum != nil || maximum != nil else { return nil }
    let range = (minimum ?? -.infinity)...max(maximum ?? .infinity, minimum ?? -.infinity)
    // Not a number is outside every range.
    if range.contains(number) || (allowsInfinity && number.isInfinite) { return nil }
    let hint = range == 0...1 ? ShareHint.text(number).map { ": " + $0 } ?? "" : ""
    return "must be \(kind.described) \(range.described), got \(value.source)\(hint)"
  }

  /// Reads a value typed on the command line; lists are separated by commas.
  public func parse(_ text: String) throws -> ParameterValue {
    guard let value = Self.parse(text, as: kind) else {
      if Double(text)?.isInfinite == true {
        throw LuaError("must be \(kind.described), got \"\(text)\", which is beyond the largest number")
      }
      let isNumber = !text.isEmpty && text.split(separator: ",").allSatisfy { Double($0.trimmed) != nil }
      throw LuaError("must be \(kind.described), got \"\(text)\"" + (isNumber ? wholeNumberHint : ""))
    }
    if let complaint = complaint(about: value) { throw LuaError(complaint) }
    return value
  }

  private static func parse(_ text: String, as kind: Kind) -> ParameterValue? {
    switch kind {
    case .string: return .string(text)
    case .boolean:
      switch text.lowercased() {
      case "true", "yes", "on", "1": return .boolean(true)
      case "false", "no", "off", "0": return .boolean(false)
      default: return nil
      }
    case .integer:
      if let whole = Int(text) { return .integer(whole) }
      // 1e6 is one too; from 2^53 on the number read may not be the number typed.
      return Double(text).flatMap { $0.magnitude < 0x1p53 ? Int(exactly: $0) : nil }.map { .integer($0) }
    case .number:
      // "inf" is infinite, 1e400 is a slip.
      return Double(text).flatMap { value in
        value.isFinite || value.isInfinite && text.lowercased().contains("inf") ? .number(value) : nil
      }
    case .numberOrList: return parse(text, as: .number) ?? parse(text, as: .list(.number))
    case .list(let element):
      if text.isEmpty { return .list([]) }
      let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
        parse($0.trimmed, as: element)
      }
      let values = parts.compactMap(\.self)
      return values.count == parts.count ? .list(values) : nil
    }
  }

  /// Converts a value that a script passed.
  func convert(_ value: LuaValue) throws -> ParameterValue {
    var room = Self.largestValue
    guard let converted = try Self.convert(value, as: kind, &room) else {
      throw LuaError(
        "must be \(kind.described), got \(value.described)" + (value.asNumber == nil ? "" : wholeNumberHint))
    }
    if let complaint = complaint(about: converted) { throw LuaError(complaint) }
    return converted
  }

  /// What to do when 0.5 is wanted and the default says whole number.
  private var wholeNumberHint: String {
    guard isInferred, kind.element == .integer, let defaultValue else { return "" }
    if case .integer(let value) = defaultValue {
      return "; its default \(value) is an integer; the script can write \(value).0 to take any number"
    }
    return "; its default has integers; the script can write type = \"list of numbers\" to take any"
  }

  /// Elements of all lists in one value; and how deep lists may lie in lists.
  static let largestValue = 100_000
  static let deepestValue = 4

  /// - Parameter room: elements that may still follow. Lists that share their parts grow with the power of their
  ///   depth.
  static func convert(_ value: LuaValue, as kind: Kind, _ room: inout Int) throws -> ParameterValue? {
    switch kind {
    case .boolean: return value.asBoolean.map { .boolean($0) }
    case .string: return value.stringBytes.map { .string(RawArgument.text($0)) }
    case .integer: return value.asInteger.map { .integer($0) }
    case .number: return value.asNumber.map { .number($0) }
    case .numberOrList:
      return try convert(value, as: .number, &room) ?? convert(value, as: .list(.number), &room)
    case .list(let element):
      guard let table = value.asTable else { return nil }
      let elements = try Self.elements(of: table, &room)
      var values: [ParameterValue] = []
      values.reserveCapacity(elements.count)
      for item in elements {
        guard let converted = try convert(item, as: element, &room) else { return nil }
        values.append(converted)
      }
      return .list(values)
    }
  }

  /// The elements of a list, counted before they are read.
  static func elements(of table: LuaTable, _ room: inout Int) throws -> [LuaValue] {
    let count = try table.count()
    guard count <= room else {
      throw LuaError("holds more than \(largestValue) values; pass large data as a tensor or a file")
    }
    room -= count
    return try table.elements()
  }
}
