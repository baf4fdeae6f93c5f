import Glibc
import OneDNN

// Element-wise functions of one tensor that take further numbers.

/// min(max(x, low), high).
struct Clamp: WholeElementFunction, FusibleFunction {
  static let name = "clamp"
  static let keeps = KeptForGradient.input
  var fused: PostFunction { .clamp(low: low, high: high) }
  let low: Float
  let high: Float
  var isWhole: Bool {
    [low, high].allSatisfy { $0.isInfinite || $0 == $0.rounded() && $0.magnitude < 0x1p31 }
  }
  func whole(_ x: Int64) -> Int64? {
    min(max(x, low.isInfinite ? .min : low.whole), high.isInfinite ? .max : high.whole)
  }
  func value(_ x: Float) -> Float { limited(x, low, high) }
  func gradient(_ x: Float, _ g: Float) -> Float { x >= low && x <= high ? g : 0 }
}

extension Tensor {
  /// Each element limited to `low`…`high`; the gradient is 1 at the limits and 0 beyond.
  ///
  /// - Throws: ``TensorError`` where the limits are in the wrong order.
  public func clamped(_ low: Float = -.infinity, _ high: Float = .infinity) throws -> Tensor {
    guard low <= high else { throw TensorError("clamp", "the lower limit \(low) is above the upper \(high)") }
    return try applied(Clamp(low: low, high: high))
  }
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

extension Tensor {
  /// xᵉ for one exponent.
  public func power(_ exponent: Float) throws -> Tensor {
    exponent == 2 ? try square() : try applied(PowerOf(exponent: exponent))
  }
}

/// scale · x + shift.
struct Scale: ElementFunction, FusibleFunction, NumberFunction {
  static let name = "scale"
  static let keeps = KeptForGradient.nothing
  var fused: PostFunction { .linear(scale: scale, shift: shift) }
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

extension Tensor {
  /// scale · x + shift.
  public func scaled(by scale: Float, adding shift: Float = 0) throws -> Tensor {
    try applied(Scale(scale, shift))
  }

  /// −x.
  public func negated() throws -> Tensor { try applied(Scale(-1)) }
  /// −x.
  public static prefix func - (x: Tensor) throws -> Tensor { try x.negated() }
}

/// x / divisor.
struct DivideBy: ElementFunction, FusibleFunction {
  static let name = "divide"
  static let keeps = KeptForGradient.nothing
  let divisor: Float
  func value(_ x: Float) -> Float { x / divisor }
  func gradient(_ v: Float, _ g: Float) -> Float { g / divisor }

  // Plans multiply by the inverse: oneDNN's linear map is a product.
  private var product: Scale { Scale(1 / divisor) }
  var fused: PostFunction { product.fused }
  func apply(to x: UnsafeMutablePointer<Float>, count: Int) { product.apply(to: x, count: count) }
}

extension Tensor {
  /// x / divisor for one divisor, rounded once.
  public func divided(by divisor: Float) throws -> Tensor { try applied(DivideBy(divisor: divisor)) }
}

/// min(max(x, low), high), where NaN stays NaN.
@inline(__always)
func limited(_ x: Float, _ low: Float, _ high: Float) -> Float {
  let raised = x < low ? low : x
  return raised > high ? high : raised
}
