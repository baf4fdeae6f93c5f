/// All that is known of an element-wise function of two tensors, with broadcasting.
///
/// Its struct, with the method of ``Tensor`` below it, and a row of ``BinaryFunctions/table`` are all that a
/// new one takes.
protocol BinaryFunction: Sendable {
  /// The name in traces, tables and errors.
  static var name: String { get }
  /// Whether the gradients are computed from the inputs, which are then kept.
  static var keepsInputs: Bool { get }
  /// What inference plans may do instead; nil where they call the function.
  static var lowering: Lowering? { get }

  /// The function where whole numbers have whole results; nil where it is about float32 numbers alone.
  var whole: (any WholeFunction)? { get }

  /// The function of two numbers.
  func value(_ x: Float, _ y: Float) -> Float

  /// The gradient `g` of the result times the derivative by the first input, in the shape of `g`; nil where
  /// nothing flows back. `inputs` are both inputs, or none where ``keepsInputs`` is false.
  func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor?
  /// The same with the derivative by the second input.
  func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor?

  /// The function of each pair of elements after broadcasting to `shape`.
  ///
  /// It is a requirement rather than a plain extension: each function then has its own compiled loops.
  func values(_ x: Tensor, _ y: Tensor, shape: Shape) throws -> Tensor
}

extension BinaryFunction {
  static var keepsInputs: Bool { true }
  static var lowering: Lowering? { nil }
  var whole: (any WholeFunction)? { nil }

  func values(_ x: Tensor, _ y: Tensor, shape: Shape) throws -> Tensor {
    try Elementwise.broadcast(x, y, shape: shape, PairValue(function: self))
  }
}

private struct PairValue<F: BinaryFunction>: NumberPairFunction {
  let function: F
  @inline(__always) func callAsFunction(_ x: Float, _ y: Float) -> Float { function.value(x, y) }
}

/// A function of two tensors that is a whole number of whole numbers.
protocol WholeFunction: BinaryFunction, WholePairFunction {
  /// Whether truth values give a truth value; otherwise they count as the whole numbers 0 and 1.
  static var keepsTruth: Bool { get }
  /// The same for whole numbers, exactly.
  func wholes(_ x: Tensor, _ y: Tensor, shape: Shape, _ dtype: DType) throws -> Tensor
}

extension WholeFunction {
  static var keepsTruth: Bool { false }
  var whole: (any WholeFunction)? { self }

  func wholes(_ x: Tensor, _ y: Tensor, shape: Shape, _ dtype: DType) throws -> Tensor {
    try WholeNumbers.broadcast(
      x.converted(to: dtype), y.converted(to: dtype), shape: shape, self, dtype, name: Self.name)
  }
}

/// An element-wise function of two tensors, with broadcasting.
///
/// Of whole numbers it is a whole number where the function is a ``WholeFunction``, in the type that holds both;
/// everything else is float32.
struct Binary: Op {
  let function: any BinaryFunction
  var name: String { Swift.type(of: function).name }
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape { try inputs[0].broadcast(with: inputs[1], for: name) }

  func lowering(_ inputs: [Shape]) -> Lowering? { Swift.type(of: function).lowering }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    var (x, y) = (inputs[0], inputs[1])
    saved.shapes = [x.shape, y.shape]
    if x.dtype != .float32 || y.dtype != .float32 {
      let dtype = x.dtype.promoted(with: y.dtype)
      if dtype != .float32, let function = function.whole {
        return try function.wholes(
          x, y, shape: try outputShape(saved.shapes), Self.type(of: dtype, under: function))
      }
      (x, y) = (try x.converted(to: .float32), try y.converted(to: .float32))
    }
    if Swift.type(of: function).keepsInputs { saved.keep(x, y) }
    return try function.values(x, y, shape: try outputShape(saved.shapes))
  }

  /// The type of what `function` makes of elements of type `dtype`.
  fileprivate static func type(of dtype: DType, under function: any WholeFunction) -> DType {
    Swift.type(of: function).keepsTruth ? dtype : dtype.arithmetic
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let inputs = saved.tensors
    return [
      needs[0] ? try function.gradientOfFirst(gradient, inputs)?.summed(to: saved.shapes[0]) : nil,
      needs[1] ? try function.gradientOfSecond(gradient, inputs)?.summed(to: saved.shapes[1]) : nil,
    ]
  }
}

