import Foundation
import Support

/// How data values become lengths along an axis.
public enum Scale: String, NamedOption {
  /// Equal differences have equal lengths.
  case linear
  /// Equal ratios have equal lengths; values ≤ 0 are not drawn.
  case log
  /// Linear around 0 and logarithmic beyond, on both sides.
  case symlog

  public static let optionName = "axis scale"
}

/// The marked values of one axis, with their labels.
package struct Ticks: Sendable {
  package var values: [Double]
  package var labels: [String]
  package var minor: [Double]
  /// The labels are to be read times ten to this power; nil when they stand for themselves.
  package var exponent: Int?

  package init(values: [Double], labels: [String], minor: [Double] = [], exponent: Int? = nil) {
    self.values = values
    self.labels = labels
    self.minor = minor
    self.exponent = exponent
  }

  /// Multiples of 1, 2, 2.5 or 5 × 10ⁿ in `lower`…`upper`: the finest such step with at most `limit` of them.
  ///
  /// Where the ends are so close that no such multiples are different doubles with different labels, they are
  /// the two ends themselves.
  /// - Parameters:
  ///   - integers: whole steps only, for axes that count.
  ///   - forced: the power of ten that the labels leave out; nil chooses one for very large and very small
  ///     numbers.
  ///   - stretches: the parts of the axis that are shown, ascending; all of it where there are none.
  package static func linear(
    _ lower: Double, _ upper: Double, limit: Int, integers: Bool = false, exponent forced: Int? = nil,
    within stretches: [ClosedRange<Double>] = []
  ) -> Ticks {
    guard lower < upper, lower.isFinite, upper.isFinite, limit >= 1 else {
      return Ticks(values: [], labels: [])
    }
    let size = max(abs(lower), abs(upper))
    // Near the ends of what a double can be, marks are found for the numbers without their power of ten.
    let shift = size > 1e290 || size < 1e-290 ? Int(log10(size).rounded(.down)) : 0
    let shown = (stretches.isEmpty ? [lower...upper] : stretches).map {
      Span($0.lowerBound.timesTen(to: -shift), $0.upperBound.timesTen(to: -shift))
    }
    guard let step = step(shown, limit: limit, whole: integers && shift == 0) else {
      return integers && shift == 0 ? Ticks(values: [], labels: []) : ends(lower, upper, limit)
    }
    let ticks = labelled(step, shown, shift: shift, whole: integers && shift == 0, forced)
    let slack = (upper / 2 - lower / 2) * 1e-6
    let distinct =
      zip(ticks.values, ticks.values.dropFirst()).allSatisfy { $0 < $1 }
      && ticks.values.allSatisfy { $0 >= lower - slack && $0 <= upper + slack }
    let told = Set(ticks.labels).count == ticks.labels.count
    return distinct && told ? ticks : ends(lower, upper, limit)
  }

  /// Keeps the marks whose values pass.
  mutating func keep(_ isKept: (Double) -> Bool) {
    let kept = values.indices.filter { isKept(values[$0]) }
    (values, labels) = (kept.map { values[$0] }, kept.map { labels[$0] })
    minor = minor.filter(isKept)
  }

  /// Multiples of mantissa × 10^power: in each stretch of the axis some, from `first` of them on.
  private struct Step {
    var mantissa: Double
    var power: Int
    var runs: [(first: Double, count: Int)]

    /// A multiple as a double. Dividing by a whole power keeps 0.3 the nearest double to 0.3.
    func value(_ multiple: Double) -> Double {
      power >= 0
        ? multiple * mantissa * pow(10, Double(power)) : multiple * mantissa / pow(10, Double(-power))
    }
  }

  /// The finest step with at most `limit` multiples; nil where none can be counted.
  private static func step(_ stretches: [Span], limit: Int, whole: Bool) -> Step? {
    let range = stretches.reduce(0) { $0 + ($1.upper - $1.lower) }
    // Neighbours may have become one number without their power of ten.
    guard range > 0, range.isFinite, let lower = stretches.first?.lower, let upper = stretches.last?.upper
    else {
      return nil
    }
    // We begin with a step that is surely too fine.
    var power = Int(log10(range).rounded(.down)) - 2
    if whole { power = max(power, 0) }
    let last = power + 6 + Int(log10(max(abs(lower), abs(upper)) / range).rounded(.up).clamped(0, 400))
    while power <= last {
      for mantissa in [1, 2, 2.5, 5] {
        if whole && power == 0 && mantissa == 2.5 { continue }
        let step = mantissa * pow(10, Double(power))
        let ends = stretches.map {
          (first: ($0.lower / step - 1e-9).rounded(.up), last: ($0.upper / step + 1e-9).rounded(.down))
        }
        let count = ends.reduce(0) { $0 + max($1.last - $1.first + 1, 0) }
        // Multiples beyond 2⁵³ are not all doubles.
        guard count <= Double(limit), ends.allSatisfy({ abs($0.first) < 0x1p53 && abs($0.last) < 0x1p53 })
        else {
          continue
        }
        guard count > 0 else { return nil }
        return Step(
          mantissa: mantissa, power: power,
          runs: ends.map { (first: $0.first, count: Int(max($0.last - $0.first + 1, 0))) })
      }
      power += 1
    }
    return nil
  }

  private static func labelled(
    _ step: Step, _ stretches: [Span], shift: Int, whole: Bool, _ forced: Int?
  ) -> Ticks {
    let multiples = step.runs.flatMap { run in (0..<run.count).map { run.first + Double($0) } }
    let values = multiples.map(step.value)
    let largest = values.map(abs).max() ?? 0
    var exponent = 0
    if let forced {
      exponent = forced.clamped(-400, 400) - shift
    } else if shift != 0 || largest > 0 && (largest >= 1e5 || largest < 1e-3) {
      exponent = largest > 0 ? Int(log10(largest * (1 + 1e-12)).rounded(.down)) : 0
    }
    let places = (exponent - step.power + (step.mantissa == 2.5 ? 1 : 0)).clamped(0, 17)
    let labels = values.map { number($0.timesTen(to: -exponent), places: places) }

    // Minor marks stand at fifths, or at quarters where fifths would fall on odd values.
    let parts = step.mantissa == 2 ? 4 : 5
    var minor: [Double] = []
    if !(whole && step.power == 0) {
      for (run, stretch) in zip(step.runs, stretches) {
        for i in 0..<(run.count + 1) * parts where i % parts != 0 {
          let v = step.value(run.first - 1 + Double(i) / Double(parts))
          if v >= stretch.lower && v <= stretch.upper { minor.append(v) }
        }
      }
    }
    let told = exponent + shift
    return Ticks(
      values: values.map { $0.timesTen(to: shift) }, labels: labels,
      minor: minor.map { $0.timesTen(to: shift) }, exponent: told == 0 ? nil : told)
  }

  /// The ends, in as many digits as tell them apart.
  private static func ends(_ lower: Double, _ upper: Double, _ limit: Int) -> Ticks {
    guard limit >= 2 else { return Ticks(values: [], labels: []) }
    return Ticks(values: [lower, upper], labels: [lower, upper].map(exact))
  }

  /// The shortest text that reads back as the same number, with its power of ten as markup.
  static func exact(_ value: Double) -> String {
    let text = NumberSpelling.plain(value).replacing("-", with: "−")
    guard let e = text.firstIndex(of: "e") else { return text }
    let power = text[text.index(after: e)...].replacing("+", with: "")
    return text[..<e] + "×10^{\(power)}"
  }

  /// Powers of ten in `lower`…`upper` (0 < lower), thinned to `limit`; 1, 2, 5 × 10ⁿ within less than two decades.
  package static func logarithmic(_ lower: Double, _ upper: Double, limit: Int) -> Ticks {
    guard lower > 0, upper > lower, upper.isFinite else { return Ticks(values: [], labels: []) }
    let first = Int((log10(lower) - 1e-9).rounded(.up))
    let last = Int((log10(upper) + 1e-9).rounded(.down))
    let inside = { (v: Double) in v >= lower * (1 - 1e-9) && v <= upper * (1 + 1e-9) && v > 0 && v.isFinite }
    var minor: [Double] = []
    if last - first <= 12 {
      for n in first - 1...max(last, first - 1) {
        for m in 2...9 { minor.append(Double(m).timesTen(to: n)) }
      }
      minor = minor.filter(inside)
    }
    // Over two decades of everyday numbers, 5, 10, 20, 50 say more than two powers of ten.
    let everyday = last - first == 1 && first >= -2 && last <= 3
    if everyday, let ticks = digits([1, 2, 5], first - 1, last, minor, limit, inside) { return ticks }
    if last - first >= 1 {
      var stride = 1
      while (last - first) / stride + 1 > max(limit, 1) { stride += 1 }
      let powers = Swift.stride(from: first, through: last, by: stride).filter {
        inside(1.0.timesTen(to: $0))
      }
      return Ticks(
        values: powers.map { 1.0.timesTen(to: $0) }, labels: powers.map { power(1, $0) }, minor: minor)
    }
    for mantissas in [Array(1...9), [1, 2, 5], [1, 3], [1]] {
      if let ticks = digits(mantissas, first - 1, first, minor, limit, inside) { return ticks }
    }
    // Less than a factor of two: the marks of a linear axis serve better.
    return linear(lower, upper, limit: limit)
  }

  /// The numbers m × 10ⁿ on a logarithmic axis; nil when they are fewer than two or more than `limit`.
  private static func digits(
    _ mantissas: [Int], _ first: Int, _ last: Int, _ minor: [Double], _ limit: Int, _ inside: (Double) -> Bool
  ) -> Ticks? {
    var ticks = Ticks(values: [], labels: [], minor: minor)
    for n in first...last {
      for m in mantissas {
        let value = Double(m).timesTen(to: n)
        guard inside(value), ticks.values.last.map({ $0 < value }) ?? true else { continue }
        ticks.values.append(value)
        ticks.labels.append(abs(n) <= 3 ? number(value, places: max(-n, 0)) : power(m, n))
      }
    }
    return (2...max(limit, 2)).contains(ticks.values.count) ? ticks : nil
  }

  /// A number with a true minus sign and never "−0".
  package static func number(_ value: Double, places: Int) -> String {
    let text = String(format: "%.\(places)f", value)
    guard text.hasPrefix("-") else { return text }
    let digits = text.dropFirst()
    return digits.allSatisfy { $0 == "0" || $0 == "." } ? String(digits) : "−" + digits
  }

  /// m × 10ⁿ as markup for a laid-out superscript.
  static func power(_ m: Int, _ n: Int) -> String {
    (m == 1 ? "" : "\(m)×") + "10^{\(n < 0 ? "−\(-n)" : "\(n)")}"
  }
}

extension Double {
  /// The number times 10ⁿ, without an overflow on the way.
  func timesTen(to n: Int) -> Double {
    if n == 0 || self == 0 { return self }
    if abs(n) <= 300 { return n > 0 ? self * pow(10, Double(n)) : self / pow(10, Double(-n)) }
    let half = n / 2
    return timesTen(to: half).timesTen(to: n - half)
  }
}

extension Comparable {
  func clamped(_ low: Self, _ high: Self) -> Self { min(max(self, low), high) }
}
