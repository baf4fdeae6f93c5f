import Foundation

/// How data values become lengths along an axis.
public enum Scale: String, NamedOption {
  case linear
  /// Logarithmic, base 10; values ≤ 0 are not drawn.
  case log

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
  /// - Parameters:
  ///   - integers: whole steps only, for axes that count.
  ///   - exponent: forces the power of ten that the labels leave out; nil chooses one for very large and very
  ///     small numbers.
  package static func linear(
    _ lower: Double, _ upper: Double, limit: Int, integers: Bool = false, exponent forced: Int? = nil
  ) -> Ticks {
    let range = upper - lower
    guard range > 0, range.isFinite, limit >= 1 else { return Ticks(values: [], labels: []) }
    // From a step that is surely too fine upwards.
    var power = Int(log10(range).rounded(.down)) - 2
    if integers { power = max(power, 0) }
    while true {
      for mantissa in [1, 2, 2.5, 5] {
        if integers && power == 0 && mantissa == 2.5 { continue }
        let step = mantissa * pow(10, Double(power))
        let first = (lower / step - 1e-9).rounded(.up)
        let last = (upper / step + 1e-9).rounded(.down)
        guard last - first + 1 <= Double(limit) else { continue }
        guard last >= first else { return Ticks(values: [], labels: []) }
        return labelled(
          (0...Int(last - first)).map { first + Double($0) }, mantissa, power, lower, upper, integers, forced)
      }
      power += 1
    }
  }

  private static func labelled(
    _ multiples: [Double], _ mantissa: Double, _ power: Int, _ lower: Double, _ upper: Double,
    _ integers: Bool,
    _ forced: Int?
  ) -> Ticks {
    func value(_ multiple: Double) -> Double {
      // Dividing by a whole power keeps 0.3 the nearest double to 0.3.
      power >= 0 || power < -300
        ? multiple * mantissa * pow(10, Double(power)) : multiple * mantissa / pow(10, Double(-power))
    }
    let values = multiples.map(value)
    let largest = values.map(abs).max() ?? 0
    var exponent = 0
    if let forced {
      exponent = forced
    } else if largest > 0 && (largest >= 1e5 || largest < 1e-3) {
      exponent = Int(log10(largest * (1 + 1e-12)).rounded(.down))
    }
    let places = min(max(exponent - power + (mantissa == 2.5 ? 1 : 0), 0), 17)
    let scale = pow(10, Double(exponent))
    let labels = values.map {
      number(exponent >= -300 ? $0 / scale : $0 * pow(10, Double(-exponent)), places: places)
    }

    // Fifths, or quarters where fifths would fall on odd values.
    let parts = mantissa == 2 ? 4.0 : 5.0
    var minor: [Double] = []
    if let first = multiples.first, let last = multiples.last, !(integers && power == 0) {
      var k = (first - 1) * parts + 1
      while k < (last + 1) * parts {
        let v = value(k / parts)
        if k.remainder(dividingBy: parts) != 0 && v >= lower && v <= upper { minor.append(v) }
        k += 1
      }
    }
    return Ticks(values: values, labels: labels, minor: minor, exponent: exponent == 0 ? nil : exponent)
  }

  /// Powers of ten in `lower`…`upper` (0 < lower), thinned to `limit`; 1, 2, 5 × 10ⁿ within less than two decades.
  package static func logarithmic(_ lower: Double, _ upper: Double, limit: Int) -> Ticks {
    guard lower > 0, upper > lower, upper.isFinite else { return Ticks(values: [], labels: []) }
    let first = Int((log10(lower) - 1e-9).rounded(.up))
    let last = Int((log10(upper) + 1e-9).rounded(.down))
    let inside = { (v: Double) in v >= lower * (1 - 1e-9) && v <= upper * (1 + 1e-9) }
    var minor: [Double] = []
    if last - first <= 12 {
      for n in first - 1...max(last, first - 1) {
        for m in 2...9 { minor.append(Double(m) * pow(10, Double(n))) }
      }
      minor = minor.filter(inside)
    }
    // Over two decades of everyday numbers, 5, 10, 20, 50 say more than two powers of ten.
    let everyday = last - first == 1 && first >= -2 && last <= 3
    if everyday, let ticks = digits([1, 2, 5], first - 1, last, minor, limit, inside) { return ticks }
    if last - first >= 1 {
      var stride = 1
      while (last - first) / stride + 1 > limit { stride += 1 }
      let powers = Swift.stride(from: first, through: last, by: stride).map { $0 }
      return Ticks(
        values: powers.map { pow(10, Double($0)) }, labels: powers.map { power(1, $0) }, minor: minor)
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
        let value = Double(m) * pow(10, Double(n))
        guard inside(value) else { continue }
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
  private static func power(_ m: Int, _ n: Int) -> String {
    (m == 1 ? "" : "\(m)×") + "10^{\(n < 0 ? "−\(-n)" : "\(n)")}"
  }
}
