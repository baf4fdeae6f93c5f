import Foundation

/// What exit rules ask most often of a row of logits, from one pass that never stores the probabilities.
///
/// With m the largest logit, m₂ the second and S = Σ exp(x − m): confidence = 1/S,
/// margin = (1 − exp(m₂ − m))/S, entropy = log S − Σ exp(x − m)·(x − m)/S in nats.
/// The exponential is a polynomial of degree 5 after range reduction (Cephes `expf`), within 2 ulp.
struct SoftmaxStatistics {
  var confidence: Float
  var entropy: Float
  var margin: Float
  /// The first of the largest logits, 0-based.
  var prediction: Int32

  private typealias Vector = SIMD16<Float>

  /// - Parameters:
  ///   - logits: C values.
  ///   - count: C ≥ 1.
  /// - Returns: nil when a logit is NaN or +∞, or all are −∞.
  @inline(__always)
  static func of(_ logits: UnsafePointer<Float>, count: Int) -> SoftmaxStatistics? {
    let raw = UnsafeRawPointer(logits)
    let width = Vector.scalarCount
    let whole = count & ~(width - 1)
    var tail = Vector(repeating: -.infinity)
    for i in whole..<count { tail[i - whole] = logits[i] }

    let (largest, runnerUp) = twoLargest(raw, whole, tail)
    let (total, weighted) = sums(raw, whole, count, tail, largest)
    // NaN logits, +∞ and rows of nothing but −∞ all end as NaN here.
    guard total.isFinite else { return nil }

    var prediction = 0
    while prediction < count - 1 && logits[prediction] != largest { prediction += 1 }
    let confidence = 1 / total
    let ratio = exponential(Vector(repeating: runnerUp - largest)).value[0]
    return SoftmaxStatistics(
      confidence: confidence,
      entropy: max(log(total) - weighted * confidence, 0),
      margin: (1 - ratio) * confidence,
      prediction: Int32(truncatingIfNeeded: prediction))
  }

  /// The largest logit and the second largest, which may be equal; `tail` holds those beyond `whole`.
  @inline(__always)
  private static func twoLargest(
    _ raw: UnsafeRawPointer, _ whole: Int, _ tail: Vector
  ) -> (largest: Float, runnerUp: Float) {
    let width = Vector.scalarCount
    // We look for the two largest of every lane, then of all lanes.
    var first = tail
    var second = Vector(repeating: -.infinity)
    var offset = 0
    while offset < whole {
      let x = raw.loadUnaligned(fromByteOffset: offset * 4, as: Vector.self)
      let larger = x .> first
      let loser = x.replacing(with: first, where: larger)
      first = first.replacing(with: x, where: larger)
      second = second.replacing(with: loser, where: loser .> second)
      offset += width
    }
    let largest = first.max()
    var runnerUp = second.max()
    var seen = false
    for lane in 0..<width {
      // Every lane's first but one of the largest competes for second place.
      if first[lane] == largest && !seen {
        seen = true
      } else if first[lane] > runnerUp {
        runnerUp = first[lane]
      }
    }
    return (largest, runnerUp)
  }

  /// Σ exp(x − m) and Σ exp(x − m)·(x − m).
  @inline(__always)
  private static func sums(
    _ raw: UnsafeRawPointer, _ whole: Int, _ count: Int, _ tail: Vector, _ largest: Float
  ) -> (total: Float, weighted: Float) {
    let width = Vector.scalarCount
    var sum = Vector()
    var weighted = Vector()
    // We add up 256 classes at a time, and then these sums, which keeps rounding small.
    var (sums, allWeighted) = (Vector(), Vector())
    let shift = Vector(repeating: largest)
    var offset = 0
    while offset < whole {
      let end = min(whole, offset + 16 * width)
      while offset < end {
        let d = raw.loadUnaligned(fromByteOffset: offset * 4, as: Vector.self) - shift
        let (e, clamped) = exponential(d)
        sum += e
        weighted += e * clamped
        offset += width
      }
      if offset < whole {
        sums += sum
        allWeighted += weighted
        (sum, weighted) = (Vector(), Vector())
      }
    }
    if whole < count {
      let (e, clamped) = exponential(tail - shift)
      sum += e
      weighted += e * clamped
    }
    sum += sums
    weighted += allWeighted
    return (sum.sum(), weighted.sum())
  }

  /// The probabilities of a row, for those who want them all.
  static func probabilities(_ logits: UnsafeBufferPointer<Float>) -> [Float] {
    let largest = logits.max() ?? 0
    var result = logits.map { exponential(Vector(repeating: $0 - largest)).value[0] }
    let scale = Float(1 / result.reduce(0.0) { $0 + Double($1) })
    for i in result.indices { result[i] *= scale }
    return result
  }

  /// exp(−87) is about the smallest power that is a normal number; smaller ones count as 0.
  private static let smallestExponent: Float = -87

  /// exp(x) for x ≤ 0, 0 below where that is a normal number, and x clamped to there. NaN stays NaN.
  @inline(__always)
  private static func exponential(_ x: Vector) -> (value: Vector, clamped: Vector) {
    let smallest = Vector(repeating: smallestExponent)
    let isTiny = x .< smallest
    let d = x.replacing(with: smallest, where: isTiny)
    // Adding 1.5·2²³ rounds to a whole number n that stands in the low mantissa bits.
    let magic = Vector(repeating: 12_582_912)
    let rounded = d * 1.442_695_04 + magic
    let n = rounded - magic
    let r = d - n * 0.693_359_375 + n * 2.121_944_4e-4
    var p = r * 1.987_569_15e-4 + 1.398_199_95e-3
    p = p * r + 8.333_451_91e-3
    p = p * r + 4.166_579_59e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_12e-1
    p = p * r * r + r + 1
    let bits = unsafeBitCast(rounded, to: SIMD16<Int32>.self)
    let scale = unsafeBitCast((bits &<< 23) &+ 0x3F80_0000, to: Vector.self)
    return ((p * scale).replacing(with: 0, where: isTiny), d)
  }
}
