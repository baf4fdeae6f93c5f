import CKernels

/// Sums over axes, in float64 and in an order that does not depend on the number of threads.
///
/// Of n numbers a sum errs by at most 2⁻²⁴ of itself (it is rounded to float32 once) and n·2⁻⁵³ of the sum of
/// magnitudes. Results lack the summed axes and are row-major; axes are resolved.
enum Reduction {
  /// The sum over `axes`.
  static func sum(_ x: Tensor, axes: [Int]) throws -> Tensor {
    if axes.isEmpty { return try x.clone() }
    return try reduce(x, axes, .values) { Finish(factor: $0.repeats) }
  }

  /// The mean over `axes`; NaN where there are no numbers.
  static func mean(_ x: Tensor, axes: [Int]) throws -> Tensor {
    if axes.isEmpty { return try x.clone() }
    return try reduce(x, axes, .values) { Finish(divisor: $0.summed) }
  }

  /// The Euclidean norm, also of numbers whose squares are beyond float32.
  static func norm(_ x: Tensor, axes: [Int]) throws -> Tensor {
    try reduce(x, axes, .squares) { Finish(factor: $0.repeats, takesRoot: true) }
  }

  /// The sum of squared deviations from the mean by n, or by n − 1; of equal numbers exactly 0.
  static func variance(_ x: Tensor, axes: [Int], unbiased: Bool) throws -> Tensor {
    try reduce(x, axes, .deviations) { variance($0, unbiased, takesRoot: false) }
  }

  /// The root of the variance, also where the variance itself is beyond float32.
  static func standardDeviation(_ x: Tensor, axes: [Int], unbiased: Bool) throws -> Tensor {
    try reduce(x, axes, .deviations) { variance($0, unbiased, takesRoot: true) }
  }

  private static func variance(_ loops: ReductionLoops, _ unbiased: Bool, takesRoot: Bool) -> Finish {
    let count = loops.summed * loops.repeats
    return Finish(
      factor: loops.repeats, divisor: max(unbiased ? count - 1 : count, 0), takesRoot: takesRoot)
  }

  /// What becomes of a sum before it is rounded: sum · factor / divisor, or its root.
  private struct Finish {
    var factor = 1.0
    var divisor = 1.0
    var takesRoot = false

    func callAsFunction(_ totals: UnsafeBufferPointer<Double>, _ results: UnsafeMutablePointer<Float>) {
      if takesRoot {
        for i in totals.indices { results[i] = Float((totals[i] * factor / divisor).squareRoot()) }
      } else if divisor == 1 {
        for i in totals.indices { results[i] = Float(totals[i] * factor) }
      } else {
        for i in totals.indices { results[i] = Float(totals[i] * factor / divisor) }
      }
    }
  }

  private static func reduce(
    _ x: Tensor, _ axes: [Int], _ term: ReductionSums.Term, _ finish: (ReductionLoops) -> Finish
  ) throws -> Tensor {
    let shape = x.shape.reduced(axes, keepingAxes: false)
    let result = try Tensor.emptyRowMajor(shape)
    if result.count == 0 { return result }
    let loops = ReductionLoops(x, axes)
    let finish = finish(loops)
    if x.count == 0 {
      let nothing = [Double](repeating: 0, count: result.count)
      nothing.withUnsafeBufferPointer { finish($0, result.pointer) }
      return result
    }
    // Sums come in the input's order of memory.
    let ordered = Tensor(
      storage: loops.resultIsOrdered(shape) ? result.storage : try Storage(count: loops.sums), shape: shape,
      strides: loops.resultStrides)
    let target = ordered.pointer
    try ReductionSums(loops, term).run(x.pointer) { first, totals, _ in finish(totals, target + first) }
    if ordered.storage !== result.storage { try Strided.copy(ordered, to: result) }
    return result
  }
}

/// The loops of a reduction over a tensor, outermost first in memory.
///
/// Axes along which the tensor repeats itself need no loop: the others' sums are multiplied, or repeated.
struct ReductionLoops {
  struct Loop {
    var size: Int
    /// Elements between neighbours.
    var step: Int
    /// Sums between those of neighbours; 0 where neighbours belong to the same sum.
    var sumStep: Int
    var isSummed: Bool { sumStep == 0 }
  }

  /// The loops, where neighbouring axes that are as good as one are merged.
  let loops: [Loop]
  /// How often each summed number counts.
  let repeats: Double
  /// How many numbers are added up for each sum.
  let summed: Double
  /// How many sums there are; they are numbered in the order of memory.
  let sums: Int
  /// The number of each result's sum, as strides of its axes.
  let resultStrides: [Int]

  init(_ x: Tensor, _ axes: [Int]) {
    if axes.count == x.rank && x.isContiguous {
      // Everything is summed in one run: the commonest sums are so small that finding that out below takes as
      // long.
      loops = x.count == 1 ? [] : [Loop(size: x.count, step: 1, sumStep: 0)]
      (repeats, summed, sums, resultStrides) = (1, Double(x.count), 1, [])
      return
    }
    var (repeats, summed, sums) = (1.0, 1.0, 1)
    var numbering = [Int](repeating: 0, count: x.rank)
    let order = x.shape.sizes.indices.sorted { x.strides[$0] < x.strides[$1] }
    var loops: [Loop] = []
    for axis in order where x.shape[axis] != 1 {
      let (size, step, isSummed) = (x.shape[axis], x.strides[axis], axes.contains(axis))
      if step == 0 && size != 0 {
        if isSummed { repeats *= Double(size) }
        continue
      }
      if isSummed {
        summed *= Double(size)
      } else {
        numbering[axis] = sums
        // This is never beyond the number of results, which have been allocated.
        sums = sums &* size
      }
      if let inner = loops.last, inner.isSummed == isSummed, inner.step &* inner.size == step {
        loops[loops.count - 1].size = inner.size &* size
      } else {
        loops.append(Loop(size: size, step: step, sumStep: isSummed ? 0 : numbering[axis]))
      }
    }
    self.loops = loops.reversed()
    self.repeats = repeats
    self.summed = summed
    self.sums = sums
    resultStrides = numbering.indices.filter { !axes.contains($0) }.map { numbering[$0] }
  }

  /// Whether the results of `shape` lie in memory in the order of their sums.
  func resultIsOrdered(_ shape: Shape) -> Bool {
    let strides = shape.rowMajorStrides
    return shape.sizes.indices.allSatisfy { shape[$0] == 1 || strides[$0] == resultStrides[$0] }
  }
}
