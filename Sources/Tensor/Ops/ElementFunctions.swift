import Glibc
import OneDNN

// Comparisons are written so that NaN passes through: a diverged run must not look like zeros.

/// max(x, 0).
struct ReLU: ElementFunction {
  static let name = "relu"
  static let keeps = KeptForGradient.output
  var fused: PostFunction? { .relu }
  func value(_ x: Float) -> Float { x < 0 ? 0 : x }
  func gradient(_ y: Float, _ g: Float) -> Float { y > 0 ? g : 0 }
}

/// min(max(x, 0), 6).
struct ReLU6: ElementFunction {
  static let name = "relu6"
  static let keeps = KeptForGradient.output
  var fused: PostFunction? { .clamp(low: 0, high: 6) }
  func value(_ x: Float) -> Float { limited(x, 0, 6) }
  func gradient(_ y: Float, _ g: Float) -> Float { y > 0 && y < 6 ? g : 0 }
}

/// relu6(x + 3) / 6.
struct HardSigmoid: ElementFunction {
  static let name = "hard_sigmoid"
  static let keeps = KeptForGradient.output
  var fused: PostFunction? { .hardSigmoid }
  func value(_ x: Float) -> Float { limited(x + 3, 0, 6) / 6 }
  func gradient(_ y: Float, _ g: Float) -> Float { y > 0 && y < 1 ? g / 6 : 0 }
}

/// x · relu6(x + 3) / 6.
struct HardSwish: ElementFunction {
  static let name = "hard_swish"
  static let keeps = KeptForGradient.input
  var fused: PostFunction? { .hardSwish }
  func value(_ x: Float) -> Float { x * limited(x + 3, 0, 6) / 6 }
  func gradient(_ x: Float, _ g: Float) -> Float { x <= -3 ? 0 : x < 3 ? g * (x / 3 + 0.5) : g }
}

/// 1 / (1 + e⁻ˣ).
struct Sigmoid: ElementFunction {
  static let name = "sigmoid"
  static let keeps = KeptForGradient.output
  var fused: PostFunction? { .sigmoid }
  func value(_ x: Float) -> Float { Transcendental.sigmoid(x) }
  func gradient(_ y: Float, _ g: Float) -> Float { g * y * (1 - y) }
}

/// x / (1 + e⁻ˣ).
struct SiLU: ElementFunction {
  static let name = "silu"
  static let keeps = KeptForGradient.input
  var fused: PostFunction? { .silu }
  func value(_ x: Float) -> Float { x / (1 + Transcendental.exp(-x)) }
  func gradient(_ x: Float, _ g: Float) -> Float {
    let s = Transcendental.sigmoid(x)
    return g * s * (1 + x * (1 - s))
  }
}

/// Hyperbolic tangent.
struct Tanh: ElementFunction {
  static let name = "tanh"
  static let keeps = KeptForGradient.output
  var fused: PostFunction? { .tanh }
  func value(_ x: Float) -> Float { Transcendental.tanh(x) }
  func gradient(_ y: Float, _ g: Float) -> Float { g * (1 - y * y) }
}

/// eˣ.
struct Exponential: ElementFunction {
  static let name = "exp"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { Transcendental.exp(x) }
  func gradient(_ y: Float, _ g: Float) -> Float { g * y }
}

/// Natural logarithm.
struct Logarithm: ElementFunction {
  static let name = "log"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { logf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g / x }
}

/// √x.
struct SquareRoot: ElementFunction {
  static let name = "sqrt"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { x.squareRoot() }
  func gradient(_ y: Float, _ g: Float) -> Float { g / (2 * y) }
}

/// 1 / √x.
struct InverseSquareRoot: ElementFunction {
  static let name = "rsqrt"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { 1 / x.squareRoot() }
  func gradient(_ y: Float, _ g: Float) -> Float { -0.5 * g * (y * y * y) }
}

/// x².
struct Square: ElementFunction {
  static let name = "square"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { x * x }
  func gradient(_ x: Float, _ g: Float) -> Float { 2 * g * x }
}

/// 1 / x.
struct Reciprocal: ElementFunction {
  static let name = "reciprocal"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { 1 / x }
  func gradient(_ y: Float, _ g: Float) -> Float { -g * (y * y) }
}

/// |x|.
struct Absolute: ElementFunction {
  static let name = "abs"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { x.magnitude }
  func gradient(_ x: Float, _ g: Float) -> Float { x > 0 ? g : x < 0 ? -g : 0 }
}

/// The whole number that a rule picks.
struct Rounding: ElementFunction {
  static let name = "round"
  static let keeps = KeptForGradient.nothing
  let rule: FloatingPointRoundingRule
  func value(_ x: Float) -> Float { x.rounded(rule) }
  func gradient(_ v: Float, _ g: Float) -> Float { 0 }
}

/// min(max(x, low), high).
struct Clamp: ElementFunction {
  static let name = "clamp"
  static let keeps = KeptForGradient.input
  var fused: PostFunction? { .clamp(low: low, high: high) }
  let low: Float
  let high: Float
  func value(_ x: Float) -> Float { limited(x, low, high) }
  func gradient(_ x: Float, _ g: Float) -> Float { x >= low && x <= high ? g : 0 }
}

/// xᵉ.
struct PowerOf: ElementFunction {
  static let name = "power"
  static let keeps = KeptForGradient.input
  let exponent: Float
  func value(_ x: Float) -> Float { powf(x, exponent) }
  func gradient(_ x: Float, _ g: Float) -> Float {
    exponent == 0 ? 0 : g * exponent * powf(x, exponent - 1)
  }
}

/// scale · x + shift.
struct Scale: ElementFunction, NumberFunction {
  static let name = "scale"
  static let keeps = KeptForGradient.nothing
  var fused: PostFunction? { .linear(scale: scale, shift: shift) }
  let scale: Float
  let shift: Float

  init(_ scale: Float, _ shift: Float = 0) {
    self.scale = scale
    self.shift = shift
  }

  func value(_ x: Float) -> Float { x * scale + shift }
  func gradient(_ v: Float, _ g: Float) -> Float { g * scale }
  func callAsFunction(_ x: Float) -> Float { value(x) }
}

/// x / divisor.
struct DivideBy: ElementFunction {
  static let name = "divide"
  static let keeps = KeptForGradient.nothing
  var fused: PostFunction? { .linear(scale: 1 / divisor, shift: 0) }
  let divisor: Float
  func value(_ x: Float) -> Float { x / divisor }
  func gradient(_ v: Float, _ g: Float) -> Float { g / divisor }
}

/// min(max(x, low), high).
@inline(__always)
private func limited(_ x: Float, _ low: Float, _ high: Float) -> Float {
  let raised = x < low ? low : x
  return raised > high ? high : raised
}
