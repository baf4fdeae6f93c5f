/// Exponentials as straight-line arithmetic, so that the compiler vectorises the loops they are inlined into.
///
/// Results are within 2 units in the last place of the exact value. No table, no branch, no call: the result
/// of an element does not depend on where in a vector it falls.
package enum Transcendental {
  /// eˣ: Cody–Waite reduction and Cephes' polynomial (Moshier, `expf.c`).
  @inline(__always)
  static func exp(_ value: Float) -> Float {
    // Beyond these the result is ∞ or 0 anyway. It is written so that NaN passes through.
    let high: Float = value > 89 ? 89 : value
    let x: Float = high < -104 ? -104 : high
    // Adding 1.5·2²³ leaves the nearest integer in the low bits.
    let shifter: Float = 0x1.8p23
    let shifted = x * 1.442_695_04 + shifter
    let n = shifted - shifter
    let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
    var p: Float = 1.987_569_15e-4
    p = p * r + 1.398_199_950_7e-3
    p = p * r + 8.333_451_907_3e-3
    p = p * r + 4.166_579_589_4e-2
    p = p * r + 1.666_666_545_9e-1
    p = p * r + 5.000_000_120_1e-1
    p = p * (r * r) + r + 1
    // 2ⁿ in two factors: n reaches −150 and 128, which no single exponent holds.
    let exponent = Int32(bitPattern: shifted.bitPattern &- shifter.bitPattern)
    let half = exponent &>> 1
    return p * power(of2: half) * power(of2: exponent &- half)
  }

  /// 1 / (1 + e⁻ˣ).
  @inline(__always)
  static func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

  /// Hyperbolic tangent: Cephes' odd polynomial near zero, 1 − 2/(e²ˣ + 1) beyond.
  @inline(__always)
  static func tanh(_ x: Float) -> Float {
    let magnitude = x.magnitude
    let far = 1 - 2 / (exp(2 * magnitude) + 1)
    let square = x * x
    var p: Float = -5.704_988_727_45e-3
    p = p * square + 2.063_908_885_6e-2
    p = p * square - 5.373_971_240_8e-2
    p = p * square + 1.333_144_220_36e-1
    p = p * square - 3.333_328_194_22e-1
    let near = p * square * x + x
    // The sign is put back by bits: −0 and NaN come out right.
    let signed = Float(bitPattern: far.bitPattern | (x.bitPattern & 0x8000_0000))
    return magnitude < 0.625 ? near : signed
  }

  @inline(__always)
  private static func power(of2 exponent: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: exponent &+ 127) &<< 23)
  }
}
