import Glibc

// Angles, logarithms of other bases and their like; ``ElementFunctions/table`` has a row for each.

/// 1 above 0, −1 below, 0 at 0; its gradient is 0.
struct Sign: WholeElementFunction {
  static let name = "sign"
  static let keeps = KeptForGradient.nothing
  func whole(_ x: Int64) -> Int64? { x.signum() }
  func value(_ x: Float) -> Float { x > 0 ? 1 : x < 0 ? -1 : x }
  func gradient(_ v: Float, _ g: Float) -> Float { 0 }
}

/// sin x.
struct Sine: ElementFunction {
  static let name = "sin"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { sinf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g * cosf(x) }
}

/// cos x.
struct Cosine: ElementFunction {
  static let name = "cos"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { cosf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { -g * sinf(x) }
}

/// tan x.
struct Tangent: ElementFunction {
  static let name = "tan"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { tanf(x) }
  func gradient(_ y: Float, _ g: Float) -> Float { g * (1 + y * y) }
}

/// arcsin x.
struct ArcSine: ElementFunction {
  static let name = "asin"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { asinf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g / (1 - x * x).squareRoot() }
}

/// arccos x.
struct ArcCosine: ElementFunction {
  static let name = "acos"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { acosf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { -g / (1 - x * x).squareRoot() }
}

/// arctan x.
struct ArcTangent: ElementFunction {
  static let name = "atan"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { atanf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g / (1 + x * x) }
}

/// sinh x.
struct HyperbolicSine: ElementFunction {
  static let name = "sinh"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { sinhf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g * coshf(x) }
}

/// cosh x.
struct HyperbolicCosine: ElementFunction {
  static let name = "cosh"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { coshf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g * sinhf(x) }
}

/// The error function.
struct ErrorFunction: ElementFunction {
  static let name = "erf"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { erff(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g * Float(2 / Double.pi.squareRoot()) * expf(-x * x) }
}

/// log(1 + x).
struct Logarithm1p: ElementFunction {
  static let name = "log1p"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { log1pf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g / (1 + x) }
}

/// eˣ − 1.
struct Exponential1m: ElementFunction {
  static let name = "expm1"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { expm1f(x) }
  func gradient(_ y: Float, _ g: Float) -> Float { g * (y + 1) }
}

/// The logarithm to base 2.
struct Logarithm2: ElementFunction {
  static let name = "log2"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { log2f(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g / (x * Float(M_LN2)) }
}

/// The logarithm to base 10.
struct Logarithm10: ElementFunction {
  static let name = "log10"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { log10f(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g / (x * Float(M_LN10)) }
}
