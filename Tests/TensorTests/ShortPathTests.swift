import Tensor
import Testing

/// What nobody listens to, and lies in one stretch, takes shorter ways through the ops: the results are those of the long ones.
@Suite struct ShortPathTests {
  /// Numbers of both signs, zeros, infinities and NaN among them.
  private static func numbers(_ count: Int) -> [Float] {
    (0..<count).map { i in
      switch i % 11 {
      case 3: 0
      case 7: -0.0
      case 9: i % 2 == 0 ? .infinity : .nan
      default: Float(i * 37 % 101 - 50) / 8
      }
    }
  }

  /// The same numbers in one stretch of memory, and so that nothing lies beside its neighbour.
  private static func both(_ sizes: [Int], _ values: [Float]) throws -> (dense: Tensor, spread: Tensor) {
    let dense = try Tensor(Shape(sizes), values)
    let wide = try Tensor.full(Shape(sizes + [2]), 9)
    let spread = try wide.selected(sizes.count, 0)
    try spread.assign(dense)
    return (dense, spread)
  }

  private static func same(_ a: Tensor, _ b: Tensor) throws -> Bool {
    let (x, y) = (try a.values().map(\.bitPattern), try b.values().map(\.bitPattern))
    return a.shape == b.shape && a.dtype == b.dtype && x == y
  }

  @Test(arguments: [[1], [5], [70_001], [3, 4], [2, 3, 4, 5]])
  func comparisonsAgree(_ sizes: [Int]) throws {
    let count = sizes.reduce(1, *)
    let (x, spread) = try Self.both(sizes, Self.numbers(count))
    let (y, other) = try Self.both(sizes, Self.numbers(count).reversed())
    for comparison in Comparison.allCases {
      #expect(try Self.same(x.compared(comparison, y), spread.compared(comparison, other)))
      for number in [Float(0), 0.1, -.infinity, .nan] {
        #expect(
          try Self.same(x.compared(comparison, number), spread.compared(comparison, Tensor(number))))
      }
    }
  }

  @Test(arguments: [[1], [6], [70_001], [3, 5]])
  func wholeNumbersAgree(_ sizes: [Int]) throws {
    let count = sizes.reduce(1, *)
    let values = (0..<count).map { Float($0 % 23 - 11) }
    let (x, spread) = try Self.both(sizes, values)
    let (a, b) = (try x.converted(to: .int32), try spread.converted(to: .int32))
    #expect(try Self.same(a + a, b + b) && Self.same(a * a, b * b) && Self.same(a - b, b - a))
    let mask = try a.compared(.greater, b)
    #expect(try Self.same(mask.combined(.or, mask), mask) && mask.wholeSum() == 0)
    let least = try Tensor(Shape(sizes), whole: [Int](repeating: -2_147_483_648, count: count))
    #expect(throws: TensorError.self) { try least - a.compared(.equal, a).converted(to: .int32) }
  }

  @Test(arguments: [[1], [9], [70_001], [4, 5], [2, 3, 4, 5]])
  func masksPickAndFill(_ sizes: [Int]) throws {
    let count = sizes.reduce(1, *)
    let values = (0..<count).map { Float($0) }
    let (x, spread) = try Self.both(sizes, values)
    let mask = try x.compared(.greater, 2)
    let expected = Array(values.dropFirst(3))
    #expect(try x.elements(where: mask).values() == expected)
    #expect(try spread.elements(where: mask).values() == expected)
    #expect(try x.converted(to: .int32).elements(where: mask).values() == expected)
    for target in [x, spread] {
      try target.fill(-1, where: mask)
      #expect(try target.values() == values.prefix(3) + expected.map { _ in -1 })
    }
    #expect(throws: TensorError.self) { try x.elements(where: x) }
    #expect(throws: TensorError.self) {
      try x.elements(where: Tensor([2, 7], whole: [Int](repeating: 1, count: 14), .boolean))
    }
  }

  @Test(arguments: [[1], [9], [70_001], [4, 5], [2, 3, 4, 5]])
  func choicesAgree(_ sizes: [Int]) throws {
    let count = sizes.reduce(1, *)
    let (x, spread) = try Self.both(sizes, Self.numbers(count))
    let (y, other) = try Self.both(sizes, Self.numbers(count).reversed())
    let mask = try x.compared(.less, y)
    #expect(try Self.same(Tensor.where(mask, x, y), Tensor.where(mask, spread, other)))
    let (a, b) = (try mask.converted(to: .int32), try mask.logicalNot().converted(to: .int32))
    #expect(try Tensor.where(mask, a, b).wholeSum() == count)
    let tape = GradientTape()
    #expect(try Self.same(Tensor.where(mask, x, y), tape.record { try Tensor.where(mask, x, y) }))
  }

  /// Views are the same whether a tape listens or not.
  @Test func viewsAgree() throws {
    let x = try Tensor([2, 3, 4], (0..<24).map { Float($0) })
    let views: [(Tensor) throws -> Tensor] = [
      { try $0.permuted([2, 0, 1]) }, { try $0.sliced(1, 1..<3, step: 2) }, { try $0.selected(2, 3) },
      { try $0.unsqueezed(1) }, { try $0.reshaped([4, -1]) }, { try $0.unsqueezed(0).squeezed(0) },
      { try $0.unsqueezed(3).expanded(to: [2, 3, 4, 5]) }, { try $0.transposed().reshaped([6, 4]) },
    ]
    for view in views {
      let tape = GradientTape()
      let recorded = try tape.record { try view(x) }
      #expect(try Self.same(view(x), recorded))
    }
    for bad: (Tensor) throws -> Tensor in [
      { try $0.permuted([0, 1]) }, { try $0.permuted([0, 1, 1]) }, { try $0.sliced(1, 0..<4) },
      { try $0.selected(2, 4) }, { try $0.squeezed(1) }, { try $0.reshaped([5, 5]) },
      { try $0.unsqueezed(5) },
      { try $0.expanded(to: [2, 3, 5]) }, { try $0.unsqueezed(0).expanded(to: [1 << 39, 2, 3, 4]) },
    ] {
      #expect(throws: TensorError.self) { try bad(x) }
    }
  }
}
