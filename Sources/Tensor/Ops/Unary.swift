import Glibc

/// Element-wise functions of one tensor.
struct Unary: Op {
  enum Function {
    case relu, relu6, hardSigmoid, hardSwish, sigmoid, silu, tanh
    case exp, log, sqrt, rsqrt, square, reciprocal, abs, negate
    case clamp(Float, Float), power(Float), affine(scale: Float, shift: Float), divide(by: Float)
  }

  let function: Function

  var name: String {
    switch function {
    case .clamp: "clamp"
    case .power: "power"
    case .affine: "scale"
    case .divide: "divide"
    default: "\(function)"
    }
  }

  func outputShape(_ inputs: [Shape]) throws -> Shape { inputs[0] }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = inputs[0]
    let y = try value(x)
    // The output suffices for most gradients, and the next op usually keeps it anyway.
    switch function {
    case .relu, .relu6, .hardSigmoid, .sigmoid, .tanh, .exp, .sqrt, .rsqrt, .reciprocal: saved.keep(y)
    case .hardSwish, .silu, .log, .square, .abs, .clamp, .power: saved.keep(x)
    case .negate, .affine, .divide: break
    }
    return y
  }

  // Comparisons are written so that NaN passes through: a diverged run must not look like zeros.
  private func value(_ x: Tensor) throws -> Tensor {
    switch function {
    case .relu: try Elementwise.map(x) { $0 < 0 ? 0 : $0 }
    case .relu6: try Elementwise.map(x, relu6)
    case .hardSigmoid: try Elementwise.map(x) { relu6($0 + 3) / 6 }
    case .hardSwish: try Elementwise.map(x) { $0 * relu6($0 + 3) / 6 }
    case .sigmoid: try Elementwise.map(x, Transcendental.sigmoid)
    case .silu: try Elementwise.map(x) { $0 / (1 + Transcendental.exp(-$0)) }
    case .tanh: try Elementwise.map(x, Transcendental.tanh)
    case .exp: try Elementwise.map(x, Transcendental.exp)
    case .log: try Elementwise.map(x) { logf($0) }
    case .sqrt: try Elementwise.map(x) { $0.squareRoot() }
    case .rsqrt: try Elementwise.map(x) { 1 / $0.squareRoot() }
    case .square: try Elementwise.map(x) { $0 * $0 }
    case .reciprocal: try Elementwise.map(x) { 1 / $0 }
    case .abs: try Elementwise.map(x) { $0.magnitude }
    case .negate: try Elementwise.map(x) { -$0 }
    case .clamp(let low, let high):
      try Elementwise.map(x) { value in
        let raised = value < low ? low : value
        return raised > high ? high : raised
      }
    case .power(let exponent): try Elementwise.map(x) { powf($0, exponent) }
    case .affine(let scale, let shift): try Elementwise.map(x) { $0 * scale + shift }
    case .divide(let divisor): try Elementwise.map(x) { $0 / divisor }
    }
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    switch function {
    case .negate: return [try Elementwise.map(gradient) { -$0 }]
    case .affine(let scale, _): return [try Elementwise.map(gradient) { $0 * scale }]
    case .divide(let divisor): return [try Elementwise.map(gradient) { $0 / divisor }]
    default: return [try derivative(saved.tensors[0], gradient)]
    }
  }

  /// `v` is what ``forward(_:_:)`` kept: the output or the input.
  private func derivative(_ v: Tensor, _ gradient: Tensor) throws -> Tensor {
    switch function {
    case .relu: return try Elementwise.zip(v, gradient) { y, g in y > 0 ? g : 0 }
    case .relu6: return try Elementwise.zip(v, gradient) { y, g in y > 0 && y < 6 ? g : 0 }
    case .hardSigmoid: return try Elementwise.zip(v, gradient) { y, g in y > 0 && y < 1 ? g / 6 : 0 }
    case .hardSwish:
      return try Elementwise.zip(v, gradient) { x, g in x <= -3 ? 0 : x < 3 ? g * (x / 3 + 0.5) : g }
    case .sigmoid: return try Elementwise.zip(v, gradient) { y, g in g * y * (1 - y) }
    case .silu:
      return try Elementwise.zip(v, gradient) { x, g in
        let s = Transcendental.sigmoid(x)
        return g * s * (1 + x * (1 - s))
      }
    case .tanh: return try Elementwise.zip(v, gradient) { y, g in g * (1 - y * y) }
    case .exp: return try Elementwise.zip(v, gradient) { y, g in g * y }
    case .log: return try Elementwise.zip(v, gradient) { x, g in g / x }
    case .sqrt: return try Elementwise.zip(v, gradient) { y, g in g / (2 * y) }
    case .rsqrt: return try Elementwise.zip(v, gradient) { y, g in -0.5 * g * (y * y * y) }
    case .square: return try Elementwise.zip(v, gradient) { x, g in 2 * g * x }
    case .reciprocal: return try Elementwise.zip(v, gradient) { y, g in -g * (y * y) }
    case .abs: return try Elementwise.zip(v, gradient) { x, g in x > 0 ? g : x < 0 ? -g : 0 }
    case .clamp(let low, let high):
      return try Elementwise.zip(v, gradient) { x, g in x >= low && x <= high ? g : 0 }
    case .power(let exponent):
      if exponent == 0 { return try Tensor.zeros(v.shape) }
      return try Elementwise.zip(v, gradient) { x, g in g * exponent * powf(x, exponent - 1) }
    case .negate, .affine, .divide: return gradient
    }
  }
}

