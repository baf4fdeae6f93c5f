/// An op whose result is a number for each place beside some axes.
protocol AxisStatistic: Op {
  /// The axes as they were given: negative ones count from the end.
  var axes: [Int] { get }
  var keepingAxes: Bool { get }
}

extension AxisStatistic {
  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try Sum(axes: axes, keepingAxes: keepingAxes, mean: false).outputShape(inputs)
  }

  func resolved(_ x: Tensor) throws -> [Int] {
    try axes.map { try x.shape.axis($0, for: name) }
  }
}

/// The Euclidean norm over axes; its gradient at 0 is 0.
struct Norm: AxisStatistic {
  let axes: [Int]
  let keepingAxes: Bool
  let name = "norm"

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = inputs[0]
    let norm = try Reduction.norm(x, axes: try resolved(x))
    let result = try Recording.paused { try norm.reshaped(try outputShape([x.shape])) }
    saved.keep(x, result)
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, norm) = (saved.tensors[0], saved.tensors[1])
    let kept = x.shape.reduced(try resolved(x), keepingAxes: true)
    return [try slope(x, of: norm.reshaped(kept), gradient.reshaped(kept))]
  }
}

/// The mean squared deviation from the mean over axes.
struct Variance: AxisStatistic {
  let axes: [Int]
  let unbiased: Bool
  let keepingAxes: Bool
  let name = "variance"

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.keep(inputs[0])
    let variance = try Reduction.variance(inputs[0], axes: try resolved(inputs[0]), unbiased: unbiased)
    return try Recording.paused { try variance.reshaped(try outputShape([inputs[0].shape])) }
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let x = saved.tensors[0]
    let axes = try resolved(x)
    let count = x.shape.count(along: axes)
    let factor = try gradient.reshaped(x.shape.reduced(axes, keepingAxes: true))
      .scaled(by: Float(2 / max(unbiased ? count - 1 : count, 0)))
    return [try (x - x.mean(axes, keepingAxes: true)) * factor]
  }
}

/// The square root of the mean squared deviation from the mean over axes; its gradient at 0 is 0.
struct StandardDeviation: AxisStatistic {
  let axes: [Int]
  let unbiased: Bool
  let keepingAxes: Bool
  let name = "standard_deviation"

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = inputs[0]
    let deviation = try Reduction.standardDeviation(x, axes: try resolved(x), unbiased: unbiased)
    let result = try Recording.paused { try deviation.reshaped(try outputShape([x.shape])) }
    saved.keep(x, result)
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let (x, deviation) = (saved.tensors[0], saved.tensors[1])
    let axes = try resolved(x)
    let kept = x.shape.reduced(axes, keepingAxes: true)
    let count = x.shape.count(along: axes)
    let factor = try gradient.reshaped(kept).scaled(by: Float(1 / max(unbiased ? count - 1 : count, 0)))
    let centred = try x - x.mean(axes, keepingAxes: true)
    return [try slope(centred, of: deviation.reshaped(kept), factor)]
  }
}

/// factor · x / root, and 0 where the root is 0.
///
/// The quotient comes first, since it is of moderate size where the inverse of the root is beyond float32.
private func slope(_ x: Tensor, of root: Tensor, _ factor: Tensor) throws -> Tensor {
  try Elementwise.broadcast(x, root, shape: x.shape, Quotient()) * factor
}

/// x / root, and 0 where the root is 0.
private struct Quotient: NumberPairFunction {
  func callAsFunction(_ x: Float, _ root: Float) -> Float { root == 0 ? 0 : x / root }
}

extension Tensor {
  /// Mean squared deviation from the mean over `axes`, or over all of them.
  ///
  /// Where `unbiased` is true, the sum is divided by n − 1 instead of n. Axes are dropped, or kept with size 1.
  public func variance(
    _ axes: [Int]? = nil, unbiased: Bool = true, keepingAxes: Bool = false
  ) throws -> Tensor {
    try apply(Variance(axes: axes ?? Array(0..<rank), unbiased: unbiased, keepingAxes: keepingAxes), [self])
  }

