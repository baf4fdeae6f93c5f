import Support
import Tensor
import TestSupport
import Testing

/// Sums of many numbers against float64, whatever the arrangement in memory and the number of threads.
///
/// Tolerances: a sum is made in float64 and rounded once, so it may err by 2⁻²⁴ of itself and by n·2⁻⁵³ of the sum of
/// magnitudes, and the expectation by as much as the latter.
@Suite struct AccuracyTests {
  enum Arrangement: CaseIterable { case rowMajor, channelsLast, reversed, gaps, expanded }

  private struct Case {
    var tensor: Tensor
    var axes: [Int]
    var name: String
  }

  /// Shapes, axes, arrangements and magnitudes by chance.
  private func cases(_ count: Int) throws -> [Case] {
    let random = CounterRandom(seed: 12, stream: "reductions")
    var draw = 0
    func next(_ below: Int) -> Int {
      draw += 1
      return Int(random.uniform(draw) * Float(below))
    }
    return try (0..<count).map { number in
      let rank = next(6)
      var sizes = (0..<rank).map { _ in [0, 1, 1, 2, 3, 3, 5, 7, 16, 17, 33][next(11)] }
      // Some are large enough to be divided among threads.
      if rank > 0, number % 4 == 0 {
        sizes[next(rank)] = 1 + next(70_000)
        while sizes.reduce(1, *) > 200_000 { sizes[sizes.firstIndex { $0 > 1 } ?? 0] /= 2 }
      }
      let shape = Shape(sizes)
      let spread = [1, 1e4, 1e-3][next(3)] as Float
      let plain = try Tensor.normal(
        shape, mean: Float(next(3)) * 10, standardDeviation: spread,
        random: CounterRandom(seed: UInt64(number), stream: "numbers"))
      let arrangement = Arrangement.allCases[number % Arrangement.allCases.count]
      return Case(
        tensor: try arranged(plain, arrangement), axes: (0..<rank).filter { _ in next(2) == 0 },
        name: "\(number): \(shape), \(arrangement)")
    }
  }

  private func arranged(_ x: Tensor, _ arrangement: Arrangement) throws -> Tensor {
    switch arrangement {
    case .rowMajor: return x
    case .channelsLast: return try x.rearrangedChannelsLast()
    case .reversed:
      let order = Array((0..<x.rank).reversed())
      let copy = try Tensor.emptyRowMajor(Shape(order.map { x.shape[$0] }))
      try copy.assign(try x.permuted(order))
      return try copy.permuted(order)
    case .gaps:
      guard let last = x.shape.sizes.last else { return x }
      let wide = try Tensor.zerosRowMajor(Shape(x.shape.sizes.dropLast() + [3 * last]))
      let view = try wide.sliced(-1, 0..<3 * last, step: 3)
      try view.assign(x)
      return view
    case .expanded:
      guard x.rank > 0, x.count > 0 else { return x }
      // One of the axes repeats its first place.
      let axis = x.count % x.rank
      return try x.sliced(axis, 0..<1).expanded(to: x.shape)
    }
  }

  /// By the definition, in float64: n, the sum, the sum of magnitudes, of squares, and of squared deviations.
  private func expected(_ x: Tensor, _ axes: [Int]) throws -> [(
    count: Double, sum: Double, magnitude: Double, squares: Double, deviations: Double
  )] {
    let values = try x.values().map(Double.init)
    let kept = (0..<x.rank).filter { !axes.contains($0) }
    let results = kept.reduce(1) { $0 * x.shape[$1] }
    var lists = [[Double]](repeating: [], count: results)
    for (index, value) in values.enumerated() {
      var (rest, place, factor) = (index, 0, 1)
      for axis in (0..<x.rank).reversed() {
        let position = rest % x.shape[axis]
        rest /= x.shape[axis]
        if kept.contains(axis) {
          place += position * factor
          factor *= x.shape[axis]
        }
      }
      lists[place].append(value)
    }
    return lists.map { list in
      let sum = list.reduce(0, +)
      let mean = sum / Double(list.count)
      return (
        Double(list.count), sum, list.reduce(0) { $0 + abs($1) }, list.reduce(0) { $0 + $1 * $1 },
        list.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      )
    }
  }

  private func check(_ found: [Float], _ expected: [Double], _ slack: [Double], _ name: String) {
    #expect(found.count == expected.count, "\(name)")
    for (index, (value, right)) in zip(found, expected).enumerated() {
      let isClose =
        right.isNaN ? value.isNaN : abs(Double(value) - right) <= abs(right) * 0x1p-24 + slack[index]
      if !isClose { Issue.record("\(name), result \(index): \(value) where \(right) is right") }
    }
  }

  @Test func reductionsAgreeWithFloat64() throws {
    for test in try cases(120) {
      let (x, axes, name) = (test.tensor, test.axes, test.name + " over \(test.axes)")
      let right = try expected(x, axes)
      let slack = right.map { 2 * $0.count * 0x1p-53 * $0.magnitude }
      check(try x.sum(axes).values(), right.map(\.sum), slack, "sum of " + name)
      check(
        try x.mean(axes).values(), right.map { $0.sum / $0.count },
        zip(slack, right).map { $0.0 / max($0.1.count, 1) }, "mean of " + name)
      check(
        try x.norm(axes).values(), right.map { $0.squares.squareRoot() },
        right.map { $0.count * 0x1p-52 * $0.squares.squareRoot() }, "norm of " + name)
      // Deviations inherit the rounding of the mean, squared: far below that of the result.
      for unbiased in [false, true] {
        check(
          try x.variance(axes, unbiased: unbiased).values(),
          right.map { $0.deviations / max(unbiased ? $0.count - 1 : $0.count, 0) },
          right.map { 4 * $0.count * 0x1p-53 * $0.deviations + 0x1p-80 * $0.squares }, "variance of " + name)
      }
    }
  }

