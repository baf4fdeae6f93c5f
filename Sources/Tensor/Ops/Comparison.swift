import Compute

/// How two numbers compare; with NaN only ``notEqual`` holds.
public enum Comparison: String, CaseIterable, Sendable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

/// An element-wise comparison with broadcasting, as truth values. It has no gradient.
struct Compare: Op {
  let comparison: Comparison
  var name: String { comparison.rawValue }
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape { try inputs[0].broadcast(with: inputs[1], for: name) }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    try values(inputs[0], inputs[1], shape: try outputShape([inputs[0].shape, inputs[1].shape]))
  }

  func values(_ x: Tensor, _ y: Tensor, shape: Shape) throws -> Tensor {
    var (x, y) = (x, y)
    // Numbers are compared by value: an int32 beyond 2²⁴ is not rounded to a float32 first.
    switch (x.dtype, y.dtype) {
    case (.float32, .float32): return try compare(x, y, shape, Float.self, Float.self)
    case (.int32, .float32): return try compare(x, y, shape, Int32.self, Float.self)
    case (.float32, .int32): return try compare(x, y, shape, Float.self, Int32.self)
    default:
      let dtype = x.dtype.promoted(with: y.dtype)
      (x, y) = (try x.converted(to: dtype), try y.converted(to: dtype))
    }
    return switch x.dtype {
    case .float32: try compare(x, y, shape, Float.self, Float.self)
    case .int32: try compare(x, y, shape, Int32.self, Int32.self)
    case .uint8, .boolean: try compare(x, y, shape, UInt8.self, UInt8.self)
    }
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] { [nil, nil] }

  private func compare<A: TensorElement, B: TensorElement>(
    _ x: Tensor, _ y: Tensor, _ shape: Shape, _ first: A.Type, _ second: B.Type
  ) throws -> Tensor {
    switch comparison {
    case .equal: try loop(x, y, shape, first, second) { $0 == $1 }
    case .notEqual: try loop(x, y, shape, first, second) { $0 != $1 }
    case .less: try loop(x, y, shape, first, second) { $0 < $1 }
    case .lessOrEqual: try loop(x, y, shape, first, second) { $0 <= $1 }
    case .greater: try loop(x, y, shape, first, second) { $0 > $1 }
    case .greaterOrEqual: try loop(x, y, shape, first, second) { $0 >= $1 }
    }
  }

  /// The comparison of each element of `x`, which is dense, with one number.
  fileprivate func values(_ x: Tensor, _ number: Float) throws -> Tensor {
    switch comparison {
    case .equal: try loop(x) { $0 == number }
    case .notEqual: try loop(x) { $0 != number }
    case .less: try loop(x) { $0 < number }
    case .lessOrEqual: try loop(x) { $0 <= number }
    case .greater: try loop(x) { $0 > number }
    case .greaterOrEqual: try loop(x) { $0 >= number }
    }
  }

  @inline(__always)
  private func loop(_ x: Tensor, _ holds: (Float) -> Bool) throws -> Tensor {
    let result = try Tensor.empty(like: x, .boolean)
    let (target, source) = (result.elements(UInt8.self), x.pointer)
    ThreadTeam.parallel(x.count, grain: Elementwise.grain) { range in
      for i in range { target[i] = holds(source[i]) ? 1 : 0 }
    }
    return result
  }

  /// Numbers of one type are compared as they are; of two types, in double precision, which holds both.
  @inline(__always)
  private func loop<A: TensorElement, B: TensorElement>(
    _ x: Tensor, _ y: Tensor, _ shape: Shape, _ first: A.Type, _ second: B.Type,
    _ holds: (Double, Double) -> Bool
  ) throws -> Tensor {
    let result = try Tensor.empty(
      like: x.shape == shape ? x : y.shape == shape ? y : Tensor.empty(shape, .boolean), .boolean)
    if result.strides == x.strides, x.shape == shape, y.shape == shape, y.strides == x.strides {
      let (target, a, b) = (result.elements(UInt8.self), x.elements(first), y.elements(second))
      ThreadTeam.parallel(result.count, grain: Elementwise.grain) { range in
        for i in range { target[i] = holds(a[i].double, b[i].double) ? 1 : 0 }
      }
      return result
    }
    let plan = LoopPlan(
      shape: shape, strides: [result.strides, x.expandedStrides(to: shape), y.expandedStrides(to: shape)])
    let (target, a, b) = (result.elements(UInt8.self), x.elements(first), y.elements(second))
    let (ts, xs, ys) = (plan.inner[0], plan.inner[1], plan.inner[2])
    try plan.forEachRow { offsets, length in
      let (t, p, q) = (target + offsets[0], a + offsets[1], b + offsets[2])
      if ts == 1 && xs == 1 && ys == 0 {
        let right = q[0].double
        for i in 0..<length { t[i] = holds(p[i].double, right) ? 1 : 0 }
      } else {
        for i in 0..<length { t[i * ts] = holds(p[i * xs].double, q[i * ys].double) ? 1 : 0 }
      }
    }
    return result
  }
}

extension Tensor {
  /// Where `comparison` holds between this tensor's element and the other's, as truth values; the shapes broadcast.
  public func compared(_ comparison: Comparison, _ other: Tensor) throws -> Tensor {
    let op = Compare(comparison: comparison)
    guard shape == other.shape, Recording.isOff else { return try apply(op, [self, other]) }
    return try op.values(self, other, shape: shape).whole()
  }

  /// Where `comparison` holds between this tensor's element and a number, as truth values.
  public func compared(_ comparison: Comparison, _ number: Float) throws -> Tensor {
    guard dtype == .float32, isDense, Recording.isOff else {
      return try compared(comparison, Tensor(number))
    }
    return try Compare(comparison: comparison).values(self, number).whole()
  }

  /// Where the elements are equal; the shapes broadcast.
  public func equal(to other: Tensor) throws -> Tensor { try compared(.equal, other) }
  /// Where the elements differ; the shapes broadcast.
  public func notEqual(to other: Tensor) throws -> Tensor { try compared(.notEqual, other) }
  /// Where this tensor's element is the smaller; the shapes broadcast.
  public func less(than other: Tensor) throws -> Tensor { try compared(.less, other) }
  /// Where this tensor's element is not the larger; the shapes broadcast.
  public func lessOrEqual(to other: Tensor) throws -> Tensor { try compared(.lessOrEqual, other) }
  /// Where this tensor's element is the larger; the shapes broadcast.
  public func greater(than other: Tensor) throws -> Tensor { try compared(.greater, other) }
  /// Where this tensor's element is not the smaller; the shapes broadcast.
  public func greaterOrEqual(to other: Tensor) throws -> Tensor { try compared(.greaterOrEqual, other) }
}
