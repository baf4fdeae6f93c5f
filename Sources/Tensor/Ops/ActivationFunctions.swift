import CKernels
import OneDNN

// The functions between layers, which plans fuse. Comparisons are written so that NaN passes through: a
// diverged run must not look like zeros.

/// max(x, 0).
struct ReLU: ElementFunction, FusibleFunction {
  static let name = "relu"
  static let keeps = KeptForGradient.output
  var fused: PostFunction { .relu }
  func value(_ x: Float) -> Float { x < 0 ? 0 : x }
  func gradient(_ y: Float, _ g: Float) -> Float { y > 0 ? g : 0 }
}

extension Tensor {
  /// max(x, 0).
  public func relu() throws -> Tensor { try applied(ReLU()) }
}

/// min(max(x, 0), 6).
struct ReLU6: ElementFunction, FusibleFunction {
  static let name = "relu6"
  static let keeps = KeptForGradient.output
  var fused: PostFunction { .clamp(low: 0, high: 6) }
  func value(_ x: Float) -> Float { limited(x, 0, 6) }
  func gradient(_ y: Float, _ g: Float) -> Float { y > 0 && y < 6 ? g : 0 }
}

extension Tensor {
  /// min(max(x, 0), 6).
  public func relu6() throws -> Tensor { try applied(ReLU6()) }
}

/// relu6(x + 3) / 6.
struct HardSigmoid: ElementFunction, FusibleFunction {
  static let name = "hard_sigmoid"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { limited(x + 3, 0, 6) / 6 }
  func gradient(_ y: Float, _ g: Float) -> Float { y > 0 && y < 1 ? g / 6 : 0 }

  // oneDNN has a linear map and a limit instead, which round otherwise than the formula. Our own kernels
  // follow it, so that a plan computes one function throughout.
  var fused: PostFunction { .hardSigmoid }
  func apply(to x: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { x[i] = Self.planned(x[i]) }
  }

  /// min(max(x / 6 + 1/2, 0), 1).
  @inline(__always)
  static func planned(_ x: Float) -> Float {
    let y = x * (1 / 6) + 0.5
    return y < 0 ? 0 : y > 1 ? 1 : y
  }
}

extension Tensor {
  /// relu6(x + 3) / 6 (Howard et al., MobileNetV3, 2019).
  public func hardSigmoid() throws -> Tensor { try applied(HardSigmoid()) }
}

/// x · relu6(x + 3) / 6.
struct HardSwish: ElementFunction, FusibleFunction {
  static let name = "hard_swish"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { x * limited(x + 3, 0, 6) / 6 }
  func gradient(_ x: Float, _ g: Float) -> Float { x <= -3 ? 0 : x < 3 ? g * (x / 3 + 0.5) : g }

  // The second factor of plans is that of ``HardSigmoid``, for the same reason.
  var fused: PostFunction { .hardSwish }
  func apply(to x: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { x[i] *= HardSigmoid.planned(x[i]) }
  }
}

extension Tensor {
  /// x · relu6(x + 3) / 6 (Howard et al., MobileNetV3, 2019).
  public func hardSwish() throws -> Tensor { try applied(HardSwish()) }
}

/// 1 / (1 + e⁻ˣ).
struct Sigmoid: ElementFunction, FusibleFunction {
  static let name = "sigmoid"
  static let keeps = KeptForGradient.output
  var fused: PostFunction { .sigmoid }
  func value(_ x: Float) -> Float { Transcendental.sigmoid(x) }
  func gradient(_ y: Float, _ g: Float) -> Float { g * y * (1 - y) }
}

extension Tensor {
  /// 1 / (1 + e⁻ˣ).
  public func sigmoid() throws -> Tensor { try applied(Sigmoid()) }
}

/// x / (1 + e⁻ˣ).
struct SiLU: ElementFunction, FusibleFunction {
  static let name = "silu"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { x / (1 + Transcendental.exp(-x)) }
  func gradient(_ x: Float, _ g: Float) -> Float {
    let s = Transcendental.sigmoid(x)
    return g * s * (1 + x * (1 - s))
  }

  // Plans have whole maps of it to compute, for which an exponential of fewer terms is exact enough.
  var fused: PostFunction { .silu }
  func apply(to x: UnsafeMutablePointer<Float>, count: Int) { plan_silu(x, false, count) }
}

extension Tensor {
  /// x · sigmoid(x), also called swish.
  public func silu() throws -> Tensor { try applied(SiLU()) }
}

/// Hyperbolic tangent.
struct Tanh: ElementFunction, FusibleFunction {
  static let name = "tanh"
  static let keeps = KeptForGradient.output
  var fused: PostFunction { .tanh }
  func value(_ x: Float) -> Float { Transcendental.tanh(x) }
  func gradient(_ y: Float, _ g: Float) -> Float { g * (1 - y * y) }
}

extension Tensor {
  /// Hyperbolic tangent.
  public func tanh() throws -> Tensor { try applied(Tanh()) }
}
