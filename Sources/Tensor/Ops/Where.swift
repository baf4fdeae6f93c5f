/// Elements of the second input where the first is not 0, of the third elsewhere; with broadcasting.
struct Where: Op {
  let name = "where"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try inputs[0].broadcast(with: inputs[1], for: name).broadcast(with: inputs[2], for: name)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.keep(inputs[0])
    saved.shapes = inputs.map(\.shape)
    return try Self.select(inputs[0], inputs[1], inputs[2], shape: try outputShape(saved.shapes))
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
    let result = try Tensor.empty(shape)
    let plan = LoopPlan(
      shape: shape, strides: [result.strides] + [condition, a, b].map { $0.expandedStrides(to: shape) })
    let (target, c, x, y) = (result.pointer, condition.pointer, a.pointer, b.pointer)
    let (ts, cs, xs, ys) = (plan.inner[0], plan.inner[1], plan.inner[2], plan.inner[3])
    try plan.forEachRow { offsets, length in
      let (t, k, p, q) = (target + offsets[0], c + offsets[1], x + offsets[2], y + offsets[3])
      for i in 0..<length { t[i * ts] = k[i * cs] != 0 ? p[i * xs] : q[i * ys] }
    }
    return result
  }
}

extension Tensor {
  /// Elements of `a` where `condition` is not 0, of `b` elsewhere; the three broadcast.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    try apply(Where(), [condition, a, b])
  }
}
