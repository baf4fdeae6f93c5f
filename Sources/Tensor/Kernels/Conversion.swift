import Compute
import Support

/// Copies from one type of element to another.
enum Conversion {
  /// Copies `source` to `destination`, which has the same shape and another type.
  ///
  /// - Throws: ``TensorError`` for an element that the destination's type has not; `Interrupted`.
  static func copy(_ source: Tensor, to destination: Tensor) throws {
    switch source.dtype {
    case .float32: try copy(source, Float.self, to: destination)
    case .int32: try copy(source, Int32.self, to: destination)
    case .uint8, .boolean: try copy(source, UInt8.self, to: destination)
    }
  }

  private static func copy<S: TensorElement>(
    _ source: Tensor, _ type: S.Type, to destination: Tensor
  ) throws {
    switch destination.dtype {
    case .float32: try run(source, S.self, destination, Float.self) { Float($0.double) }
    case .boolean: try run(source, S.self, destination, UInt8.self) { $0.double == 0 ? 0 : 1 }
    case .int32:
      if S.dtype == .float32 { try requireWhole(source, S.self, .int32) }
      try run(source, S.self, destination, Int32.self) { Int32(whole: $0.whole) }
    case .uint8:
      if S.dtype.bytes == 4 { try requireWhole(source, S.self, .uint8) }
      try run(source, S.self, destination, UInt8.self) { UInt8(whole: $0.whole) }
    }
  }

  @inline(__always)
  private static func run<S: TensorElement, D: TensorElement>(
    _ source: Tensor, _ from: S.Type, _ destination: Tensor, _ to: D.Type, _ convert: (S) -> D
  ) throws {
    if source.count == 0 { return }
    let (p, q) = (destination.elements(to), source.elements(from))
    if source.strides == destination.strides, source.isDense {
      ThreadTeam.parallel(source.count, grain: 1 << 15) { range in
        for i in range { p[i] = convert(q[i]) }
      }
      return try Cancellation.check()
    }
    let plan = LoopPlan(shape: source.shape, strides: [destination.strides, source.strides])
    let (ds, ss) = (plan.inner[0], plan.inner[1])
    try plan.forEachRow { offsets, length in
      let (d, s) = (p + offsets[0], q + offsets[1])
      if ds == 1 && ss == 1 {
        for i in 0..<length { d[i] = convert(s[i]) }
      } else {
        for i in 0..<length { d[i * ds] = convert(s[i * ss]) }
      }
    }
  }

  /// Throws for the first element in memory that is outside the whole numbers of `target`.
  private static func requireWhole<S: TensorElement>(
    _ source: Tensor, _ type: S.Type, _ target: DType
  ) throws {
    let x = source.isDense ? source : try source.contiguous()
    let (start, range) = (x.elements(type), target.wholeRange)
    for first in stride(from: 0, to: x.count, by: 1 << 20) {
      try Cancellation.check()
      var bad = -1
      for i in first..<min(first + 1 << 20, x.count) where !range.contains(start[i].whole) {
        bad = i
        break
      }
      if bad >= 0 { throw TensorError("to", Cast.problem(start[bad].double, target)) }
    }
  }
}
