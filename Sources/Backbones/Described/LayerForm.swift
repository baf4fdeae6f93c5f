/// A way to ask for a layer: a name, declared parameters, an example.
///
/// Whoever offers layers to users derives names, checks and help from these.
public struct LayerForm: Sendable {
  public let name: String
  /// One line, as a sentence.
  public let summary: String
  public let parameters: [LayerParameter]
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
    case required
    /// The layer works one out, as its help says.
    case optional
    case value(LayerValue)
  }

  public let name: String
  public let kind: Kind
  public let absence: Absence
  /// Bounds of a whole number, which are checked where the layer is composed.
  public let range: ClosedRange<Int>?
  public let help: String

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
  /// By the names of the parameters, in the order in which they are shown.
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
