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

    /// The type in listings.
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
  }

  public let name: String
  public let kind: Kind
  /// nil: the value must be given.
  public let defaultValue: ParameterValue?
  public let minimum: Double?
  public let maximum: Double?
  public let choices: [ParameterValue]?
  public let help: String

  public init(
    name: String, kind: Kind, default value: ParameterValue? = nil, minimum: Double? = nil,
    maximum: Double? = nil, choices: [ParameterValue]? = nil, help: String = ""
  ) {
    self.name = name
    self.kind = kind
    defaultValue = value
    self.minimum = minimum
    self.maximum = maximum
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
    return range.contains(number) ? nil : "must be \(kind.described) \(range.described), got \(value.source)"
  }

  /// Reads a value typed on the command line; lists are separated by commas.
  public func parse(_ text: String) throws -> ParameterValue {
    guard let value = Self.parse(text, as: kind) else {
      throw LuaError("must be \(kind.described), got \"\(text)\"")
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
      return (Int(text) ?? Double(text).flatMap { Int(exactly: $0) }).map { .integer($0) }
    case .number: return Double(text).flatMap { $0.isNaN ? nil : .number($0) }
    case .numberOrList: return parse(text, as: .number) ?? parse(text, as: .list(.number))
    case .list(let element):
      let parts = text.split(separator: ",").map { parse($0.trimmed, as: element) }
      let values = parts.compactMap(\.self)
      return values.count == parts.count ? .list(values) : nil
    }
  }

  /// Converts a value that a script passed.
  func convert(_ value: LuaValue) throws -> ParameterValue {
    guard let converted = try Self.convert(value, as: kind) else {
      throw LuaError("must be \(kind.described), got \(value.described)")
    }
    if let complaint = complaint(about: converted) { throw LuaError(complaint) }
    return converted
  }

  private static func convert(_ value: LuaValue, as kind: Kind) throws -> ParameterValue? {
    switch kind {
    case .boolean: return value.asBoolean.map { .boolean($0) }
    case .string: return value.asString.map { .string($0) }
    case .integer: return value.asInteger.map { .integer($0) }
    case .number: return value.asNumber.map { .number($0) }
    case .numberOrList: return try convert(value, as: .number) ?? convert(value, as: .list(.number))
    case .list(let element):
      guard let elements = try value.asTable?.elements() else { return nil }
      let converted = try elements.map { try convert($0, as: element) }
      let values = converted.compactMap(\.self)
      return values.count == converted.count ? .list(values) : nil
    }
  }
}

extension ParameterSpec {
  private static let fields = ["default", "min", "max", "choices", "help", "type"]

  /// Reads the declarations `{ name = { default = …, min = …, max = …, choices = {…}, help = "…" }, … }`.
  ///
  /// A plain value in place of the inner table is the default. The result is in alphabetical order.
  static func read(_ table: LuaTable, owner: String) throws -> [ParameterSpec] {
    try table.pairs().map { key, value in
      guard let name = key.asString else {
        throw LuaError(
          "\(owner): parameters are named, as in {threshold = {default = 0.5}}; got the key \(key.described)")
      }
      guard let declaration = value.asTable, try declaration.count() == 0 else {
        let (kind, value) = try inferKind(value, "\(owner): parameter '\(name)'")
        return ParameterSpec(name: name, kind: kind, default: value)
      }
      return try read(name, declaration, "\(owner): parameter '\(name)'")
    }
  }

  private static func read(_ name: String, _ table: LuaTable, _ place: String) throws -> ParameterSpec {
    var fields: [String: LuaValue] = [:]
    for (key, value) in try table.pairs() {
      guard let field = key.asString, self.fields.contains(field) else {
        let text = key.asString ?? key.described
        throw LuaError("\(place): unknown field '\(text)'" + NearestName.hint(text, in: self.fields))
      }
      fields[field] = value
    }
    var kind: Kind?
    var value: ParameterValue?
    if let given = fields["default"] {
      let (inferred, converted) = try inferKind(given, place)
      (kind, value) = (inferred, converted)
    }
    if let type = fields["type"] {
      let declared = try namedKind(type, place)
      if declared == .number, case .integer(let whole)? = value { value = .number(Double(whole)) }
      if let kind, kind != declared, !(declared == .number && kind == .integer) {
        throw LuaError("\(place): its type is \(declared.name) and its default \(value?.source ?? "nil")")
      }
      kind = declared
    }
    guard var kind else {
      throw LuaError(
        "\(place): needs a default, or a type (\"integer\", \"number\", \"string\", \"boolean\")")
    }
    let minimum = try bound("min", fields, place)
    let maximum = try bound("max", fields, place)
    if let minimum, let maximum, minimum > maximum {
      throw LuaError(
        "\(place): min \(LuaNumberText.shortest(minimum)) is above max \(LuaNumberText.shortest(maximum))")
    }
    // `default = 1, min = 0.5` means a number.
    if kind == .integer, fields["type"] == nil,
      [minimum, maximum].contains(where: { $0.map { $0.isFinite && $0 != $0.rounded() } ?? false })
    {
      kind = .number
    }
    let choices = try fields["choices"].map { given in
      guard let list = try given.asTable?.elements(), !list.isEmpty else {
        throw LuaError("\(place): choices must be a list of values, got \(given.described)")
      }
      return try list.map { choice in
        guard let converted = try convert(choice, as: kind) else {
          throw LuaError(
            "\(place): the choice \(choice.described) is not \(kind.described), as the default is")
        }
        return converted
      }
    }
    guard let help = fields["help"].map(\.asString) ?? "" else {
      throw LuaError("\(place): help must be a string, got \(fields["help"]?.described ?? "nil")")
    }
    let spec = ParameterSpec(
      name: name, kind: kind, default: value, minimum: minimum, maximum: maximum, choices: choices, help: help
    )
    if let value, let complaint = spec.complaint(about: value) {
      throw LuaError("\(place): the default \(complaint)")
    }
    return spec
  }

  private static func bound(_ field: String, _ fields: [String: LuaValue], _ place: String) throws -> Double?
  {
    guard let value = fields[field] else { return nil }
    guard let number = value.asNumber, !number.isNaN else {
      throw LuaError("\(place): \(field) must be a number, got \(value.described)")
    }
    return number
  }

  private static func namedKind(_ value: LuaValue, _ place: String) throws -> Kind {
    let known: [String: Kind] = [
      "integer": .integer, "number": .number, "string": .string, "boolean": .boolean,
    ]
    guard let name = value.asString, let kind = known[name] else {
      throw LuaError(
        "\(place): unknown type \(value.described)" + NearestName.hint(value.asString ?? "", in: known.keys))
    }
    return kind
  }

  private static func inferKind(_ value: LuaValue, _ place: String) throws -> (Kind, ParameterValue) {
    switch value {
    case .boolean(let value): return (.boolean, .boolean(value))
    case .integer(let value): return (.integer, .integer(value))
    case .number(let value): return (.number, .number(value))
    case .string(let value): return (.string, .string(value))
    case .table(let table):
      let elements = try table.elements().map { try inferKind($0, place) }
      let kinds = Set(elements.map(\.0))
      guard let kind = kinds == [.integer, .number] ? .number : kinds.first,
        kinds.count == 1 || kind == .number
      else { throw LuaError("\(place): a default list needs elements of one type") }
      let values = elements.map { kind == .number ? .number($0.1.asNumber ?? 0) : $0.1 }
      return (.list(kind), .list(values))
    case .nil, .function, .object:
      throw LuaError(
        "\(place): the default must be a number, string, boolean or list, got \(value.described)")
    }
  }
}
