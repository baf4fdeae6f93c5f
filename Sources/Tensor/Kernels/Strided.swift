import Compute
import Support

/// Copies between arrays of any strides.
enum Strided {
  /// Copies `source` to `destination` (equal shapes, any strides), converting where their types differ.
  ///
  /// - Throws: ``TensorError`` for an element that the destination's type has not; `Interrupted`.
  static func copy(_ source: Tensor, to destination: Tensor) throws {
    guard source.dtype == destination.dtype else { return try Conversion.copy(source, to: destination) }
    switch source.dtype {
    case .float32: try copy(source, to: destination, Float.self)
    case .int32: try copy(source, to: destination, Int32.self)
    case .uint8, .boolean: try copy(source, to: destination, UInt8.self)
    }
  }

  private static func copy<E: TensorElement>(
    _ source: Tensor, to destination: Tensor, _ type: E.Type
  ) throws {
    let count = source.count
    if count == 0 { return }
    if source.strides == destination.strides && source.isDense {
      let (from, to) = (source.elements(type), destination.elements(type))
      ThreadTeam.parallel(count, grain: 1 << 16) { range in
        (to + range.lowerBound).update(from: from + range.lowerBound, count: range.count)
      }
      return try Cancellation.check()
    }
    let plan = LoopPlan(shape: source.shape, strides: [destination.strides, source.strides])
    let (from, to) = (source.elements(type), destination.elements(type))
    let (ds, ss) = (plan.inner[0], plan.inner[1])
    // Rows are copied in runs: they may be as short as three channels, and a call for each would cost more
    // than the row.
    try plan.forEachRun { offsets, count, steps, length in
      var (d, s) = (to + offsets[0], from + offsets[1])
      let (dStep, sStep) = (steps[0], steps[1])
      if ds == 1 && length == 3 && dStep == 3 && sStep == 1 {
        return interleave(s, plane: ss, to: d, count: count)
      }
      for _ in 0..<count {
        if ds == 1 && ss == 1 && length >= 16 {
          d.update(from: s, count: length)
        } else if ds == 1 && ss == 3 {
          takeEveryThird(of: s, to: d, count: length)
        } else if ss == 0 {
          let value = s[0]
          for i in 0..<length { d[i * ds] = value }
        } else {
          for i in 0..<length { d[i * ds] = s[i * ss] }
        }
        d += dStep
        s += sStep
      }
    }
  }
}

// Pictures have three channels, whose places in memory are exchanged more often than anything else: loops of this one step
// become vectors.
extension Strided {
  /// Three planes of `count` numbers, each `plane` numbers after the one before, as triples.
  @inline(__always)
  private static func interleave<E: TensorElement>(
    _ source: UnsafePointer<E>, plane: Int, to destination: UnsafeMutablePointer<E>, count: Int
  ) {
    let (a, b, c) = (source, source + plane, source + 2 * plane)
    for i in 0..<count {
      destination[3 &* i] = a[i]
      destination[3 &* i &+ 1] = b[i]
      destination[3 &* i &+ 2] = c[i]
    }
  }

  /// The first one of each of `count` triples.
  @inline(__always)
  private static func takeEveryThird<E: TensorElement>(
    of source: UnsafePointer<E>, to destination: UnsafeMutablePointer<E>, count: Int
  ) {
    for i in 0..<count { destination[i] = source[3 &* i] }
  }
}

/// The nested loops over several arrays of one shape, merged and ordered so that the first array's (the
/// destination's) memory is walked forward.
struct LoopPlan {
  /// The number of elements of the innermost loop.
  private let length: Int
  /// The strides of the innermost loop, one per array.
  let inner: [Int]
  /// The outer loops, each with its size and the stride per array.
  private let outer: [(size: Int, strides: [Int])]
  /// The number of rows, each of ``length`` elements; 0 for an empty shape, whatever its other sizes.
  private let rows: Int
  /// Long rows are given out in pieces of at most so many elements.
  private static let longestPiece = 1 << 16

  init(shape: Shape, strides: [[Int]]) {
    if shape.rank <= 1 {
      // One loop, or none: there is nothing to put in order.
      let count = shape.count
      length = max(count, 1)
      inner = strides.map { count > 1 ? $0[0] : 1 }
      outer = []
      rows = min(count, 1)
      return
    }
    var loops: [(size: Int, strides: [Int])] = []
    let isEmpty = shape.sizes.contains(0)
    if !isEmpty {
      for axis in shape.sizes.indices where shape[axis] != 1 {
        loops.append((shape[axis], strides.map { $0[axis] }))
      }
    }
    loops.sort { $0.strides[0] > $1.strides[0] }
    var merged: [(size: Int, strides: [Int])] = []
    for loop in loops {
      if let last = merged.last, last.strides == loop.strides.map({ $0 &* loop.size }) {
        merged[merged.count - 1] = (last.size &* loop.size, loop.strides)
      } else {
        merged.append(loop)
      }
    }
    let innermost = merged.popLast() ?? (1, strides.map { _ in 1 })
    length = innermost.size
    inner = innermost.strides
    outer = merged
    // The destination has been allocated, so that the product of the sizes is a possible number.
    rows = isEmpty ? 0 : merged.reduce(1) { $0 &* $1.size }
  }

  /// Calls `body` with the offsets of each row, or of each piece of a long one, and the number of its
  /// elements, on several threads where there is enough work.
  ///
  /// - Throws: `Interrupted`.
  @inline(__always)
  func forEachRow(_ body: (_ offsets: UnsafePointer<Int>, _ length: Int) -> Void) throws {
    let arrays = inner.count
    try forEachRun { offsets, count, steps, length in
      for _ in 0..<count {
        body(offsets, length)
        for array in 0..<arrays { offsets[array] += steps[array] }
      }
    }
  }

  /// Calls `body` with the offsets of the first of `count` rows (or pieces) that lie `steps` apart and have `length`
  /// elements, on several threads where there is enough work; `body` may change the offsets.
  ///
  /// - Throws: `Interrupted`.
  @inline(__always)
  func forEachRun(
    _ body: (
      _ offsets: UnsafeMutablePointer<Int>, _ count: Int, _ steps: UnsafePointer<Int>, _ length: Int
    ) -> Void
  ) throws {
    let arrays = inner.count
    // A run is a stretch of the innermost outer loop; of long rows it is a piece.
    let pieces = (length + Self.longestPiece - 1) / Self.longestPiece
    let runLength = pieces > 1 ? 1 : outer.last?.size ?? 1
    let shortest = min(length, Self.longestPiece)
    ThreadTeam.parallel(rows * pieces, grain: max(1, (1 << 15) / shortest)) { range in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * arrays) { scratch in
        guard let offsets = scratch.baseAddress else { return }
        let steps = offsets + arrays
        for array in 0..<arrays { steps[array] = outer.last?.strides[array] ?? 0 }
        var index = range.lowerBound
        while index < range.upperBound {
          let count = min(range.upperBound - index, runLength - index % runLength)
          let piece = index % pieces * Self.longestPiece
          for array in 0..<arrays { offsets[array] = piece * inner[array] }
          var rest = index / pieces
          for loop in outer.reversed() {
            for array in 0..<arrays { offsets[array] += rest % loop.size * loop.strides[array] }
            rest /= loop.size
          }
          body(offsets, count, steps, min(length - piece, Self.longestPiece))
          index += count
        }
      }
    }
    try Cancellation.check()
  }
}
