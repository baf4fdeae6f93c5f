import Foundation

/// The values between two ends, of any size that a `Double` can have.
///
/// `upper - lower` overflows near the largest numbers, and 0.05 of it vanishes near the smallest. Calculations are
/// therefore done after a scaling by a power of two, which is exact.
struct Span: Sendable, Hashable {
  var lower: Double
  var upper: Double

  init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// The power of two that brings the ends to about 1.
  private var shift: Int {
    let size = max(abs(lower), abs(upper))
    return size > 0 && size.isFinite ? -Int(size.exponent) : 0
  }

  /// Where `value` lies: 0 at the lower end, 1 at the upper; not a number for one that is none.
  func fraction(_ value: Double) -> Double {
    let size = max(abs(lower), abs(upper))
    // The usual case, and the same bits as with the scaling.
    if size < 1e300, size > 1e-280, abs(value) < 1e300 { return (value - lower) / (upper - lower) }
    let shift = shift
    func scaled(_ v: Double) -> Double { scalbn(v, shift) }
    return (scaled(value) - scaled(lower)) / (scaled(upper) - scaled(lower))
  }

  /// The value at a fraction.
  func value(at t: Double) -> Double {
    let (a, b) = (lower * (1 - t), upper * t)
    return a + b
  }

  func contains(_ value: Double) -> Bool {
    let t = fraction(value)
    return t >= -1e-9 && t <= 1 + 1e-9
  }

  /// The span with `before` and `after` of its length added at the ends, held within what a `Double` can be.
  func extended(before: Double, after: Double) -> Span {
    let greatest = Double.greatestFiniteMagnitude
    func held(_ v: Double) -> Double { min(max(v, -greatest), greatest) }
    let half = upper / 2 - lower / 2
    return Span(
      before == 0 ? lower : held(lower - 2 * before * half),
      after == 0 ? upper : held(upper + 2 * after * half))
  }

  /// True when the ends are so close that no scale between them could be read.
  var isConstant: Bool {
    let shift = shift
    return !(scalbn(upper, shift) - scalbn(lower, shift) > 1e-12)
  }

  /// Ends around a constant.
  static func around(_ value: Double) -> Span {
    let size = abs(value)
    let room = size == 0 ? 0.5 : size < 1e-290 ? size : size * 0.05
    return Span(value, value).widened(by: room)
  }

  private func widened(by room: Double) -> Span {
    let greatest = Double.greatestFiniteMagnitude
    return Span(max(lower - room, -greatest), min(upper + room, greatest))
  }
}
