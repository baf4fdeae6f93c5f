import OneDNN

/// Loops over arrays of any strides: copies and element-wise functions of one and two arguments.
enum Strided {
  /// Copies `source` to `destination` (equal shapes, any strides).
  static func copy(_ source: Tensor, to destination: Tensor) {
    let count = source.count
    if count == 0 { return }
    if source.strides == destination.strides && source.isDense {
      let (from, to) = (source.pointer, destination.pointer)
      ThreadTeam.parallel(count, grain: 1 << 16) { range in
        (to + range.lowerBound).update(from: from + range.lowerBound, count: range.count)
      }
      return
    }
    let plan = LoopPlan(shape: source.shape, strides: [destination.strides, source.strides])
    let (from, to) = (source.pointer, destination.pointer)
    let (ds, ss, length) = (plan.inner[0], plan.inner[1], plan.length)
    // Runs of rows: rows may be as short as three channels, and a call for each would cost more than the row.
    plan.forEachRun { offsets, count, steps in
      var (d, s) = (to + offsets[0], from + offsets[1])
      let (dStep, sStep) = (steps[0], steps[1])
      for _ in 0..<count {
        if ds == 1 && ss == 1 && length >= 16 {
          d.update(from: s, count: length)
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

  /// Adds `source` to `destination` (equal shapes, any strides; the destination's must not repeat).
  static func add(_ source: Tensor, to destination: Tensor) {
    let plan = LoopPlan(shape: source.shape, strides: [destination.strides, source.strides])
    let (from, to) = (source.pointer, destination.pointer)
    let (ds, ss) = (plan.inner[0], plan.inner[1])
    plan.forEachRow { offsets in
      let (d, s) = (to + offsets[0], from + offsets[1])
      if ds == 1 && ss == 1 {
        for i in 0..<plan.length { d[i] += s[i] }
      } else {
        for i in 0..<plan.length { d[i * ds] += s[i * ss] }
      }
    }
  }
}

/// The nested loops over several arrays of one shape, merged and ordered so that the first array's (the
/// destination's) memory is walked forward.
struct LoopPlan {
  /// Elements of the innermost loop.
  let length: Int
  /// Innermost strides, one per array.
  let inner: [Int]
  /// Outer loops: size, and the stride per array.
  private let outer: [(size: Int, strides: [Int])]

  init(shape: Shape, strides: [[Int]]) {
    var loops: [(size: Int, strides: [Int])] = []
    for axis in shape.sizes.indices where shape[axis] != 1 {
      loops.append((shape[axis], strides.map { $0[axis] }))
    }
    loops.sort { $0.strides[0] > $1.strides[0] }
    var merged: [(size: Int, strides: [Int])] = []
    for loop in loops {
      if let last = merged.last, last.strides == loop.strides.map({ $0 * loop.size }) {
        merged[merged.count - 1] = (last.size * loop.size, loop.strides)
      } else {
        merged.append(loop)
      }
    }
    let innermost = merged.popLast() ?? (1, strides.map { _ in 1 })
    length = innermost.size
    inner = innermost.strides
    outer = merged
  }

  /// Number of rows, each of ``length`` elements.
  var rows: Int { outer.reduce(1) { $0 * $1.size } }

  /// Calls `body` with the offsets of each row, on several threads where there is enough work.
  @inline(__always)
  func forEachRow(_ body: (_ offsets: UnsafePointer<Int>) -> Void) {
    let arrays = inner.count
    forEachRun { offsets, count, steps in
      for _ in 0..<count {
        body(offsets)
        for array in 0..<arrays { offsets[array] += steps[array] }
      }
    }
  }

  /// Calls `body` with the offsets of the first of `count` rows that lie `steps` apart, on several threads where
  /// there is enough work; `body` may change the offsets.
  @inline(__always)
  func forEachRun(
    _ body: (_ offsets: UnsafeMutablePointer<Int>, _ count: Int, _ steps: UnsafePointer<Int>) -> Void
  ) {
    let arrays = inner.count
    let runLength = outer.last?.size ?? 1
    ThreadTeam.parallel(rows, grain: max(1, (1 << 15) / max(length, 1))) { range in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * arrays) { scratch in
        guard let offsets = scratch.baseAddress else { return }
        let steps = offsets + arrays
        for array in 0..<arrays { steps[array] = outer.last?.strides[array] ?? 0 }
        var row = range.lowerBound
        while row < range.upperBound {
          let count = min(range.upperBound - row, runLength - row % runLength)
          offsets.update(repeating: 0, count: arrays)
          var rest = row
          for loop in outer.reversed() {
            for array in 0..<arrays { offsets[array] += rest % loop.size * loop.strides[array] }
            rest /= loop.size
          }
          body(offsets, count, steps)
          row += count
        }
      }
    }
  }
}
