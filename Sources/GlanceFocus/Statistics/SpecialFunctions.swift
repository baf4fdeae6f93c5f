import Foundation

/// What intervals and tests are computed from: the distributions of binomial, normal and Student's variables.
///
/// The densities are Loader's (*Fast and Accurate Computation of Binomial Probabilities*, 2000): differences of
/// logarithms of large factorials would lose digits. Relative errors are some 10⁻¹³ up to a million trials.
enum SpecialFunctions {
  /// The logarithm of n! less Stirling's formula for it, for any n > 0.
  static func stirlingError(_ n: Double) -> Double {
    guard n > 15 else { return lgamma(n + 1) - (n + 0.5) * log(n) + n - 0.5 * log(2 * .pi) }
    let square = n * n
    let tail =
      (1.0 / 1260 - (1.0 / 1680 - (1.0 / 1188 - 691.0 / 360_360 / square) / square) / square) / square
    return (1.0 / 12 - (1.0 / 360 - tail) / square) / n
  }

  /// x·log(x/m) + m − x, also where x is near m.
  static func deviance(_ x: Double, _ m: Double) -> Double {
    guard abs(x - m) < 0.1 * (x + m) else { return x * log(x / m) + m - x }
    let ratio = (x - m) / (x + m)
    var sum = (x - m) * ratio
    var term = 2 * x * ratio
    for j in 1..<1000 {
      term *= ratio * ratio
      let next = sum + term / Double(2 * j + 1)
      if next == sum { break }
      sum = next
    }
    return sum
  }

  /// P(X = k) for n trials of probability p, with k and n any numbers, 0 ≤ k ≤ n.
  static func binomialDensity(_ k: Double, of n: Double, _ p: Double) -> Double {
    if p <= 0 { return k == 0 ? 1 : 0 }
    if p >= 1 { return k == n ? 1 : 0 }
    if k == 0 { return exp(n * log1p(-p)) }
    if k == n { return exp(n * log(p)) }
    let exponent =
      stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p)
      - deviance(n - k, n * (1 - p))
    return exp(exponent) * (n / (2 * .pi * k * (n - k))).squareRoot()
  }

  /// The regularised incomplete beta function I_x(a, b), for a, b > 0.
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // x^a·(1−x)^b/B(a, b); the continued fraction converges fast on the side of the mean.
    let front = a * b / (a + b) * binomialDensity(a, of: a + b, x)
    if x <= (a + 1) / (a + b + 2) { return Swift.min(front / a * fraction(x, a, b), 1) }
    return Swift.max(1 - front / b * fraction(1 - x, b, a), 0)
  }

  /// The continued fraction of the incomplete beta function, by Lentz's method.
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let least = 1e-300
    func away(_ value: Double) -> Double { abs(value) < least ? least : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var result = d
    for m in 1..<1_000_000 {
      let m = Double(m)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / away(1 + even * d)
      c = away(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / away(1 + odd * d)
      c = away(1 + odd / c)
      result *= d * c
      if abs(d * c - 1) < 1e-15 { break }
    }
    return result
  }

  /// The x at which I_x(a, b) is `share`, 0…1: Newton's steps within an interval that bisection narrows.
  static func inverseIncompleteBeta(_ share: Double, _ a: Double, _ b: Double) -> Double {
    if share <= 0 { return 0 }
    if share >= 1 { return 1 }
    var (low, high) = (0.0, 1.0)
    var x = a / (a + b)
    for _ in 0..<400 {
      let excess = incompleteBeta(x, a, b) - share
      if excess == 0 { return x }
      if excess < 0 { low = x } else { high = x }
      let density = a * b / (a + b) * binomialDensity(a, of: a + b, x) / (x * (1 - x))
      var next = x - excess / density
      if !(next > low && next < high) { next = low > 0 ? (low + high) / 2 : high / 16 }
      if abs(next - x) <= 1e-16 * x { return next }
      x = next
    }
    return x
  }

  /// The z above which a standard normal variable has the probability `tail`, 0 < tail < 1.
  static func normalQuantile(tail: Double) -> Double {
    if tail > 0.5 { return -normalQuantile(tail: 1 - tail) }
    // Abramowitz and Stegun 26.2.23, then Halley's steps.
    let t = (-2 * log(tail)).squareRoot()
    var z =
      t - (2.515517 + t * (0.802853 + t * 0.010328))
      / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in 0..<4 {
      let excess = tail - 0.5 * erfc(z / 2.0.squareRoot())
      let step = excess * (2 * .pi).squareRoot() * exp(z * z / 2)
      z -= step / (1 + z * step / 2)
    }
    return z
  }

  /// The t that a Student's variable exceeds in magnitude with probability 1 − `level`.
  /// - Parameter freedom: degrees of freedom, above 0; need not be whole.
  static func studentQuantile(level: Double, freedom: Double) -> Double {
    let near = inverseIncompleteBeta(level, 0.5, freedom / 2)
    if near < 0.5 { return (freedom * near / (1 - near)).squareRoot() }
    let far = inverseIncompleteBeta(1 - level, freedom / 2, 0.5)
    return (freedom * (1 - far) / far).squareRoot()
  }

  /// The probability that a Student's variable exceeds |t| in magnitude.
  static func studentTails(_ t: Double, freedom: Double) -> Double {
    incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
  }
}
