import Compute
import Support

/// How two truth values are combined.
public enum Connective: String, CaseIterable, Sendable {
  case and, or, xor
}

/// A combination of truth values with broadcasting; numbers count as true unless they are 0.
struct Combine: Op {
  let connective: Connective
  var name: String { "logical_\(connective.rawValue)" }
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape { try inputs[0].broadcast(with: inputs[1], for: name) }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    try values(inputs[0], inputs[1], shape: try outputShape([inputs[0].shape, inputs[1].shape]))
  }

  func values(_ x: Tensor, _ y: Tensor, shape: Shape) throws -> Tensor {
    let (x, y) = (try x.converted(to: .boolean), try y.converted(to: .boolean))
    let connective = connective
    let result = try Tensor.empty(like: x.shape == shape ? x : Tensor.empty(shape, .boolean))
    let (target, a, b) = (
      result.elements(UInt8.self), x.elements(UInt8.self), y.elements(UInt8.self)
    )
    if x.shape == y.shape, x.strides == result.strides, y.strides == result.strides {
      ThreadTeam.parallel(result.count, grain: Elementwise.grain) { range in
        switch connective {
        case .and: for i in range { target[i] = a[i] & b[i] }
        case .or: for i in range { target[i] = a[i] | b[i] }
        case .xor: for i in range { target[i] = a[i] ^ b[i] }
        }
      }
      return result
    }
    let plan = LoopPlan(
      shape: shape, strides: [result.strides, x.expandedStrides(to: shape), y.expandedStrides(to: shape)])
    let (ts, xs, ys) = (plan.inner[0], plan.inner[1], plan.inner[2])
    try plan.forEachRow { offsets, length in
      let (t, p, q) = (target + offsets[0], a + offsets[1], b + offsets[2])
      switch connective {
      case .and: for i in 0..<length { t[i * ts] = p[i * xs] & q[i * ys] }
      case .or: for i in 0..<length { t[i * ts] = p[i * xs] | q[i * ys] }
      case .xor: for i in 0..<length { t[i * ts] = p[i * xs] ^ q[i * ys] }
      }
    }
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] { [nil, nil] }
}

/// Whether any, or all, of the elements over axes are not 0.
struct TruthReduction: AxisStatistic {
  let axes: [Int]
  let keepingAxes: Bool
  let all: Bool
  var name: String { all ? "all" : "any" }
  var takesAnyType: Bool { true }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try inputs[0].converted(to: .boolean)
    let lines = try Lines(x, try resolved(x))
    let result = try Tensor.emptyRowMajor(try outputShape([x.shape]), .boolean)
    let (source, target) = (lines.tensor.elements(UInt8.self), result.elements(UInt8.self))
    let stop: UInt8 = all ? 0 : 1
    for row in 0..<lines.rows {
      if row & 0xFFF == 0 { try Cancellation.check() }
      let line = UnsafeBufferPointer(start: source + row * lines.length, count: lines.length)
      target[row] = line.contains(stop) ? stop : 1 - stop
    }
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] { [nil] }
}

/// What can be asked of a floating-point number.
public enum NumberKind: String, CaseIterable, Sendable {
  case isnan, isinf, isfinite
}

/// Whether each element is NaN, infinite or finite.
struct Classify: Op {
  let kind: NumberKind
  var name: String { kind.rawValue }

  func outputShape(_ inputs: [Shape]) throws -> Shape { inputs[0] }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = inputs[0].isDense ? inputs[0] : try inputs[0].clone()
    let result = try Tensor.empty(like: x, .boolean)
    let (source, target) = (x.pointer, result.elements(UInt8.self))
    for start in stride(from: 0, to: x.count, by: 1 << 20) {
      try Cancellation.check()
      let range = start..<min(start + (1 << 20), x.count)
      switch kind {
      case .isnan: for i in range { target[i] = source[i].isNaN ? 1 : 0 }
      case .isinf: for i in range { target[i] = source[i].isInfinite ? 1 : 0 }
      case .isfinite: for i in range { target[i] = source[i].isFinite ? 1 : 0 }
      }
    }
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] { [nil] }
}

extension Tensor {
  /// Truth values combined with those of `other`; the shapes broadcast, and numbers count as true unless they are 0.
  public func combined(_ connective: Connective, _ other: Tensor) throws -> Tensor {
    let op = Combine(connective: connective)
    guard shape == other.shape, Recording.isOff else { return try apply(op, [self, other]) }
    return try op.values(self, other, shape: shape).whole()
  }

  /// Where the elements are 0, or false.
  public func logicalNot() throws -> Tensor {
    try converted(to: .boolean).combined(.xor, try Tensor([], whole: [1], .boolean))
  }

  /// Whether an element over `axes`, or over all of them, is not 0; axes are dropped, or kept with size 1.
  public func any(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try apply(TruthReduction(axes: axes ?? Array(0..<rank), keepingAxes: keepingAxes, all: false), [self])
  }

  /// Whether no element over `axes`, or over all of them, is 0; axes are dropped, or kept with size 1.
  public func all(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try apply(TruthReduction(axes: axes ?? Array(0..<rank), keepingAxes: keepingAxes, all: true), [self])
  }

  /// Whether each element is of that kind, as truth values.
  public func classified(_ kind: NumberKind) throws -> Tensor { try apply(Classify(kind: kind), [self]) }
}
