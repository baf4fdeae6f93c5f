import OneDNN

/// Sums over axes, in an order that does not depend on the number of threads.
enum Reduction {
  /// Sum over `axes` (resolved); the result lacks them and is row-major.
  static func sum(_ x: Tensor, axes: [Int]) throws -> Tensor {
    if axes.isEmpty { return try x.clone() }
    let kept = x.shape.sizes.indices.filter { !axes.contains($0) }
    // The result is made with all axes (size 1 where summed), so that channels-last stays channels-last.
    let result = try Tensor.zeros(Shape(x.shape.sizes.enumerated().map { axes.contains($0) ? 1 : $1 }))
    let final = Shape(kept.map { x.shape[$0] })
    if x.count > 0 {
      // Strides of the result, with 0 along summed axes, ride along the input's memory order.
      var steps = result.strides
      for axis in axes { steps[axis] = 0 }
      accumulate(x, into: result, steps)
    }
    let dense = try result.contiguous()
    return Tensor(storage: dense.storage, offset: dense.offset, shape: final, strides: final.rowMajorStrides)
  }

  /// A fixed number of slices of the outermost summed loop keeps the order of additions the same everywhere.
  private static func accumulate(_ x: Tensor, into result: Tensor, _ steps: [Int]) {
    let plan = ReductionPlan(shape: x.shape, source: x.strides, target: steps)
    plan.run(source: x.pointer, target: result.pointer, targetCount: result.count)
  }
}

/// Loops over the input in memory order, adding into a (smaller) result.
struct ReductionPlan {
  private let length: Int
  private let sourceStep: Int
  private let targetStep: Int
  private let outer: [(size: Int, source: Int, target: Int)]

  init(shape: Shape, source: [Int], target: [Int]) {
    var loops: [(size: Int, source: Int, target: Int)] = []
    for axis in shape.sizes.indices where shape[axis] != 1 {
      loops.append((shape[axis], source[axis], target[axis]))
    }
    loops.sort { $0.source > $1.source }
    var merged: [(size: Int, source: Int, target: Int)] = []
    for loop in loops {
      if let last = merged.last, last.source == loop.source * loop.size,
        last.target == loop.target * loop.size
      {
        merged[merged.count - 1] = (last.size * loop.size, loop.source, loop.target)
      } else {
        merged.append(loop)
      }
    }
    let innermost = merged.popLast() ?? (1, 1, 1)
    (length, sourceStep, targetStep) = innermost
    outer = merged
  }

  func run(source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, targetCount: Int) {
    let rows = outer.reduce(1) { $0 * $1.size }
    // Rows go to slices by their target: with the outermost loop kept, slices own disjoint targets.
    if let first = outer.first, first.target != 0, rows * length > 1 << 16 {
      let slices = min(first.size, 16)
      ThreadTeam.sliced(slices) { slice in
        let from = first.size * slice / slices
        let to = first.size * (slice + 1) / slices
        let perIndex = rows / first.size
        walk(from * perIndex..<to * perIndex, source, target)
      }
      return
    }
    let slices = rows * length > 1 << 16 && targetCount <= 1 << 14 ? min(rows, 8) : 1
    if slices == 1 {
      walk(0..<rows, source, target)
      return
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: slices * targetCount) { partial in
      guard let base = partial.baseAddress else { return }
      base.update(repeating: 0, count: slices * targetCount)
      ThreadTeam.sliced(slices) { slice in
        walk(rows * slice / slices..<rows * (slice + 1) / slices, source, base + slice * targetCount)
      }
      for slice in 0..<slices {
        let part = base + slice * targetCount
        for i in 0..<targetCount { target[i] += part[i] }
      }
    }
  }

  private func walk(
    _ range: Range<Int>, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) {
    for row in range {
      var rest = row
      var (s, t) = (0, 0)
      for loop in outer.reversed() {
        let index = rest % loop.size
        rest /= loop.size
        s += index * loop.source
        t += index * loop.target
      }
      if targetStep == 0 {
        target[t] += Self.total(source + s, sourceStep, length)
      } else {
        let (from, to) = (source + s, target + t)
        if sourceStep == 1 && targetStep == 1 {
          for i in 0..<length { to[i] += from[i] }
        } else {
          for i in 0..<length { to[i * targetStep] += from[i * sourceStep] }
        }
      }
    }
  }

  /// Sixteen running sums: vectorises, and errs less than one.
  private static func total(_ source: UnsafePointer<Float>, _ step: Int, _ count: Int) -> Float {
    guard step == 1 else {
      var sum: Float = 0
      for i in 0..<count { sum += source[i * step] }
      return sum
    }
    var sums = SIMD16<Float>.zero
    var i = 0
    while i + 16 <= count {
      sums += UnsafeRawPointer(source + i).loadUnaligned(as: SIMD16<Float>.self)
      i += 16
    }
    var sum = sums.sum()
    while i < count {
      sum += source[i]
      i += 1
    }
    return sum
  }
}
