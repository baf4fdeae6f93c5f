import Compute

/// A function of one number, as a type.
///
/// Loops are generic over it and so compiled with its body inside. A closure would be called for every element:
/// the threads' closure captures it, and captured closures are not specialised.
protocol NumberFunction {
  func callAsFunction(_ x: Float) -> Float
}

/// A function of two numbers, as a type.
protocol NumberPairFunction {
  func callAsFunction(_ x: Float, _ y: Float) -> Float
}

/// Element-wise loops, compiled once per function.
enum Elementwise {
  /// Elements below which a second thread costs more than it brings.
  static let grain = 1 << 15

  /// f of each element, arranged like `x`.
  static func map<F: NumberFunction>(_ x: Tensor, _ f: F) throws -> Tensor {
    let input = x.isDense ? x : try x.clone()
    let result = try Tensor.empty(like: input)
    let (source, target) = (input.pointer, result.pointer)
    ThreadTeam.parallel(input.count, grain: grain) { range in
      for i in range { target[i] = f(source[i]) }
    }
    return result
  }

  /// f of each pair of elements of two tensors of equal shape, arranged like `x`.
  static func zip<F: NumberPairFunction>(_ x: Tensor, _ y: Tensor, _ f: F) throws -> Tensor {
    guard x.isDense else { return try zip(x.clone(), y, f) }
    guard isAligned(y, with: x) else {
      let copy = try Tensor.empty(like: x)
      try Strided.copy(y, to: copy)
      return try zip(x, copy, f)
    }
    let result = try Tensor.empty(like: x)
    let (a, b, target) = (x.pointer, y.pointer, result.pointer)
    ThreadTeam.parallel(x.count, grain: grain) { range in
      for i in range { target[i] = f(a[i], b[i]) }
    }
    return result
  }

  /// f of each pair after broadcasting both to `shape`.
  static func broadcast<F: NumberPairFunction>(_ x: Tensor, _ y: Tensor, shape: Shape, _ f: F) throws
    -> Tensor
  {
    if x.shape == y.shape { return try zip(x, y, f) }
    let result =
      x.shape == shape
      ? try Tensor.empty(like: x) : try Tensor.empty(like: y.shape == shape ? y : Tensor.empty(shape))
    let plan = LoopPlan(
      shape: shape, strides: [result.strides, x.expandedStrides(to: shape), y.expandedStrides(to: shape)])
    let (target, a, b) = (result.pointer, x.pointer, y.pointer)
    let (ts, xs, ys) = (plan.inner[0], plan.inner[1], plan.inner[2])
    try plan.forEachRow { offsets, length in
      let (t, p, q) = (target + offsets[0], a + offsets[1], b + offsets[2])
      switch (ts, xs, ys) {
      case (1, 1, 1): for i in 0..<length { t[i] = f(p[i], q[i]) }
      case (1, 1, 0):
        let right = q[0]
        for i in 0..<length { t[i] = f(p[i], right) }
      case (1, 0, 1):
        let left = p[0]
        for i in 0..<length { t[i] = f(left, q[i]) }
      default: for i in 0..<length { t[i * ts] = f(p[i * xs], q[i * ys]) }
      }
    }
    return result
  }

  /// Whether the numbers of `y` lie in the arrangement of `x`, which is dense (equal shapes).
  private static func isAligned(_ y: Tensor, with x: Tensor) -> Bool {
    y.strides == x.strides || x.isContiguous && y.isContiguous || x.isChannelsLast && y.isChannelsLast
  }

  /// The numbers of `y` in the arrangement of `x`, which is dense (equal shapes).
  static func aligned(_ y: Tensor, with x: Tensor) throws -> Tensor {
    if isAligned(y, with: x) { return y }
    let copy = try Tensor.empty(like: x)
    try Strided.copy(y, to: copy)
    return copy
  }
}

extension Tensor {
  /// Strides that read this tensor as if it had `shape`: 0 along repeated axes.
  func expandedStrides(to shape: Shape) -> [Int] {
    if shape == self.shape { return strides }
    let lead = shape.rank - rank
    return shape.sizes.indices.map { axis in
      let own = axis - lead
      return own < 0 || (self.shape[own] == 1 && shape[axis] != 1) ? 0 : strides[own]
    }
  }
}
