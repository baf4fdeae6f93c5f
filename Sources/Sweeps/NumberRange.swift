import Foundation
import Support

/// Numbers from one to another in equal steps, as they are typed: `1..5`, `0..1:0.25`, `5..1:-2`.
///
/// Steps are taken in decimals, so that the third of `0.1..0.5:0.1` is 0.3 and not 0.30000000000000004.
struct NumberRange {
  /// How many numbers there are; at least 1.
  let count: Int
  private let first: Decimal
  private let step: Decimal

  /// Nil where the text is no range at all.
  ///
  /// - Throws: ``SweepError`` for a range that holds no number, and for one that cannot be counted; `place` begins it.
  init?(_ text: String, _ place: String) throws {
    guard let match = text.wholeMatch(of: #/([^:]+?)\.\.([^:]+?)(?::(.+))?/#) else { return nil }
    let (from, to, by) = (String(match.1), String(match.2), match.3.map(String.init))
    guard let first = Self.number(from), let last = Self.number(to) else { return nil }
    guard let step = by.map({ Self.number($0) }) ?? Decimal(1), !step.isZero else {
      throw SweepError("\(place): the step of \(text.printable(upTo: 60)) must be a number other than 0")
    }
    if by == nil, !Self.isWhole(first) || !Self.isWhole(last) {
      throw SweepError(
        "\(place): \(text.printable(upTo: 60)) needs a step, as in \(text.printable(upTo: 40)):0.1")
    }
    let length = NSDecimalNumber(decimal: (last - first) / step).doubleValue
    guard length >= 0 else {
      let turned = by == nil ? "\(to)..\(from)" : "\(from)..\(to):\(-step)"
      throw SweepError(
        "\(place): the range \(text.printable(upTo: 60)) is empty; did you mean \(turned.printable(upTo: 60))?"
      )
    }
    // What is beyond is told as too many combinations.
    guard length < 1e9 else {
      throw SweepError("\(place): the range \(text.printable(upTo: 60)) has more numbers than can be run")
    }
    count = Int(length.rounded(.down)) + 1
    (self.first, self.step) = (first, step)
  }

  /// The numbers, as they would be typed.
  var values: [String] { (0..<count).map { "\(first + Decimal($0) * step)" } }

  private static func isWhole(_ number: Decimal) -> Bool {
    var (number, rounded) = (number, Decimal())
    NSDecimalRound(&rounded, &number, 0, .plain)
    return rounded == number
  }

  /// A plain decimal number that 64 bits hold well; nil for other texts.
  private static func number(_ text: String) -> Decimal? {
    guard text.utf8.count <= 24, text.wholeMatch(of: #/[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?/#) != nil,
      let value = Double(text), value.magnitude < 1e15, value == 0 || value.magnitude > 1e-15
    else { return nil }
    return Decimal(string: text.hasPrefix("+") ? String(text.dropFirst()) : text, locale: nil)
  }
}
