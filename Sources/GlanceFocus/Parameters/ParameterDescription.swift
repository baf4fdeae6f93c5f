/// One parameter of an exit rule or a sampler: what checks, documentation and completion need to know.
public struct ParameterDescription: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case number
    case integer
    /// A number for every step, or a list with one by step.
    case numberOrList
  }

  public let name: String
  public let kind: Kind
  public let defaultValue: ParameterValue
  /// Least value allowed; −∞ for none.
  public let minimum: Double
  /// Greatest value allowed; ∞ for none.
  public let maximum: Double
  /// Whether ±∞ are allowed beyond the two.
  public let allowsInfinity: Bool
  /// One line, without a full stop.
  public let help: String

  public init(
    _ name: String, _ kind: Kind = .number, default defaultValue: ParameterValue,
    min minimum: Double = -.infinity, max maximum: Double = .infinity,
    allowsInfinity: Bool = false, help: String
  ) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.minimum = minimum
    self.maximum = maximum
    self.allowsInfinity = allowsInfinity
    self.help = help
  }

  /// What is wrong with `value` for this parameter, nil when it fits.
  func objection(to value: ParameterValue) -> String? {
    let numbers: [Double]
    switch (kind, value) {
    case (_, .number(let number)): numbers = [number]
    case (.numberOrList, .numbers(let list)) where !list.isEmpty: numbers = list
    case (.numberOrList, .numbers): return "is an empty list"
    case (_, .numbers): return "is a list, expected a number"
    }
    for number in numbers {
      guard !number.isNaN else { return "is not a number (NaN)" }
      guard (number >= minimum && number <= maximum) || (allowsInfinity && number.isInfinite) else {
        let hint = (minimum, maximum) == (0, 1) ? ShareHint.text(number).map { ": " + $0 } ?? "" : ""
        return "is \(ParameterValue.text(number)), expected \(range)\(hint)"
      }
      if kind == .integer, number != number.rounded() || abs(number) > 1e15 {
        return "is \(number), expected a whole number"
      }
    }
    return nil
  }

  /// The range in words.
  private var range: String {
    switch (minimum.isFinite, maximum.isFinite) {
    case (true, true): "\(ParameterValue.text(minimum)) to \(ParameterValue.text(maximum))"
    case (true, false): "at least \(ParameterValue.text(minimum))"
    case (false, true): "at most \(ParameterValue.text(maximum))"
    case (false, false): "a number"
    }
  }
}
