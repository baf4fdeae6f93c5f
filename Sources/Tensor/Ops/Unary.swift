/// All that is known of an element-wise function of one tensor.
///
/// Its struct, with the method of ``Tensor`` below it, and a row of ``ElementFunctions/table`` are all that a
/// new one takes. One that plans may fuse is a ``FusibleFunction`` as well.
protocol ElementFunction: Sendable {
  /// The name in traces, tables and errors.
  static var name: String { get }
  /// What the derivative is computed from.
  static var keeps: KeptForGradient { get }

  /// The function of one number.
  func value(_ x: Float) -> Float
  /// `g` times the derivative; `v` is the number that was kept.
  func gradient(_ v: Float, _ g: Float) -> Float

  // These are requirements rather than plain extensions: each function then has its own compiled loops.
  func values(_ x: Tensor) throws -> Tensor
  func gradients(_ v: Tensor, _ g: Tensor) throws -> Tensor
}

/// What a derivative is computed from. The output suffices for many, and the next op usually keeps it anyway.
enum KeptForGradient { case input, output, nothing }

extension ElementFunction {
  /// The function of each element. What nobody listens to, and needs no conversion, takes the short way.
  func applied(to x: Tensor) throws -> Tensor {
    if x.dtype == .float32, Recording.isOff { return try values(x).whole() }
    return try apply(Unary(function: self), [x])
  }

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

/// A function of one number that is a whole number of whole numbers.
protocol WholeElementFunction: ElementFunction {
  /// False where what the function was made with is no whole number.
  var isWhole: Bool { get }
  /// The same for whole numbers, exactly; nil where there is no value.
  func whole(_ x: Int64) -> Int64?
  /// The same for each element of a tensor of whole numbers.
  func wholes(_ x: Tensor) throws -> Tensor
}

extension WholeElementFunction {
  var isWhole: Bool { true }
  func wholes(_ x: Tensor) throws -> Tensor {
    let zero = try Tensor([], whole: [0], x.dtype)
    return try WholeNumbers.broadcast(
      x, zero, shape: x.shape, FirstOfPair(function: self), x.dtype, name: Self.name)
  }
}

private struct FirstOfPair<F: WholeElementFunction>: WholePairFunction {
  let function: F
  @inline(__always) func callAsFunction(_ x: Int64, _ y: Int64) -> Int64? { function.whole(x) }
}

/// An element-wise function of one tensor; whole numbers stay whole where it is a ``WholeElementFunction``.
struct Unary: Op {
  let function: any ElementFunction
  var name: String { type(of: function).name }
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape { inputs[0] }

  func lowering(_ inputs: [Shape]) -> Lowering? {
    guard let fusible = function as? any FusibleFunction else { return nil }
    return .function(fusible)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    var x = inputs[0]
    if x.dtype != .float32 {
      if let function = function as? any WholeElementFunction, function.isWhole {
        return try function.wholes(try x.converted(to: x.dtype.arithmetic))
      }
      x = try x.converted(to: .float32)
    }
    let y = try function.values(x)
    switch type(of: function).keeps {
    case .input: saved.keep(x)
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
  /// `function` of each element.
  func applied(_ function: some ElementFunction) throws -> Tensor {
    try function.applied(to: self)
  }
}
