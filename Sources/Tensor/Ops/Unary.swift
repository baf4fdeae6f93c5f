import OneDNN

/// An element-wise function of one tensor, with its derivative.
protocol ElementFunction {
  static var name: String { get }
  /// What the derivative is computed from.
  static var keeps: KeptForGradient { get }
  /// The same function as inference plans fuse it; nil where there is none.
  var fused: PostFunction? { get }

  func value(_ x: Float) -> Float
  /// `g` times the derivative; `v` is the number that was kept.
  func gradient(_ v: Float, _ g: Float) -> Float

  // Requirements rather than plain extensions: each function then has its own compiled loops.
  func values(_ x: Tensor) throws -> Tensor
  func gradients(_ v: Tensor, _ g: Tensor) throws -> Tensor
}

/// The output suffices for many derivatives, and the next op usually keeps it anyway.
enum KeptForGradient { case input, output, nothing }

extension ElementFunction {
  var fused: PostFunction? { nil }
  func values(_ x: Tensor) throws -> Tensor { try Elementwise.map(x, Value(function: self)) }
  func gradients(_ v: Tensor, _ g: Tensor) throws -> Tensor {
    try Elementwise.zip(v, g, Gradient(function: self))
  }
}

private struct Value<F: ElementFunction>: NumberFunction {
  let function: F
  @inline(__always) func callAsFunction(_ x: Float) -> Float { function.value(x) }
}

private struct Gradient<F: ElementFunction>: NumberPairFunction {
  let function: F
  @inline(__always) func callAsFunction(_ v: Float, _ g: Float) -> Float { function.gradient(v, g) }
}

/// An element-wise function of one tensor.
struct Unary: Op {
  let function: any ElementFunction
  var name: String { type(of: function).name }

  func outputShape(_ inputs: [Shape]) throws -> Shape { inputs[0] }

  func lowering(_ inputs: [Shape]) -> Lowering? { function.fused.map { .function($0) } }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let y = try function.values(inputs[0])
    switch type(of: function).keeps {
    case .input: saved.keep(inputs[0])
    case .output: saved.keep(y)
    case .nothing: break
    }
    return y
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try function.gradients(saved.tensors.first ?? gradient, gradient)]
  }
}

extension Tensor {
  private func applied(_ function: some ElementFunction) throws -> Tensor {
    try apply(Unary(function: function), [self])
  }

  /// max(x, 0).
  public func relu() throws -> Tensor { try applied(ReLU()) }
  /// min(max(x, 0), 6).
  public func relu6() throws -> Tensor { try applied(ReLU6()) }
  /// relu6(x + 3) / 6 (Howard et al., MobileNetV3, 2019).
  public func hardSigmoid() throws -> Tensor { try applied(HardSigmoid()) }
  /// x · relu6(x + 3) / 6 (Howard et al., MobileNetV3, 2019).
  public func hardSwish() throws -> Tensor { try applied(HardSwish()) }
  /// 1 / (1 + e⁻ˣ).
  public func sigmoid() throws -> Tensor { try applied(Sigmoid()) }
  /// x · sigmoid(x), also called swish.
  public func silu() throws -> Tensor { try applied(SiLU()) }
  /// Hyperbolic tangent.
  public func tanh() throws -> Tensor { try applied(Tanh()) }
  /// eˣ.
  public func exp() throws -> Tensor { try applied(Exponential()) }
  /// Natural logarithm; −∞ at 0, NaN below.
  public func log() throws -> Tensor { try applied(Logarithm()) }
  /// Square root; NaN below 0.
  public func sqrt() throws -> Tensor { try applied(SquareRoot()) }
  /// 1 / √x.
  public func rsqrt() throws -> Tensor { try applied(InverseSquareRoot()) }
  /// x².
  public func square() throws -> Tensor { try applied(Square()) }
  /// 1 / x.
  public func reciprocal() throws -> Tensor { try applied(Reciprocal()) }
  /// |x|; its gradient at 0 is 0.
  public func abs() throws -> Tensor { try applied(Absolute()) }
  /// The whole number that `rule` picks; its gradient is 0.
  public func rounded(_ rule: FloatingPointRoundingRule) throws -> Tensor {
    try applied(Rounding(rule: rule))
  }
  /// −x.
  public func negated() throws -> Tensor { try applied(Scale(-1)) }
  /// −x.
  public static prefix func - (x: Tensor) throws -> Tensor { try x.negated() }

  /// Each element limited to `low`…`high`; the gradient is 1 at the limits and 0 beyond.
  public func clamped(_ low: Float = -.infinity, _ high: Float = .infinity) throws -> Tensor {
    guard low <= high else { throw TensorError("clamp", "the lower limit \(low) is above the upper \(high)") }
    return try applied(Clamp(low: low, high: high))
  }

  /// xᵉ for one exponent.
  public func power(_ exponent: Float) throws -> Tensor {
    exponent == 2 ? try square() : try applied(PowerOf(exponent: exponent))
  }

  /// scale · x + shift.
  public func scaled(by scale: Float, adding shift: Float = 0) throws -> Tensor {
    try applied(Scale(scale, shift))
  }

  /// x / divisor for one divisor, rounded once.
  public func divided(by divisor: Float) throws -> Tensor { try applied(DivideBy(divisor: divisor)) }
}
