import Foundation
import Tensor
import TestSupport
import Testing

/// The functions of ``BinaryFunctions/table``, with and without broadcasting.
@Suite struct BinaryTests {
  /// In double precision.
  private static func exact(_ name: String) -> ((Double, Double) -> Double)? {
    let functions: [String: (Double, Double) -> Double] = [
      "add": { $0 + $1 }, "subtract": { $0 - $1 }, "multiply": { $0 * $1 }, "divide": { $0 / $1 },
      "power": { pow($0, $1) }, "maximum": { max($0, $1) }, "minimum": { min($0, $1) },
      "atan2": { atan2($0, $1) }, "floor_divide": { ($0 / $1).rounded(.down) },
      "modulo": { $0 - ($0 / $1).rounded(.down) * $1 },
    ]
    return functions[name]
  }

  /// Positive numbers, which all functions take; no two of `x` and `y` are equal, or so close that a
  /// difference of arguments changes which is the larger.
  private static func inputs(_ first: Shape, _ second: Shape) throws -> (x: Tensor, y: Tensor) {
    (
      try Tensor(first, (0..<first.count).map { 0.5 + Float($0 * 7 % 12) / 8 }),
      try Tensor(second, (0..<second.count).map { 0.5625 + Float($0 * 5 % 11) / 8 })
    )
  }

  private static let shapes: [(Shape, Shape)] = [
    ([2, 3, 2, 2], [2, 3, 2, 2]), ([2, 3, 2, 2], [2, 3, 1, 1]), ([4, 1], [3, 4, 2]), ([], [5]),
  ]

  @Test func valuesAgreeWithDoublePrecision() throws {
    for function in BinaryFunctions.table {
      guard let exact = Self.exact(function.name) else {
        throw CheckFailure("\(function.name) has no row in exact")
      }
      for (first, second) in Self.shapes {
        let (x, y) = try Self.inputs(first, second)
        let result = try function(x, y)
        let (a, b) = (
          try x.expanded(to: result.shape).values(), try y.expanded(to: result.shape).values()
        )
        let expected = zip(a, b).map { Float(exact(Double($0), Double($1))) }
        try assertClose(
          result, expected, relative: 4e-7, absolute: 1e-7, "\(function.name) of \(first), \(second)")
      }
    }
  }

  @Test func gradientsAgreeWithDifferences() throws {
    for function in BinaryFunctions.table {
      for (first, second) in Self.shapes {
        var (x, y) = try Self.inputs(first, second)
        // A quotient is nowhere a whole number, where these jump.
        if ["floor_divide", "modulo"].contains(function.name) { x = try x + 0.03 }
        try checkGradient(
          of: { try function($0[0], $0[1]) }, at: [x, y], "\(function.name) of \(first), \(second)")
      }
    }
  }

  @Test func namesAndSignsAreUnique() {
    let names = BinaryFunctions.table.map(\.name)
    let signs = BinaryFunctions.table.compactMap(\.sign)
    #expect(Set(names).count == names.count && Set(signs).count == signs.count)
  }

  /// Comparisons give truth values, through which nothing flows back.
  @Test func comparisonsHaveNoGradient() throws {
    let (x, y) = (try Tensor([3], [1, 2, .nan]), try Tensor([3], [2, 2, 2]))
    #expect(try x.less(than: y).values() == [1, 0, 0])
    #expect(try x.greaterOrEqual(to: y).values() == [0, 1, 0])
    #expect(try x.notEqual(to: y).values() == [1, 0, 1])
    let tape = GradientTape()
    let watched = tape.watch(x)
    let loss = try tape.record { try (watched * watched.less(than: y)).sum() }
    let gradients = try tape.backward(from: loss)
    #expect(try gradients[of: watched]?.values() == [1, 0, 0])
  }
}
