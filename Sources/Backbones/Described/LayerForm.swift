/// A way to ask for a layer: a name, declared parameters, an example.
///
/// Whoever offers layers to users derives names, checks and help from these.
public struct LayerForm: Sendable {
  /// The name that the layer is asked for by.
  public let name: String
  /// What the layer does, in one sentence.
  public let summary: String
  /// The parameters, in the order in which they are listed.
  public let parameters: [LayerParameter]
  /// A layer that composes, for help.
  public let example: LayerExample
  let make: @Sendable (LayerArguments) throws -> any DescribedLayer

  init(
    _ name: String, _ summary: String, _ keys: [any DeclaredLayerKey] = [],
    example: KeyValuePairs<String, LayerExample.Value> = [:],
    make: @escaping @Sendable (LayerArguments) throws -> any DescribedLayer
  ) {
    self.name = name
    self.summary = summary
    parameters = keys.map { $0.parameter }
    self.example = LayerExample(name, example)
    self.make = make
  }
}

/// A declared parameter of a layer.
public struct LayerParameter: Sendable {
  /// The type of its values.
  public enum Kind: Sendable, Hashable {
    case boolean, integer, number
    /// One of a few words.
    case word([String])
    /// Another layer.
    case layer
    /// At least one other layer.
    case layers
  }

  /// What holds where no value is given.
  public enum Absence: Sendable {
    /// Nothing does: a value must be given.
    case required
    /// The layer works one out, as its help says.
    case optional
    /// This value is taken.
    case value(LayerValue)
  }

  /// The name that values are given by.
  public let name: String
  /// The type of its values.
  public let kind: Kind
  /// What holds where no value is given.
  public let absence: Absence
  /// Bounds of a whole number, which are checked where the layer is composed.
  public let range: ClosedRange<Int>?
  /// What it is for, in half a sentence.
  public let help: String

  /// Whether a value must be given.
  public var isRequired: Bool { if case .required = absence { true } else { false } }
}

/// The value of a parameter of a layer.
public enum LayerValue: Sendable {
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case word(String)
  case layer(ComposedLayer)
  case layers([ComposedLayer])
}

/// A layer with the arguments that an example gives it.
public struct LayerExample: Sendable {
  /// What an example gives for a parameter.
  public enum Value: Sendable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case word(String)
    case layer(LayerExample)
    case layers([LayerExample])
  }

  /// The name of the form.
  public let name: String
  /// The arguments by the names of the parameters, in the order in which they are shown.
  public let arguments: [(name: String, value: Value)]

  init(_ name: String, _ arguments: KeyValuePairs<String, Value> = [:]) {
    self.name = name
    self.arguments = arguments.map { (name: $0.key, value: $0.value) }
  }
}

extension LayerExample.Value: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .word(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
