/// A value given for a parameter of an exit rule or a sampler.
public enum ParameterValue: Sendable, Equatable {
  case number(Double)
  case numbers([Double])
}

extension ParameterValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .number(let number): Self.text(number)
    case .numbers(let numbers): "{" + numbers.map(Self.text).joined(separator: ", ") + "}"
    }
  }

  /// A number as a person writes it: 3 rather than 3.0.
  static func text(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
  }
}

extension ParameterValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(arrayLiteral elements: Double...) { self = .numbers(elements) }
}
