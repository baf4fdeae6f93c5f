import Foundation

/// How numbers at bars and in the cells of heat maps are written.
enum ValueFormat {
  /// A number in a cell: a long one takes the form with a power of ten.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    abs(value) < 1e7 ? Ticks.number(value, places: digits) : short(value, places: digits)
  }

  /// Decimal places, the same for all bars: as many as the values have, up to three digits in all, and so many that
  /// the smallest does not become 0.
  static func places(_ values: [Double]) -> Int {
    let finite = values.filter(\.isFinite)
    let largest = finite.map(abs).max() ?? 0
    let digits = largest >= 100 ? 0 : largest >= 10 ? 1 : largest >= 0.1 ? 2 : 3
    // What is smaller is written with a power of ten.
    let smallest = finite.map(abs).filter { $0 >= 1e-3 }.min() ?? 1
    let most = max(digits, smallest < 1 ? Int((-log10(smallest)).rounded(.up)) : 0)
    for places in 0..<most {
      let scale = pow(10, Double(places))
      if finite.allSatisfy({ abs($0 * scale - ($0 * scale).rounded()) < 1e-6 }) { return places }
    }
    return most
  }

  /// A number with so many decimal places, or times a power of ten where it is very large or very small.
  static func short(_ value: Double, places: Int) -> String {
    let size = abs(value)
    guard size >= 1e6 || size > 0 && size < 1e-3 else { return Ticks.number(value, places: places) }
    let exponent = Int(log10(size).rounded(.down))
    return Ticks.number(value.timesTen(to: -exponent), places: 1) + Ticks.factor(exponent)
  }
}
