import Glibc

/// The element-wise functions of two tensors.
public enum BinaryFunctions {
  /// A function with what lists of them say.
  public struct Entry: Sendable {
    /// The name in traces, tables and errors.
    public let name: String
    /// What it makes of two numbers, as half a sentence.
    public let meaning: String
    /// What formulas write between the numbers, such as `+`; nil where the function goes by its name.
    public let sign: String?
    private let function: any BinaryFunction

    init<F: BinaryFunction>(_ function: F, _ meaning: String, sign: String? = nil) {
      name = F.name
      self.function = function
      self.meaning = meaning
      self.sign = sign
    }

    /// The function of each pair of elements; the shapes broadcast.
    ///
    /// - Throws: ``TensorError`` where sizes differ and neither is 1.
    public func callAsFunction(_ x: Tensor, _ y: Tensor) throws -> Tensor {
      try apply(Binary(function: function), [x, y])
    }
  }

  /// All functions, those without a sign in the order in which help shows them.
  public static let table: [Entry] = [
    Entry(Add(), "the sum", sign: "+"),
    Entry(Subtract(), "the difference", sign: "-"),
    Entry(Multiply(), "the product", sign: "*"),
    Entry(Divide(), "the quotient", sign: "/"),
    Entry(FloorDivide(), "the quotient, rounded down to a whole number", sign: "//"),
    Entry(Modulo(), "what is left of the first by the second, with the sign of the second", sign: "%"),
    Entry(Power(), "the first raised to the power of the second", sign: "^"),
    Entry(ArcTangent2(), "the angle in radians of the point at height the first and width the second"),
    Entry(Maximum(), "the larger of each pair of elements"),
    Entry(Minimum(), "the smaller of each pair of elements"),
  ]
}

/// x + y.
struct Add: WholeFunction {
  static let name = "add"
  static let keepsInputs = false
  static var lowering: Lowering? { .add }
  func callAsFunction(_ x: Int64, _ y: Int64) -> Int64? { x + y }
  func value(_ x: Float, _ y: Float) -> Float { x + y }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) -> Tensor? { g }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) -> Tensor? { g }
}

/// x − y.
struct Subtract: WholeFunction {
  static let name = "subtract"
  static let keepsInputs = false
  func callAsFunction(_ x: Int64, _ y: Int64) -> Int64? { x - y }
  func value(_ x: Float, _ y: Float) -> Float { x - y }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) -> Tensor? { g }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try Elementwise.map(g, Scale(-1))
  }
}

/// x · y.
struct Multiply: WholeFunction {
  static let name = "multiply"
  static var lowering: Lowering? { .multiply }
  func callAsFunction(_ x: Int64, _ y: Int64) -> Int64? { x * y }
  func value(_ x: Float, _ y: Float) -> Float { x * y }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? { try g * inputs[1] }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? { try g * inputs[0] }
}

/// x / y.
struct Divide: BinaryFunction {
  static let name = "divide"
  func value(_ x: Float, _ y: Float) -> Float { x / y }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? { try g / inputs[1] }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(DivisorSlope(), at: inputs)
  }
}

/// ∂(x/y)/∂y.
private struct DivisorSlope: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { -x / (y * y) }
}

/// x / y rounded down, as Lua's `//`. Its gradient is 0.
struct FloorDivide: WholeFunction {
  static let name = "floor_divide"
  static let keepsInputs = false
  func callAsFunction(_ x: Int64, _ y: Int64) -> Int64? {
    if y == 0 { return nil }
    let quotient = x / y
    return x % y != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient
  }
  func value(_ x: Float, _ y: Float) -> Float { (x / y).rounded(.down) }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? { try Tensor.zeros(g.shape) }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? { try Tensor.zeros(g.shape) }
}

/// x − y · ⌊x / y⌋, as Lua's `%`.
struct Modulo: WholeFunction {
  static let name = "modulo"
  func callAsFunction(_ x: Int64, _ y: Int64) -> Int64? {
    if y == 0 { return nil }
    let rest = x % y
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest
  }
  func value(_ x: Float, _ y: Float) -> Float {
    let rest = fmodf(x, y)
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest
  }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) -> Tensor? { g }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(ModulusSlope(), at: inputs)
  }
}

