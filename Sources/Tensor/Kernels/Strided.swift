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
    plan.forEachRow { offsets in
      let (d, s) = (to + offsets[0], from + offsets[1])
      let (ds, ss) = (plan.inner[0], plan.inner[1])
      if ds == 1 && ss == 1 {
        d.update(from: s, count: plan.length)
      } else if ss == 0 {
        let value = s[0]
        for i in 0..<plan.length { d[i * ds] = value }
      } else {
        for i in 0..<plan.length { d[i * ds] = s[i * ss] }
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
  func forEachRow(_ body: (_ offsets: UnsafePointer<Int>) -> Void) {
    let arrays = inner.count
    ThreadTeam.parallel(rows, grain: max(1, (1 << 15) / max(length, 1))) { range in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: arrays + outer.count) { scratch in
        guard let offsets = scratch.baseAddress else { return }
        let index = offsets + arrays
        // Position of the first row of this range.
        offsets.update(repeating: 0, count: arrays)
        var rest = range.lowerBound
        for loop in outer.indices.reversed() {
          index[loop] = rest % outer[loop].size
          rest /= outer[loop].size
          for array in 0..<arrays { offsets[array] += index[loop] * outer[loop].strides[array] }
        }
        outer.withUnsafeBufferPointer { outer in
          for _ in range {
            body(offsets)
            var loop = outer.count - 1
            while loop >= 0 {
              index[loop] += 1
              for array in 0..<arrays { offsets[array] += outer[loop].strides[array] }
              if index[loop] < outer[loop].size { break }
              for array in 0..<arrays { offsets[array] -= index[loop] * outer[loop].strides[array] }
              index[loop] = 0
              loop -= 1
            }
          }
        }
      }
    }
  }
}
