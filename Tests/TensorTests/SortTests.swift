import Support
import Tensor
import Testing

/// The order of elements against the order that comparisons say, for short lines and for those that are sorted by digits.
@Suite struct SortTests {
  /// Numbers with repeats, both zeros, infinities and NaN.
  private static func numbers(_ count: Int) -> [Float] {
    var state: UInt64 = 7
    let special: [Float] = [
      .nan, -.nan, 0, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
    ]
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let draw = Int(state >> 40)
      return draw % 5 == 0 ? special[draw / 5 % special.count] : Float(draw % 997 - 498) / 8
    }
  }

  /// The places in order: NaN is larger than all numbers, and equal elements keep their order.
  private static func order<E: Comparable>(_ values: [E], descending: Bool) -> [Int] {
    values.indices.sorted { i, j in
      let (a, b) = descending ? (values[j], values[i]) : (values[i], values[j])
      if a < b || (b != b && a == a) { return true }
      if b < a || (a != a && b == b) { return false }
      return i < j
    }
  }

  @Test(arguments: [1, 2, 100, 2047, 2048, 5000, 70_000], [false, true])
  func floatsAreInOrder(_ count: Int, _ descending: Bool) throws {
    let values = Self.numbers(count)
    let places = try Tensor([count], values).argSort(descending: descending).wholeNumbers()
    #expect(places == Self.order(values, descending: descending))
  }

  @Test(arguments: [9, 4000], [false, true])
  func wholeNumbersAreInOrder(_ count: Int, _ descending: Bool) throws {
    let values = Self.numbers(count).enumerated().map { i, x in
      x.isFinite && abs(x) < 100 ? Int(x) : i % 2 == 0 ? Int(Int32.max) : Int(Int32.min)
    }
    let tensor = try Tensor([count], whole: values)
    #expect(
      try tensor.argSort(descending: descending).wholeNumbers() == Self.order(values, descending: descending))
    let bytes = values.map { $0 & 0xFF }
    let small = try Tensor([count], whole: bytes, .uint8)
    #expect(
      try small.argSort(descending: descending).wholeNumbers() == Self.order(bytes, descending: descending))
  }

  /// Lines along any axis, more of them than are sorted at a time.
  @Test(arguments: [0, 1, 2]) func everyLineIsInOrder(_ axis: Int) throws {
    let sizes = [3, 2500, 2]
    let tensor = try Tensor(Shape(sizes), Self.numbers(15_000))
    let sorted = try tensor.argSort(axis: axis)
    for line in 0..<15_000 / sizes[axis] {
      let others = [0, 1, 2].filter { $0 != axis }
      let at = [line / sizes[others[1]], line % sizes[others[1]]]
      func values(_ tensor: Tensor) throws -> [Float] {
        let first = try tensor.selected(others[0], at[0])
        return try first.selected(others[1] - 1, at[1]).converted(to: .float32).rowMajor().values()
      }
      #expect(try values(sorted).map { Int($0) } == Self.order(try values(tensor), descending: false))
    }
  }

  /// The largest and the smallest, NaN first in both.
  @Test(arguments: [20, 100], [false, true]) func theBestAreThoseOfTheOrder(_ count: Int, _ largest: Bool)
    throws
  {
    let values = Self.numbers(3000)
    let places = try Tensor([3000], values).topK(count, largest: largest).indices.wholeNumbers()
    func key(_ place: Int) -> Float {
      let value = values[place]
      return value.isNaN ? -.infinity : largest ? -value : value
    }
    let expected = values.indices.sorted { i, j in
      if values[i].isNaN != values[j].isNaN { return values[i].isNaN }
      return key(i) == key(j) ? i < j : key(i) < key(j)
    }
    #expect(places == Array(expected.prefix(count)))
    let whole = try Tensor([100], whole: (0..<100).map { $0 % 3 == 0 ? Int(Int32.max) : $0 })
    let first = try whole.topK(40, largest: false).indices.wholeNumbers()
    #expect(Array(first.prefix(3)) == [1, 2, 4])
  }

  /// A stop is seen within a line.
  @Test func aLongSortIsStopped() throws {
    let tensor = try Tensor([3_000_000], Self.numbers(3_000_000))
    let request = StopRequest()
    request.make()
    #expect(throws: Interrupted.self) { try Cancellation.withStop(by: request) { try tensor.argSort() } }
    #expect(try tensor.argSort().count == 3_000_000)
  }
}
