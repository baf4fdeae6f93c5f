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

  func lowering(_ inputs: [Shape]) -> Lowering? {
    guard let fusible = function as? any FusibleFunction else { return nil }
    return .function(fusible)
  }

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
  /// `function` of each element.
  func applied(_ function: some ElementFunction) throws -> Tensor {
    try apply(Unary(function: function), [self])
  }
}
