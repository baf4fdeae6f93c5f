import Glibc

/// Element-wise functions of two tensors, with broadcasting.
struct Binary: Op {
  enum Function: String { case add, subtract, multiply, divide, maximum, minimum, power }

  let function: Function
  var name: String { function.rawValue }

  func outputShape(_ inputs: [Shape]) throws -> Shape { try inputs[0].broadcast(with: inputs[1], for: name) }

  func lowering(_ inputs: [Shape]) -> Lowering? {
    switch function {
    case .add: .add
    case .multiply: .multiply
    default: nil
    }
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let (x, y) = (inputs[0], inputs[1])
    saved.shapes = [x.shape, y.shape]
    if function != .add && function != .subtract { saved.keep(x, y) }
    let shape = try outputShape(saved.shapes)
    switch function {
    case .add: return try Elementwise.broadcast(x, y, shape: shape, Add())
    case .subtract: return try Elementwise.broadcast(x, y, shape: shape, Subtract())
    case .multiply: return try Elementwise.broadcast(x, y, shape: shape, Multiply())
    case .divide: return try Elementwise.broadcast(x, y, shape: shape, Divide())
    case .maximum: return try Elementwise.broadcast(x, y, shape: shape, Larger())
    case .minimum: return try Elementwise.broadcast(x, y, shape: shape, Smaller())
    case .power: return try Elementwise.broadcast(x, y, shape: shape, Power())
    }
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let inputs = saved.tensors
    return [
      needs[0] ? try gradientOfFirst(gradient, inputs).summed(to: saved.shapes[0]) : nil,
      needs[1] ? try gradientOfSecond(gradient, inputs).summed(to: saved.shapes[1]) : nil,
    ]
  }

  private func gradientOfFirst(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor {
    if function == .add || function == .subtract { return g }
    let (x, y) = (inputs[0], inputs[1])
    switch function {
    case .add, .subtract: return g
    case .multiply: return try g * y
    case .divide: return try g / y
    case .maximum:
      return try g * Elementwise.broadcast(x, y, shape: g.shape, IsLarger())
    case .minimum:
      return try g * Elementwise.broadcast(x, y, shape: g.shape, IsSmaller())
    case .power:
      return try g * Elementwise.broadcast(x, y, shape: g.shape, PowerByBase())
    }
  }

  private func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor {
    if function == .add { return g }
    if function == .subtract { return try Elementwise.map(g, Scale(-1)) }
    let (x, y) = (inputs[0], inputs[1])
    switch function {
    case .add, .subtract: return g
    case .multiply: return try g * x
    case .divide: return try g * Elementwise.broadcast(x, y, shape: g.shape, DivideByDivisor())
    case .maximum:
      return try g * Elementwise.broadcast(x, y, shape: g.shape, IsSmaller())
    case .minimum:
      return try g * Elementwise.broadcast(x, y, shape: g.shape, IsLarger())
    case .power:
      return try g * Elementwise.broadcast(x, y, shape: g.shape, PowerByExponent())
    }
  }
}

private struct Add: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x + y }
}
private struct Subtract: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x - y }
}
private struct Multiply: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x * y }
}
private struct Divide: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x / y }
}
/// NaN wins, so that a diverged run does not look healthy.
private struct Larger: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x >= y || x.isNaN ? x : y }
}
private struct Smaller: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x <= y || x.isNaN ? x : y }
}
private struct Power: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { powf(x, y) }
}
/// Ties share the gradient equally, as PyTorch does.
private struct IsLarger: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x > y ? 1 : x == y ? 0.5 : 0 }
}
private struct IsSmaller: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x < y ? 1 : x == y ? 0.5 : 0 }
}
/// ∂xʸ/∂x.
private struct PowerByBase: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { y == 0 ? 0 : y * powf(x, y - 1) }
}
/// ∂(x/y)/∂y.
private struct DivideByDivisor: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { -x / (y * y) }
}
/// ∂xʸ/∂y.
private struct PowerByExponent: NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float { x == 0 ? 0 : powf(x, y) * logf(x) }
}

extension Tensor {
  public static func + (x: Tensor, y: Tensor) throws -> Tensor { try apply(Binary(function: .add), [x, y]) }
  public static func - (x: Tensor, y: Tensor) throws -> Tensor {
    try apply(Binary(function: .subtract), [x, y])
  }
  public static func * (x: Tensor, y: Tensor) throws -> Tensor {
    try apply(Binary(function: .multiply), [x, y])
  }
  public static func / (x: Tensor, y: Tensor) throws -> Tensor {
    try apply(Binary(function: .divide), [x, y])
  }
  public static func + (x: Tensor, y: Float) throws -> Tensor { try x.scaled(by: 1, adding: y) }
  public static func - (x: Tensor, y: Float) throws -> Tensor { try x.scaled(by: 1, adding: -y) }
  public static func * (x: Tensor, y: Float) throws -> Tensor { try x.scaled(by: y) }
  public static func / (x: Tensor, y: Float) throws -> Tensor { try x.divided(by: y) }
  public static func - (x: Float, y: Tensor) throws -> Tensor { try y.scaled(by: -1, adding: x) }
  public static func / (x: Float, y: Tensor) throws -> Tensor { try Tensor(x) / y }

  /// The larger of each pair of elements.
  public func maximum(_ other: Tensor) throws -> Tensor {
    try apply(Binary(function: .maximum), [self, other])
  }
  /// The smaller of each pair of elements.
  public func minimum(_ other: Tensor) throws -> Tensor {
    try apply(Binary(function: .minimum), [self, other])
  }
  /// Each element raised to the power of the other's.
  public func power(_ other: Tensor) throws -> Tensor { try apply(Binary(function: .power), [self, other]) }

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