/// ∂(x mod y)/∂y.
private struct ModulusSlope: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { -(x / y).rounded(.down) }
}

extension Tensor {
  /// x / y rounded down, with broadcasting; of whole numbers a whole number.
  public func floorDivided(by other: Tensor) throws -> Tensor { try applied(FloorDivide(), other) }
  /// x − y · ⌊x / y⌋, with broadcasting; of whole numbers a whole number.
  public func modulo(_ other: Tensor) throws -> Tensor { try applied(Modulo(), other) }
}

/// xʸ.
struct Power: BinaryFunction {
  static let name = "power"
  func value(_ x: Float, _ y: Float) -> Float { powf(x, y) }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(BaseSlope(), at: inputs)
  }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(ExponentSlope(), at: inputs)
  }
}

/// ∂xʸ/∂x.
private struct BaseSlope: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { y == 0 ? 0 : y * powf(x, y - 1) }
}

/// ∂xʸ/∂y.
private struct ExponentSlope: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x == 0 ? 0 : powf(x, y) * logf(x) }
}

/// The angle of the point (y, x), whose height is the first.
struct ArcTangent2: BinaryFunction {
  static let name = "atan2"
  func value(_ y: Float, _ x: Float) -> Float { atan2f(y, x) }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(HeightSlope(), at: inputs)
  }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(WidthSlope(), at: inputs)
  }
}

/// ∂atan2(y, x)/∂y.
private struct HeightSlope: NumberPairFunction {
  func callAsFunction(_ y: Float, _ x: Float) -> Float { x / (x * x + y * y) }
}

/// ∂atan2(y, x)/∂x.
private struct WidthSlope: NumberPairFunction {
  func callAsFunction(_ y: Float, _ x: Float) -> Float { -y / (x * x + y * y) }
}

extension Tensor {
  /// Each element raised to the power of the other's; the shapes broadcast.
  public func power(_ other: Tensor) throws -> Tensor { try applied(Power(), other) }
}

/// max(x, y). NaN wins, so that a diverged run does not look healthy.
struct Maximum: WholeFunction {
  static let keepsTruth = true
  static let name = "maximum"
  func callAsFunction(_ x: Int64, _ y: Int64) -> Int64? { max(x, y) }
  func value(_ x: Float, _ y: Float) -> Float { x >= y || x.isNaN ? x : y }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(IsLarger(), at: inputs)
  }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(IsSmaller(), at: inputs)
  }
}

extension Tensor {
  /// The larger of each pair of elements, NaN where one is; the shapes broadcast.
  public func maximum(_ other: Tensor) throws -> Tensor { try applied(Maximum(), other) }
}

/// min(x, y). NaN wins, as in ``Maximum``.
struct Minimum: WholeFunction {
  static let keepsTruth = true
  static let name = "minimum"
  func callAsFunction(_ x: Int64, _ y: Int64) -> Int64? { min(x, y) }
  func value(_ x: Float, _ y: Float) -> Float { x <= y || x.isNaN ? x : y }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(IsSmaller(), at: inputs)
  }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try g.times(IsLarger(), at: inputs)
  }
}

extension Tensor {
  /// The smaller of each pair of elements, NaN where one is; the shapes broadcast.
  public func minimum(_ other: Tensor) throws -> Tensor { try applied(Minimum(), other) }
}

/// ∂max(x, y)/∂x. Ties share the gradient equally, as in PyTorch.
private struct IsLarger: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x > y ? 1 : x == y ? 0.5 : 0 }
}

/// ∂min(x, y)/∂x.
private struct IsSmaller: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x < y ? 1 : x == y ? 0.5 : 0 }
}

extension Tensor {
  /// This gradient times the derivative `slope` at each pair of inputs.
  fileprivate func times(_ slope: some NumberPairFunction, at inputs: [Tensor]) throws -> Tensor {
    try self * Elementwise.broadcast(inputs[0], inputs[1], shape: shape, slope)
  }
}