  /// Square root of ``variance(_:unbiased:keepingAxes:)``, also where that is beyond float32.
  public func standardDeviation(
    _ axes: [Int]? = nil, unbiased: Bool = true, keepingAxes: Bool = false
  ) throws -> Tensor {
    try apply(
      StandardDeviation(axes: axes ?? Array(0..<rank), unbiased: unbiased, keepingAxes: keepingAxes), [self])
  }

  /// Square root of the sum of squares over `axes`, or over all of them, which are dropped, or kept with size
  /// 1.
  public func norm(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try apply(Norm(axes: axes ?? Array(0..<rank), keepingAxes: keepingAxes), [self])
  }

  /// The p-norm over `axes`, (Σ |x|ᵖ)^(1/p): 2 is the Euclidean norm, ∞ the largest magnitude, −∞ the smallest, 0 counts
  /// what is not 0.
  ///
  /// - Throws: ``TensorError`` where the largest or smallest of no elements is asked for.
  public func norm(order: Double, _ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    if order == 2 { return try norm(axes, keepingAxes: keepingAxes) }
    let magnitudes = try converted(to: .float32).abs()
    if order == 1 { return try magnitudes.sum(axes, keepingAxes: keepingAxes) }
    if order == 0 {
      return try notEqual(to: Tensor(0)).converted(to: .float32).sum(axes, keepingAxes: keepingAxes)
    }
    if order.isInfinite {
      return try magnitudes.extremum(largest: order > 0, axes, keepingAxes: keepingAxes)
    }
    let p = Float(order)
    return try magnitudes.power(p).sum(axes, keepingAxes: keepingAxes).power(1 / p)
  }

  /// The largest (or smallest) element over several axes, or over all of them; NaN where one is. The gradient goes to the
  /// first winner.
  public func extremum(largest: Bool, _ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    let axes = try (axes ?? Array(0..<rank)).map { try shape.axis($0, for: largest ? "max" : "min") }
    let kept = (0..<rank).filter { !axes.contains($0) }
    let rest = Shape(kept.map { shape[$0] })
    let line = Shape(axes.map { shape[$0] }).count
    let lines = try permuted(kept + axes).reshaped(Shape(rest.sizes + [line]))
    let found = try largest ? lines.maximum(axis: -1).values : lines.minimum(axis: -1).values
    return try found.reshaped(keepingAxes ? shape.reduced(axes, keepingAxes: true) : rest)
  }

  /// Up to this length a scalar product is made in one go.
  private static let shortVector = 4096

  /// The scalar product of two vectors of one length, a scalar.
  ///
  /// - Throws: ``TensorError`` for other shapes.
  public func dot(_ other: Tensor) throws -> Tensor {
    guard rank == 1, shape == other.shape else {
      throw TensorError("dot", "needs two vectors of one length, not shapes \(shape) and \(other.shape)")
    }
    if Recording.isOff, dtype == .float32, other.dtype == .float32, count <= Self.shortVector {
      // What the two ops below do, without a tensor in between: products are rounded, their sum is made in float64.
      let (x, y) = (try contiguous(), try other.contiguous())
      let (a, b) = (x.pointer, y.pointer)
      var total = 0.0
      for i in 0..<count { total += Double(a[i] * b[i]) }
      return try Tensor(Float(total))
    }
    return try (self * other).sum()
  }

  /// All products of an element of this vector and one of `other`: m×n.
  ///
  /// - Throws: ``TensorError`` where one of both is no vector.
  public func outer(_ other: Tensor) throws -> Tensor {
    guard rank == 1, other.rank == 1 else {
      throw TensorError("outer", "needs two vectors, not shapes \(shape) and \(other.shape)")
    }
    return try unsqueezed(1) * other
  }
}