  @Test func bitsDoNotDependOnThreads() throws {
    for test in try cases(120) where test.tensor.count > 1 << 15 {
      func run(_ threads: Int) throws -> [Tensor] {
        try withThreads(threads) {
          let (x, axes) = (test.tensor, test.axes)
          return [try x.sum(axes), try x.mean(axes), try x.norm(axes), try x.variance(axes)]
            + (try (0..<x.rank).map { try x.cumulativeSum(axis: $0) })
        }
      }
      let one = try run(1)
      for threads in [2, 3, 7] {
        for (a, b) in zip(one, try run(threads)) { try assertIdentical(a, b, "\(test.name), \(threads)") }
      }
    }
  }

  /// Ten million times float32's 0.1 is 1000000.0149.
  @Test func equalNumbersAreSummedExactly() throws {
    let many = try Tensor.full([10_000_000], 0.1)
    let exact = 10_000_000 * Double(Float(0.1))
    for threads in [1, 2, 3, 7] {
      try withThreads(threads) { () throws in
        #expect(try many.sum().item() == Float(exact))
        #expect(try many.mean().item() == 0.1)
        #expect(try many.variance().item() == 0)
        #expect(try many.norm().item() == Float((exact * Double(Float(0.1))).squareRoot()))
      }
    }
    let last = try many.cumulativeSum(axis: 0).sliced(0, 9_999_999..<10_000_000)
    #expect(try last.item() == Float(exact))
    let images = try Tensor.full([3, 3, 224, 224], 0.1)
    for axes in [[0, 1, 2, 3], [0, 2, 3], [2, 3], [1], [0], [0, 1]] {
      for x in [images, try images.rowMajorCopy()] {
        #expect(try x.mean(axes).values().allSatisfy { $0 == 0.1 })
        #expect(try x.variance(axes).values().allSatisfy { $0 == 0 })
      }
    }
  }

  @Test func hugeAndSmallNumbersCancel() throws {
    let pattern: [Float] = [1e9, 1, -1e9, 1e-3]
    let x = try Tensor([4], pattern).expanded(to: [50_000, 4]).rowMajorCopy()
    let exact = 50_000 * (1 + Double(Float(1e-3)))
    #expect(try x.sum().item() == Float(exact))
    #expect(try x.transposed(0, 1).sum().item() == Float(exact))
    #expect(try x.sum([0]).values() == pattern.map { Float(Double($0) * 50_000) })
    // Squares beyond float32.
    #expect(try Tensor.full([100], 1e30).norm().item() == 1e31)
    #expect(
      try (Tensor.full([1000], 1e6) + Tensor([2], [0, 1]).expanded(to: [500, 2]).reshaped([1000]))
        .variance(unbiased: false).item() == 0.25)
  }

  /// A number that is repeated is not added 2³⁹ times.
  @Test func expandedTensorsAreSummedExactly() throws {
    let x = try Tensor([2], [3, 5]).reshaped([1, 2, 1]).expanded(to: [1 << 19, 2, 1 << 19])
    #expect(try x.sum().item() == 8 * 0x1p38)
    #expect(try x.sum([0, 2]).values() == [3 * 0x1p38, 5 * 0x1p38])
    #expect(try x.mean().item() == 4)
    #expect(try x.variance(unbiased: false).item() == 1)
    #expect(try x.variance([0, 2]).values() == [0, 0])
    #expect(try x.norm([0, 2]).values() == [3 * 0x1p19, 5 * 0x1p19])
    #expect(
      try x.sliced(2, 0..<3).sum([0]).values() == [Float](repeating: 3 * 0x1p19, count: 3)
        + [Float](repeating: 5 * 0x1p19, count: 3))
    let third = try Tensor(0.1).expanded(to: [3, 1 << 30])
    #expect(try third.variance().item() == 0)
    #expect(try third.mean().item() == 0.1)
  }

  @Test func emptyTensorsWithLargeAxes() throws {
    for shape in [[1 << 38, 0], [0, 1 << 38], [0, 1 << 19, 1 << 19]] as [Shape] {
      let x = try Tensor.zerosRowMajor(shape)
      for axis in 0..<x.rank {
        #expect(try x.cumulativeSum(axis: axis).shape == shape)
      }
      #expect(try x.sum().item() == 0)
      #expect(try x.mean().item().isNaN)
      #expect(try x.norm().item() == 0)
      #expect(try x.variance().item().isNaN)
      #expect(try (x + Tensor(1)).shape == shape)
      #expect(try x.less(than: Tensor(0)).shape == shape)
      #expect(try x.clone().relu().shape == shape)
    }
  }

  @Test func runningSumsAreAccurate() throws {
    let x = try Tensor.normal([3, 400, 37], mean: 5, random: CounterRandom(seed: 1, stream: "running"))
    for axis in 0..<3 {
      for y in [x, try arranged(x, .reversed)] {
        let moved = try y.cumulativeSum(axis: axis).transposed(axis, 2)
        let lines = try y.transposed(axis, 2).values()
        let size = y.shape[axis]
        for (index, found) in try moved.values().enumerated() {
          let right = lines[index - index % size...index].reduce(0) { $0 + Double($1) }
          #expect(abs(Double(found) - right) <= 0x1p-24 * abs(right) + 1e-12)
        }
      }
    }
    let tape = GradientTape()
    let watched = tape.watch(try Tensor.full([100_000], 1))
    let gradients = try tape.backward(from: try tape.record { try watched.cumulativeSum(axis: 0).sum() })
    #expect(try gradients[of: watched]?.values().prefix(2) == [100_000, 99_999])
  }
}
