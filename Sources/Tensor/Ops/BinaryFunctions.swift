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
    Entry(Power(), "the first raised to the power of the second", sign: "^"),
    Entry(Maximum(), "the larger of each pair of elements"),
    Entry(Minimum(), "the smaller of each pair of elements"),
  ]
}

/// x + y.
struct Add: BinaryFunction {
  static let name = "add"
  static let keepsInputs = false
  static var lowering: Lowering? { .add }
  func value(_ x: Float, _ y: Float) -> Float { x + y }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) -> Tensor? { g }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) -> Tensor? { g }
}

/// x − y.
struct Subtract: BinaryFunction {
  static let name = "subtract"
  static let keepsInputs = false
  func value(_ x: Float, _ y: Float) -> Float { x - y }
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) -> Tensor? { g }
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor? {
    try Elementwise.map(g, Scale(-1))
  }
}

/// x · y.
struct Multiply: BinaryFunction {
  static let name = "multiply"
  static var lowering: Lowering? { .multiply }
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

extension Tensor {
  /// Each element raised to the power of the other's; the shapes broadcast.
  public func power(_ other: Tensor) throws -> Tensor { try applied(Power(), other) }
}

/// max(x, y). NaN wins, so that a diverged run does not look healthy.
struct Maximum: BinaryFunction {
  static let name = "maximum"
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
struct Minimum: BinaryFunction {
  static let name = "minimum"
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
