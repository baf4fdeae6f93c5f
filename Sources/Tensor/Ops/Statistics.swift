/// The Euclidean norm over axes; its gradient at 0 is 0.
struct Norm: Op {
  let axes: [Int]
  let keepingAxes: Bool
  let name = "norm"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try Sum(axes: axes, keepingAxes: keepingAxes, mean: false).outputShape(inputs)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = inputs[0]
    let norm = try Reduction.norm(x, axes: try axes.map { try x.shape.axis($0, for: name) })
    let result = try Tape.paused { try norm.reshaped(try outputShape([x.shape])) }
    saved.keep(x, result)
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, norm) = (saved.tensors[0], saved.tensors[1])
    let kept = x.shape.reduced(try axes.map { try x.shape.axis($0, for: name) }, keepingAxes: true)
    let factor = try Elementwise.zip(norm, gradient, Inverse())
    return [try x * factor.reshaped(kept)]
  }
}

/// The mean squared deviation from the mean over axes.
struct Variance: Op {
  let axes: [Int]
  let unbiased: Bool
  let keepingAxes: Bool
  let name = "variance"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try Sum(axes: axes, keepingAxes: keepingAxes, mean: false).outputShape(inputs)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.keep(inputs[0])
    let variance = try Reduction.variance(inputs[0], axes: try resolved(inputs[0]), unbiased: unbiased)
    return try Tape.paused { try variance.reshaped(try outputShape([inputs[0].shape])) }
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let x = saved.tensors[0]
    let axes = try resolved(x)
    let count = x.shape.count(along: axes)
    let factor = try gradient.reshaped(x.shape.reduced(axes, keepingAxes: true))
      .scaled(by: Float(2 / max(unbiased ? count - 1 : count, 0)))
    return [try (x - x.mean(axes, keepingAxes: true)) * factor]
  }

  private func resolved(_ x: Tensor) throws -> [Int] { try axes.map { try x.shape.axis($0, for: name) } }
}

/// g / norm, and 0 where the norm is 0.
private struct Inverse: NumberPairFunction {
  func callAsFunction(_ norm: Float, _ g: Float) -> Float { norm == 0 ? 0 : g / norm }
}

extension Tensor {
  /// Mean squared deviation from the mean over `axes`, or over all of them.
  ///
  /// - Parameter unbiased: divides by n − 1 instead of n.
  public func variance(
    _ axes: [Int]? = nil, unbiased: Bool = true, keepingAxes: Bool = false
  ) throws -> Tensor {
    try apply(Variance(axes: axes ?? Array(0..<rank), unbiased: unbiased, keepingAxes: keepingAxes), [self])
  }

  /// Square root of ``variance(_:unbiased:keepingAxes:)``.
  public func standardDeviation(
    _ axes: [Int]? = nil, unbiased: Bool = true, keepingAxes: Bool = false
  ) throws -> Tensor {
    try variance(axes, unbiased: unbiased, keepingAxes: keepingAxes).sqrt()
  }

  /// Square root of the sum of squares over `axes`, or over all of them.
  public func norm(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try apply(Norm(axes: axes ?? Array(0..<rank), keepingAxes: keepingAxes), [self])
  }

  /// The scalar product of two vectors.
  public func dot(_ other: Tensor) throws -> Tensor {
    guard rank == 1, shape == other.shape else {
      throw TensorError("dot", "needs two vectors of one length, not shapes \(shape) and \(other.shape)")
    }
    return try (self * other).sum()
  }

  /// All products of an element of this vector and one of `other`: m×n.
  public func outer(_ other: Tensor) throws -> Tensor {
    guard rank == 1, other.rank == 1 else {
      throw TensorError("outer", "needs two vectors, not shapes \(shape) and \(other.shape)")
    }
    return try unsqueezed(1) * other
  }
}
