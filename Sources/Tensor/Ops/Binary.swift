import Glibc

/// Element-wise functions of two tensors, with broadcasting.
struct Binary: Op {
  enum Function: String { case add, subtract, multiply, divide, maximum, minimum, power }

  let function: Function
  var name: String { function.rawValue }

  func outputShape(_ inputs: [Shape]) throws -> Shape { try inputs[0].broadcast(with: inputs[1], for: name) }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let (x, y) = (inputs[0], inputs[1])
    saved.shapes = [x.shape, y.shape]
    if function != .add && function != .subtract { saved.keep(x, y) }
    let shape = try outputShape(saved.shapes)
    switch function {
    case .add: return try Elementwise.broadcast(x, y, shape: shape) { $0 + $1 }
    case .subtract: return try Elementwise.broadcast(x, y, shape: shape) { $0 - $1 }
    case .multiply: return try Elementwise.broadcast(x, y, shape: shape) { $0 * $1 }
    case .divide: return try Elementwise.broadcast(x, y, shape: shape) { $0 / $1 }
    case .maximum: return try Elementwise.broadcast(x, y, shape: shape) { $0 >= $1 || $0.isNaN ? $0 : $1 }
    case .minimum: return try Elementwise.broadcast(x, y, shape: shape) { $0 <= $1 || $0.isNaN ? $0 : $1 }
    case .power: return try Elementwise.broadcast(x, y, shape: shape) { powf($0, $1) }
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
    // Ties share the gradient equally, as PyTorch does.
    case .maximum:
      return try g * Elementwise.broadcast(x, y, shape: g.shape) { $0 > $1 ? 1 : $0 == $1 ? 0.5 : 0 }
    case .minimum:
      return try g * Elementwise.broadcast(x, y, shape: g.shape) { $0 < $1 ? 1 : $0 == $1 ? 0.5 : 0 }
    case .power:
      return try g * Elementwise.broadcast(x, y, shape: g.shape) { $1 == 0 ? 0 : $1 * powf($0, $1 - 1) }
    }
  }

  private func gradientOfSecond(_ g: Tensor, _ inputs: [Tensor]) throws -> Tensor {
    if function == .add { return g }
    if function == .subtract { return try Elementwise.map(g) { -$0 } }
    let (x, y) = (inputs[0], inputs[1])
    switch function {
    case .add, .subtract: return g
    case .multiply: return try g * x
    case .divide: return try g * Elementwise.broadcast(x, y, shape: g.shape) { -$0 / ($1 * $1) }
    case .maximum:
      return try g * Elementwise.broadcast(x, y, shape: g.shape) { $0 < $1 ? 1 : $0 == $1 ? 0.5 : 0 }
    case .minimum:
      return try g * Elementwise.broadcast(x, y, shape: g.shape) { $0 > $1 ? 1 : $0 == $1 ? 0.5 : 0 }
    case .power:
      return try g * Elementwise.broadcast(x, y, shape: g.shape) { $0 == 0 ? 0 : powf($0, $1) * logf($0) }
    }
  }
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
