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
    var (x, y) = (inputs[0], inputs[1])
    let shape = try outputShape([x.shape, y.shape])
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

  /// Numbers of one type are compared as they are; of two types, in double precision, which holds both.
  @inline(__always)
  private func loop<A: TensorElement, B: TensorElement>(
    _ x: Tensor, _ y: Tensor, _ shape: Shape, _ first: A.Type, _ second: B.Type,
    _ holds: (Double, Double) -> Bool
  ) throws -> Tensor {
    let result = try Tensor.empty(
      like: x.shape == shape ? x : y.shape == shape ? y : Tensor.empty(shape, .boolean), .boolean)
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
    try apply(Compare(comparison: comparison), [self, other])
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
