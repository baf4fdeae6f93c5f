import Compute

/// Elements of the second input where the first is not 0, of the third elsewhere; with broadcasting.
struct Where: Op {
  let name = "where"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try inputs[0].broadcast(with: inputs[1], for: name).broadcast(with: inputs[2], for: name)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let condition = try inputs[0].converted(to: .boolean)
    saved.keep(condition)
    saved.shapes = inputs.map(\.shape)
    let dtype = inputs[1].dtype.promoted(with: inputs[2].dtype)
    let (a, b) = (try inputs[1].converted(to: dtype), try inputs[2].converted(to: dtype))
    let shape = try outputShape(saved.shapes)
    return try Self.values(condition, a, b, shape: shape)
  }

  /// The elements of `a` and `b`, which have one type, by a condition of truth values.
  fileprivate static func values(_ condition: Tensor, _ a: Tensor, _ b: Tensor, shape: Shape) throws -> Tensor
  {
    switch a.dtype {
    case .float32: try select(condition, a, b, shape: shape, Float.self)
    case .int32: try select(condition, a, b, shape: shape, Int32.self)
    case .uint8, .boolean: try select(condition, a, b, shape: shape, UInt8.self)
    }
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    // Gradients are selected rather than multiplied: an infinite one on the branch not taken must not become
    // NaN.
    let (condition, zero) = (saved.tensors[0], try Tensor(0))
    return [
      nil,
      needs[1]
        ? try Self.select(condition, gradient, zero, shape: gradient.shape).summed(to: saved.shapes[1]) : nil,
      needs[2]
        ? try Self.select(condition, zero, gradient, shape: gradient.shape).summed(to: saved.shapes[2]) : nil,
    ]
  }

  private static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor, shape: Shape) throws -> Tensor {
    try select(condition, a, b, shape: shape, Float.self)
  }

  private static func select<E: TensorElement>(
    _ condition: Tensor, _ a: Tensor, _ b: Tensor, shape: Shape, _ type: E.Type
  ) throws -> Tensor {
    let result = try Tensor.empty(shape, a.dtype)
    if a.strides == result.strides, b.strides == result.strides, condition.strides == result.strides {
      let (target, x, y) = (result.elements(type), a.elements(type), b.elements(type))
      let chosen = condition.elements(UInt8.self)
      ThreadTeam.parallel(result.count, grain: Elementwise.grain) { range in
        for i in range { target[i] = chosen[i] != 0 ? x[i] : y[i] }
      }
      return result
    }
    let plan = LoopPlan(
      shape: shape,
      strides: [
        result.strides, condition.expandedStrides(to: shape), a.expandedStrides(to: shape),
        b.expandedStrides(to: shape),
      ])
    let (target, x, y) = (result.elements(type), a.elements(type), b.elements(type))
    let c = condition.elements(UInt8.self)
    let (ts, cs, xs, ys) = (plan.inner[0], plan.inner[1], plan.inner[2], plan.inner[3])
    try plan.forEachRow { offsets, length in
      let (t, k, p, q) = (target + offsets[0], c + offsets[1], x + offsets[2], y + offsets[3])
      for i in 0..<length { t[i * ts] = k[i * cs] != 0 ? p[i * xs] : q[i * ys] }
    }
    return result
  }
}

extension Tensor {
  /// Elements of `a` where `condition` is not 0, of `b` elsewhere; the three broadcast, and the result has
  /// the type that holds both.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let isPlain =
      condition.dtype == .boolean && a.dtype == b.dtype && condition.shape == a.shape && a.shape == b.shape
    guard isPlain, Recording.isOff else { return try apply(Where(), [condition, a, b]) }
    return try Where.values(condition, a, b, shape: a.shape).whole()
  }
}
