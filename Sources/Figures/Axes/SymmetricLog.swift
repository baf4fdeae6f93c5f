import Foundation

/// A logarithm that passes through 0: linear up to a threshold, equal ratios in equal lengths beyond it.
struct SymmetricLog {
  /// The size up to which values are linear, above 0; it becomes 1, and ten times as much 2.
  let threshold: Double

  func callAsFunction(_ value: Double) -> Double {
    let size = abs(value)
    if size <= threshold { return value / threshold }
    let decades = 1 + log10(size) - log10(threshold)
    return value < 0 ? -decades : decades
  }

  /// The value that becomes `place`, held within what a `Double` can be.
  func value(at place: Double) -> Double {
    let size = abs(place)
    if size <= 1 { return place * threshold }
    let value = min(pow(10, size - 1 + log10(threshold)), .greatestFiniteMagnitude)
    return place < 0 ? -value : value
  }

  func span(_ lower: Double, _ upper: Double) -> Span { Span(self(lower), self(upper)) }
}

extension AxisMap {
  /// The value that has its place there.
  func value(at place: Double) -> Double {
    if !breaks.isEmpty {
      // A place in a gap belongs to the part before it.
      let isRising = end >= start
      let parts = parts
      return (parts.last { isRising ? $0.start <= place : $0.start >= place } ?? parts[0]).value(at: place)
    }
    let t = (place - start) / (end - start)
    return switch scale {
    case .linear: Span(lower, upper).value(at: t)
    case .log: pow(10, log10(lower) + t * (log10(upper) - log10(lower)))
    case .symlog: symmetric.value(at: symmetric.span(lower, upper).value(at: t))
    }
  }

  var symmetric: SymmetricLog { SymmetricLog(threshold: threshold) }
}

extension Ticks {
  /// 0 and the powers of ten with both signs in `lower`…`upper` from `threshold` on, thinned to about `limit` in equal
  /// steps on both sides; the marks of a linear axis where there are fewer than two.
  package static func symmetric(_ lower: Double, _ upper: Double, threshold: Double, limit: Int) -> Ticks {
    guard lower < upper, lower.isFinite, upper.isFinite, threshold > 0, threshold.isFinite else {
      return Ticks(values: [], labels: [])
    }
    let first = Int((log10(threshold) - 1e-9).rounded(.up))
    /// The last power of ten up to `end`; below `first` where there is none.
    func last(_ end: Double) -> Int {
      end >= threshold ? Int((log10(end) + 1e-9).rounded(.down)) : first - 1
    }
    let (above, below) = (last(upper), last(-lower))
    let count = max(above - first + 1, 0) + max(below - first + 1, 0)
    let hasZero = lower <= 0 && upper >= 0
    guard count + (hasZero ? 1 : 0) >= 2 else { return linear(lower, upper, limit: limit) }
    var stride = 1
    while count / stride + 1 > max(limit, 3) { stride += 1 }
    let isShown = { (v: Double) in v >= lower && v <= upper && v.isFinite && v != 0 }
    var ticks = Ticks(values: [], labels: [])
    func powers(_ sign: Double, _ last: Int) {
      guard last >= first else { return }
      // The outermost is marked, as it says how far the axis reaches. Marks ascend.
      let shown = Array(Swift.stride(from: last, through: first, by: -stride))
      for n in sign < 0 ? shown : shown.reversed() {
        let value = sign * 1.0.timesTen(to: n)
        if isShown(value) {
          ticks.values.append(value)
          ticks.labels.append((sign < 0 ? "−" : "") + short(n))
        }
      }
      guard last - first <= 12 else { return }
      for n in first - 1...last {
        for m in 2...9 {
          let value = sign * Double(m).timesTen(to: n)
          if abs(value) > threshold, isShown(value) { ticks.minor.append(value) }
        }
      }
    }
    powers(-1, below)
    if hasZero {
      ticks.values.append(0)
      ticks.labels.append("0")
    }
    powers(1, above)
    return ticks
  }

  /// A power of ten: everyday ones as numbers.
  private static func short(_ n: Int) -> String {
    (0...2).contains(n) ? number(1.0.timesTen(to: n), places: 0) : power(1, n)
  }
}
