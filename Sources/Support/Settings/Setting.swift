/// The declaration of one value that a user chooses: a parameter of a script, an exit rule, a sampler or a
/// backbone.
///
/// Whoever checks, reads, lists or explains the value asks the declaration. A built-in thing reads its own
/// settings by the typed ``SettingKey`` that declares them.
public struct Setting: Sendable {
  /// The type that values must have.
  public enum Kind: Sendable, Hashable {
    case boolean, integer, number, string
    /// One number, or a list with one for each step.
    case numberOrList
    indirect case list(Kind)

    /// The kind in a sentence, with its article.
    public var described: String {
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

    /// The kind in listings, and as a script names it.
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

    /// The kinds that a script can ask for, by name.
    public static let named: [String: Kind] = {
      let plain: [Kind] = [.boolean, .integer, .number, .string]
      return Dictionary(
        uniqueKeysWithValues: (plain + plain.map(Kind.list) + [.numberOrList]).map { ($0.name, $0) })
    }()

    /// The kind of one element of a list; for anything else the kind itself.
    public var element: Kind {
      switch self {
      case .list(let element): element.element
      case .numberOrList: .number
      default: self
      }
    }
  }

  public let name: String
  /// The type of its values.
  public let kind: Kind
  /// The value where none is given; nil where one must be.
  public let defaultValue: SettingValue?
  /// Bounds of a number, or of each element of a list, both inclusive; nil for none.
  public let range: ClosedRange<Double>?
  /// Whether ±∞ are allowed beyond the bounds.
  public let allowsInfinity: Bool
  /// The values that are allowed, for a list those that each element must be among; nil where any is.
  public let choices: [SettingValue]?
  /// What it is for, in one line without a full stop.
  public let help: String
  /// Whether the kind is that of the default alone; `default = 1` is then a whole number.
  public let isKindInferred: Bool

  /// Declares a setting. The default, the bounds and the choices are believed to fit each other.
  public init(
    _ name: String, _ kind: Kind, default value: SettingValue? = nil, in range: ClosedRange<Double>? = nil,
    allowsInfinity: Bool = false, choices: [SettingValue]? = nil, help: String = "",
    isKindInferred: Bool = false
  ) {
    self.name = name
    self.kind = kind
    defaultValue = value
    self.range = range
    self.allowsInfinity = allowsInfinity
    self.choices = choices
    self.help = help
    self.isKindInferred = isKindInferred
  }
}
