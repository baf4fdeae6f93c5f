import Glibc
import OneDNN

/// The element-wise functions of one tensor that take no further numbers.
public enum ElementFunctions {
  /// A function with what lists of them say.
  public struct Entry: Sendable {
    /// The name in traces, tables and errors.
    public let name: String
    /// What it makes of a number x, as half a sentence.
    public let meaning: String
    private let function: any ElementFunction

    init<F: ElementFunction>(_ function: F, _ meaning: String, name: String = F.name) {
      self.function = function
      self.meaning = meaning
      self.name = name
    }

    /// True where inference plans apply it to the result of a layer before that is stored.
    public var isFusible: Bool { function is any FusibleFunction }

    /// The function of each element; a tensor of the same shape.
    public func callAsFunction(_ x: Tensor) throws -> Tensor { try function.applied(to: x) }
  }

  /// All functions, in the order in which help shows them.
  public static let table: [Entry] = [
    Entry(ReLU(), "max(x, 0)"),
    Entry(ReLU6(), "min(max(x, 0), 6)"),
    Entry(Sigmoid(), "1 / (1 + e⁻ˣ)"),
    Entry(HardSigmoid(), "relu6(x + 3) / 6"),
    Entry(SiLU(), "x · sigmoid(x), also called swish"),
    Entry(HardSwish(), "x · relu6(x + 3) / 6"),
    Entry(Tanh(), "the hyperbolic tangent"),
    Entry(Exponential(), "eˣ"),
    Entry(Logarithm(), "the natural logarithm; nan below 0"),
    Entry(SquareRoot(), "the square root; nan below 0"),
    Entry(InverseSquareRoot(), "1 / √x"),
    Entry(Square(), "x²"),
    Entry(Reciprocal(), "1 / x"),
    Entry(Absolute(), "|x|"),
    Entry(Rounding(rule: .down), "the largest whole number that is not above it", name: "floor"),
    Entry(Rounding(rule: .up), "the smallest whole number that is not below it", name: "ceil"),
    Entry(Rounding(rule: .toNearestOrEven), "the nearest whole number; of two the even one"),
    Entry(Rounding(rule: .towardZero), "the whole number that is left without the fraction", name: "trunc"),
    Entry(Sign(), "1 above 0, -1 below, and 0 at 0"),
    Entry(Sine(), "the sine of an angle in radians"),
    Entry(Cosine(), "the cosine of an angle in radians"),
    Entry(Tangent(), "the tangent of an angle in radians"),
    Entry(ArcSine(), "the angle in radians with that sine; nan beyond 1"),
    Entry(ArcCosine(), "the angle in radians with that cosine; nan beyond 1"),
    Entry(ArcTangent(), "the angle in radians with that tangent"),
    Entry(HyperbolicSine(), "the hyperbolic sine"),
    Entry(HyperbolicCosine(), "the hyperbolic cosine"),
    Entry(ErrorFunction(), "the error function, 2/√π · ∫ e^(-t²) from 0 to x"),
    Entry(Logarithm1p(), "log(1 + x), exact near 0"),
    Entry(Exponential1m(), "eˣ - 1, exact near 0"),
    Entry(Logarithm2(), "the logarithm to base 2; nan below 0"),
    Entry(Logarithm10(), "the logarithm to base 10; nan below 0"),
  ]

  /// min(max(x, low), high), for plans that find a limit in another op.
  package static func limit(low: Float, high: Float) -> any FusibleFunction { Clamp(low: low, high: high) }
}

/// eˣ.
struct Exponential: ElementFunction {
  static let name = "exp"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { Transcendental.exp(x) }
  func gradient(_ y: Float, _ g: Float) -> Float { g * y }
}

extension Tensor {
  /// eˣ.
  public func exp() throws -> Tensor { try applied(Exponential()) }
}

/// Natural logarithm.
struct Logarithm: ElementFunction {
  static let name = "log"
  static let keeps = KeptForGradient.input
  func value(_ x: Float) -> Float { logf(x) }
  func gradient(_ x: Float, _ g: Float) -> Float { g / x }
}

extension Tensor {
  /// Natural logarithm; −∞ at 0, NaN below.
  public func log() throws -> Tensor { try applied(Logarithm()) }
}

/// √x.
struct SquareRoot: ElementFunction {
  static let name = "sqrt"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { x.squareRoot() }
  func gradient(_ y: Float, _ g: Float) -> Float { g / (2 * y) }
}

extension Tensor {
  /// Square root; NaN below 0.
  public func sqrt() throws -> Tensor { try applied(SquareRoot()) }
}

/// 1 / √x.
struct InverseSquareRoot: ElementFunction {
  static let name = "rsqrt"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { 1 / x.squareRoot() }
  func gradient(_ y: Float, _ g: Float) -> Float { -0.5 * g * (y * y * y) }
}

extension Tensor {
  /// 1 / √x.
  public func rsqrt() throws -> Tensor { try applied(InverseSquareRoot()) }
}

/// x².
struct Square: WholeElementFunction {
  static let name = "square"
  static let keeps = KeptForGradient.input
  func whole(_ x: Int64) -> Int64? { x * x }
  func value(_ x: Float) -> Float { x * x }
  func gradient(_ x: Float, _ g: Float) -> Float { 2 * g * x }
}

extension Tensor {
  /// x².
  public func square() throws -> Tensor { try applied(Square()) }
}

/// 1 / x.
struct Reciprocal: ElementFunction {
  static let name = "reciprocal"
  static let keeps = KeptForGradient.output
  func value(_ x: Float) -> Float { 1 / x }
  func gradient(_ y: Float, _ g: Float) -> Float { -g * (y * y) }
}

extension Tensor {
  /// 1 / x.
  public func reciprocal() throws -> Tensor { try applied(Reciprocal()) }
}

/// |x|.
struct Absolute: WholeElementFunction {
  static let name = "abs"
  static let keeps = KeptForGradient.input
  func whole(_ x: Int64) -> Int64? { x < 0 ? -x : x }
  func value(_ x: Float) -> Float { x.magnitude }
  func gradient(_ x: Float, _ g: Float) -> Float { x > 0 ? g : x < 0 ? -g : 0 }
}

extension Tensor {
  /// |x|; its gradient at 0 is 0.
  public func abs() throws -> Tensor { try applied(Absolute()) }
}

/// The whole number that a rule picks.
struct Rounding: WholeElementFunction {
  static let name = "round"
  static let keeps = KeptForGradient.nothing
  let rule: FloatingPointRoundingRule
  func whole(_ x: Int64) -> Int64? { x }
  func value(_ x: Float) -> Float { x.rounded(rule) }
  func gradient(_ v: Float, _ g: Float) -> Float { 0 }
}

extension Tensor {
  /// The whole number that `rule` picks; its gradient is 0.
  public func rounded(_ rule: FloatingPointRoundingRule) throws -> Tensor {
    try applied(Rounding(rule: rule))
  }
}
