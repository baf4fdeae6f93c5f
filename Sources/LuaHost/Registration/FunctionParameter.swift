import Support

/// What a script may pass for one parameter: the kinds of a `Setting`, and what only Lua has.
public indirect enum ParameterType: Sendable, Hashable {
  case any
  case boolean
  case integer
  case number
  case string
  case function
  case table
  /// One of a few words.
  case choice([String])
  /// A list of numbers, nested lists of them, a tensor, or an object with `totable()`.
  case numbers
  /// A sequence of values of one type.
  case list(ParameterType)
  /// An object of a registered class, by name.
  case object(String)
  /// Any of several types.
  case either([ParameterType])

  /// The type in an error message, with its article.
  public var described: String {
    switch self {
    case .any: "a value"
    case .boolean: Setting.Kind.boolean.described
    case .integer: Setting.Kind.integer.described
    case .number: Setting.Kind.number.described
    case .string: Setting.Kind.string.described
    case .function: "a function"
    case .table: "a table"
    case .numbers: "a list of numbers or a tensor"
    case .choice(let words): "one of " + words.map { "\"\($0)\"" }.joined(separator: ", ")
    case .list(let element): "a list of " + element.plural
    case .object(let name): "\(article(name)) \(name)"
    case .either(let types):
      DefinitionUse.described[self] ?? types.map(\.described).joined(separator: " or ")
    }
  }

  /// The type in a signature.
  public var signature: String {
    switch self {
    case .any: "any"
    case .boolean: Setting.Kind.boolean.name
    case .integer: Setting.Kind.integer.name
    case .number: Setting.Kind.number.name
    case .string: Setting.Kind.string.name
    case .function: "function"
    case .table: "table"
    case .numbers: "number[]|tensor"
    case .choice(let words): words.map { "\"\($0)\"" }.joined(separator: "|")
    case .list(let element): element.signature + "[]"
    case .object(let name): name
    case .either(let types): types.map(\.signature).joined(separator: "|")
    }
  }

  private var plural: String {
    switch self {
    case .any: "values"
    case .boolean: "booleans"
    case .integer: "whole numbers"
    case .number: "numbers"
    case .string: "strings"
    case .function: "functions"
    case .table: "tables"
    case .numbers: "lists of numbers"
    case .list(let element): "lists of " + element.plural
    case .object(let name): name + "s"
    case .choice, .either: "values, each \(described)"
    }
  }
}

/// A row of a function's table of parameters, or of its table of options: a parameter, or the ``ArgumentKey``
/// that makes one and reads it.
public protocol ArgumentRow: Sendable {
  /// The row itself.
  var parameter: FunctionParameter { get }
}

/// One parameter of a function, or one field of its table of options.
public struct FunctionParameter: ArgumentRow {
  /// What happens when the argument is missing or nil.
  public enum Absence: Sendable {
    case required
    /// The function sees that it is missing.
    case optional
    case value(SettingValue)
  }

  public var name: String
  public var type: ParameterType
  public var summary: String
  public var absence: Absence
  /// Bounds of a number, both inclusive.
  public var range: ClosedRange<Double>?
  /// The known fields, when this parameter is a table of options.
  public var options: [FunctionParameter]?
  /// Stands for all further arguments.
  public var isRest = false
  /// Names that a string may be, for completion: those of plugins are known when a session runs.
  public var words: (@Sendable (HostContext) -> [String])?

  /// A required parameter.
  public init(_ name: String, _ type: ParameterType, _ summary: String, in range: ClosedRange<Double>? = nil)
  {
    self.init(name, type, summary, absence: .required, range: range)
  }

  init(
    _ name: String, _ type: ParameterType, _ summary: String, absence: Absence, range: ClosedRange<Double>?
  ) {
    self.name = name
    self.type = type
    self.summary = summary
    self.absence = absence
    self.range = range
  }

  /// A parameter that may be left out, with the value it then has.
  public init(
    _ name: String, _ type: ParameterType, default value: SettingValue, _ summary: String,
    in range: ClosedRange<Double>? = nil
  ) {
    self.init(name, type, summary, absence: .value(value), range: range)
  }

  /// The same parameter, of which `words` are the names that a string may be.
  func naming(_ words: @escaping @Sendable (HostContext) -> [String]) -> FunctionParameter {
    var parameter = self
    parameter.words = words
    return parameter
  }

  /// The words that a string may be.
  func words(in context: HostContext) -> [String] {
    func choices(of type: ParameterType) -> [String] {
      switch type {
      case .choice(let words): words
      case .either(let types): types.flatMap(choices)
      default: []
      }
    }
    return words?(context) ?? choices(of: type)
  }

  /// A parameter is a row as it is.
  public var parameter: FunctionParameter { self }
  /// Whether a call without it is an error.
  public var isRequired: Bool { if case .required = absence { true } else { false } }
}

extension ArgumentRow where Self == FunctionParameter {
  /// A parameter that may be left out.
  public static func optional(
    _ name: String, _ type: ParameterType, _ summary: String, in range: ClosedRange<Double>? = nil
  ) -> FunctionParameter {
    FunctionParameter(name, type, summary, absence: .optional, range: range)
  }

  /// A table of named options; its fields are read like parameters. An unknown name is an error.
  public static func options(
    _ fields: [any ArgumentRow], name: String = "options", required: Bool = false
  ) -> FunctionParameter {
    let fields = fields.map { $0.parameter }
    var parameter = FunctionParameter(
      name, .table, "options", absence: required || fields.contains { $0.isRequired } ? .required : .optional,
      range: nil)
    parameter.options = fields
    return parameter
  }

  /// All further arguments.
  public static func rest(_ name: String, _ type: ParameterType, _ summary: String) -> FunctionParameter {
    var parameter = FunctionParameter(name, type, summary, absence: .optional, range: nil)
    parameter.isRest = true
    return parameter
  }
}