/// min(max(x, 0), 6), with NaN passed through.
@inline(__always)
private func relu6(_ x: Float) -> Float {
  let raised = x < 0 ? 0 : x
  return raised > 6 ? 6 : raised
}

extension Tensor {
  private func applied(_ function: Unary.Function) throws -> Tensor {
    try apply(Unary(function: function), [self])
  }

  /// max(x, 0).
  public func relu() throws -> Tensor { try applied(.relu) }
  /// min(max(x, 0), 6).
  public func relu6() throws -> Tensor { try applied(.relu6) }
  /// relu6(x + 3) / 6 (Howard et al., MobileNetV3, 2019).
  public func hardSigmoid() throws -> Tensor { try applied(.hardSigmoid) }
  /// x · relu6(x + 3) / 6 (Howard et al., MobileNetV3, 2019).
  public func hardSwish() throws -> Tensor { try applied(.hardSwish) }
  /// 1 / (1 + e⁻ˣ).
  public func sigmoid() throws -> Tensor { try applied(.sigmoid) }
  /// x · sigmoid(x), also called swish.
  public func silu() throws -> Tensor { try applied(.silu) }
  /// Hyperbolic tangent.
  public func tanh() throws -> Tensor { try applied(.tanh) }
  /// eˣ.
  public func exp() throws -> Tensor { try applied(.exp) }
  /// Natural logarithm; −∞ at 0, NaN below.
  public func log() throws -> Tensor { try applied(.log) }
  /// Square root; NaN below 0.
  public func sqrt() throws -> Tensor { try applied(.sqrt) }
  /// 1 / √x.
  public func rsqrt() throws -> Tensor { try applied(.rsqrt) }
  /// x².
  public func square() throws -> Tensor { try applied(.square) }
  /// 1 / x.
  public func reciprocal() throws -> Tensor { try applied(.reciprocal) }
  /// |x|; its gradient at 0 is 0.
  public func abs() throws -> Tensor { try applied(.abs) }
  /// −x.
  public func negated() throws -> Tensor { try applied(.negate) }
  /// −x.
  public static prefix func - (x: Tensor) throws -> Tensor { try x.negated() }

  /// Each element limited to `low`…`high`; the gradient is 1 at the limits and 0 beyond.
  public func clamped(_ low: Float = -.infinity, _ high: Float = .infinity) throws -> Tensor {
    guard low <= high else { throw TensorError("clamp", "the lower limit \(low) is above the upper \(high)") }
    return try applied(.clamp(low, high))
  }

  /// xᵉ for one exponent.
  public func power(_ exponent: Float) throws -> Tensor {
    exponent == 2 ? try square() : try applied(.power(exponent))
  }

  /// scale · x + shift.
  public func scaled(by scale: Float, adding shift: Float = 0) throws -> Tensor {
    try applied(.affine(scale: scale, shift: shift))
  }

  /// x / divisor for one divisor, rounded once.
  public func divided(by divisor: Float) throws -> Tensor { try applied(.divide(by: divisor)) }
}