extension Tensor {
  /// `function` of each pair of elements of this tensor, the first, and of `other`; the two broadcast.
  func applied(_ function: some BinaryFunction, _ other: Tensor) throws -> Tensor {
    // What nobody listens to, and needs no fitting, takes the short way: one element is added in a fraction of a microsecond.
    guard dtype == other.dtype, shape == other.shape, Recording.isOff else {
      return try apply(Binary(function: function), [self, other])
    }
    if dtype == .float32 { return try function.values(self, other, shape: shape).whole() }
    guard let whole = function.whole else { return try apply(Binary(function: function), [self, other]) }
    return try whole.wholes(self, other, shape: shape, Binary.type(of: dtype, under: whole)).whole()
  }

  /// x + y element by element, after broadcasting by NumPy's rule: axes are matched from the last, and one
  /// that is missing or of size 1 is repeated.
  ///
  /// - Throws: ``TensorError`` where sizes differ and neither is 1.
  public static func + (x: Tensor, y: Tensor) throws -> Tensor { try x.applied(Add(), y) }
  /// x − y element by element, after broadcasting by NumPy's rule: axes are matched from the last, and one
  /// that is missing or of size 1 is repeated.
  ///
  /// - Throws: ``TensorError`` where sizes differ and neither is 1.
  public static func - (x: Tensor, y: Tensor) throws -> Tensor { try x.applied(Subtract(), y) }
  /// x · y element by element, after broadcasting by NumPy's rule: axes are matched from the last, and one
  /// that is missing or of size 1 is repeated.
  ///
  /// - Throws: ``TensorError`` where sizes differ and neither is 1.
  public static func * (x: Tensor, y: Tensor) throws -> Tensor { try x.applied(Multiply(), y) }
  /// x / y element by element, after broadcasting by NumPy's rule: axes are matched from the last, and one
  /// that is missing or of size 1 is repeated.
  ///
  /// - Throws: ``TensorError`` where sizes differ and neither is 1.
  public static func / (x: Tensor, y: Tensor) throws -> Tensor { try x.applied(Divide(), y) }
  /// x + y for each element x.
  public static func + (x: Tensor, y: Float) throws -> Tensor { try x.scaled(by: 1, adding: y) }
  /// x − y for each element x.
  public static func - (x: Tensor, y: Float) throws -> Tensor { try x.scaled(by: 1, adding: -y) }
  /// x · y for each element x.
  public static func * (x: Tensor, y: Float) throws -> Tensor { try x.scaled(by: y) }
  /// x / y for each element x, rounded once.
  public static func / (x: Tensor, y: Float) throws -> Tensor { try x.divided(by: y) }
  /// x − y for each element y.
  public static func - (x: Float, y: Tensor) throws -> Tensor { try y.scaled(by: -1, adding: x) }
  /// x / y for each element y.
  public static func / (x: Float, y: Tensor) throws -> Tensor { try Tensor(x) / y }

  /// Sums over the axes along which a tensor of `shape` was repeated to give this one: broadcasting undone.
  func summed(to shape: Shape) throws -> Tensor {
    if self.shape == shape { return self }
    let lead = self.shape.rank - shape.rank
    let axes = self.shape.sizes.indices.filter {
      $0 < lead || (shape[$0 - lead] == 1 && self.shape[$0] != 1)
    }
    let total = try Reduction.sum(self, axes: axes)
    return Tensor(storage: total.storage, offset: total.offset, shape: shape, strides: shape.rowMajorStrides)
  }
}
