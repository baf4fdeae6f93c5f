extension Setting {
  /// The values that are allowed, in words: `a number from 0 to 1`.
  public var expectation: String { Self.expectation(kind.described, range) }

  /// `what` with its bounds: `a whole number of at least 1`.
  public static func expectation(_ what: String, _ range: ClosedRange<Double>?) -> String {
    range.map { what + " " + $0.described } ?? what
  }

  /// Why a value of the right kind is not allowed: `must be a number from 0 to 1, got 1.5`; nil when it is.
  ///
  /// This is what someone is told who sets it from a script or on the command line. Numbers without bounds may
  /// be NaN here, and lists empty.
  public func complaint(about value: SettingValue) -> String? {
    guard case .list(let elements) = value else { return complaint(aboutOne: value) }
    return elements.lazy.compactMap { complaint(aboutOne: $0) }.first
  }

  private func complaint(aboutOne value: SettingValue) -> String? {
    switch fault(in: value) {
    case .choice(let words)?: "must be one of \(words), got \(value.source)"
    case .range(_, _, hint: let hint)?: "must be \(expectation), got \(value.source)\(hint)"
    case nil: nil
    }
  }

  /// What is wrong with a value of whatever kind, as in `is 1.5, expected 0 to 1`; nil when it fits.
  ///
  /// This is what a built-in thing says of a value that it is made with: it takes neither NaN nor an empty
  /// list.
  public func objection(to value: SettingValue) -> String? {
    guard case .list(let elements) = value else { return objection(toOne: value) }
    switch kind {
    case .numberOrList where elements.isEmpty: return "is an empty list"
    case .numberOrList, .list: return elements.lazy.compactMap { objection(toOne: $0) }.first
    case .number, .integer: return "is a list, expected a number"
    case .boolean, .string: return "is a list, expected \(kind.described)"
    }
  }

  private func objection(toOne value: SettingValue) -> String? {
    let wanted = kind.element
    if let number = value.asNumber, number.isNaN { return "is not a number (NaN)" }
    switch fault(in: value) {
    case .choice(let words)?: return "is \(value.source), expected one of \(words)"
    case .range(let range, let number, hint: let hint)?:
      return "is \(NumberSpelling.plain(number)), expected \(range.bounds)\(hint)"
    case nil: break
    }
    if wanted.holds(value) { return nil }
    if wanted == .integer, let number = value.asNumber { return "is \(number), expected a whole number" }
    return "is \(value.source), expected \(wanted.described)"
  }

  /// What can be wrong with a plain value or an element of a list.
  private enum Fault {
    /// The value is none of these.
    case choice(String)
    /// The number is beyond its bounds; the hint says what was meant, or is empty.
    case range(ClosedRange<Double>, Double, hint: String)
  }

  private func fault(in value: SettingValue) -> Fault? {
    if let choices, !choices.contains(value) {
      return .choice(choices.map(\.source).joined(separator: ", "))
    }
    guard let range, let number = value.asNumber, !range.admits(number, infinity: allowsInfinity) else {
      return nil
    }
    let hint = range == 0...1 ? ShareHint.text(number).map { ": " + $0 } ?? "" : ""
    return .range(range, number, hint: hint)
  }
}

extension Setting.Kind {
  /// Whether a plain value is of this kind: whole numbers are numbers, a number without a fraction is whole.
  fileprivate func holds(_ value: SettingValue) -> Bool {
    switch (self, value) {
    case (.boolean, .boolean), (.string, .string), (.integer, .integer): true
    case (.number, .integer), (.number, .number): true
    case (.integer, .number(let number)): number == number.rounded() && abs(number) <= 1e15
    default: false
    }
  }
}

extension ClosedRange<Double> {
  /// Whether a number is within the bounds, or infinite where `infinity` allows that; NaN is within none.
  @inlinable
  public func admits(_ number: Double, infinity: Bool = false) -> Bool {
    contains(number) || infinity && number.isInfinite
  }

  /// The bounds after what they bound: `from 0 to 1`, `of at least 1`.
  public var described: String { (isOneSided ? "of " : "from ") + bounds }

  /// The bounds by themselves: `from 0 to 1`, `at least 1`.
  public var listed: String { (isOneSided ? "" : "from ") + bounds }

  /// The bounds without a word before them: `0 to 1`, `at least 1`, `at most 1`.
  fileprivate var bounds: String {
    if upperBound == .infinity { return "at least \(NumberSpelling.plain(lowerBound))" }
    if lowerBound == -.infinity { return "at most \(NumberSpelling.plain(upperBound))" }
    return "\(NumberSpelling.plain(lowerBound)) to \(NumberSpelling.plain(upperBound))"
  }

  private var isOneSided: Bool { upperBound == .infinity || lowerBound == -.infinity }
}
