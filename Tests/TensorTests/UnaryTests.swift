import Foundation
import Tensor
import TestSupport
import Testing

@Suite struct UnaryTests {
  typealias Case = (name: String, op: (Tensor) throws -> Tensor, exact: (Double) -> Double)

  /// The numbers that a function is tested on.
  private enum Domain { case all, positive, unit }

  /// A function of ``ElementFunctions/table`` in double precision.
  private struct Exact {
    let name: String
    let domain: Domain
    let value: (Double) -> Double

    init(_ name: String, on domain: Domain = .all, _ value: @escaping (Double) -> Double) {
      self.name = name
      self.domain = domain
      self.value = value
    }
  }

  private static func relu6(_ x: Double) -> Double { min(max(x, 0), 6) }

  /// The functions of ``ElementFunctions/table``, one row each.
  private static var exact: [Exact] {
    [
      Exact("relu") { max($0, 0) },
      Exact("relu6") { relu6($0) },
      Exact("sigmoid") { 1 / (1 + exp(-$0)) },
      Exact("hard_sigmoid") { relu6($0 + 3) / 6 },
      Exact("silu") { $0 / (1 + exp(-$0)) },
      Exact("hard_swish") { $0 * relu6($0 + 3) / 6 },
      Exact("tanh") { tanh($0) },
      Exact("exp") { exp($0) },
      Exact("log", on: .positive) { log($0) },
      Exact("sqrt", on: .positive) { $0.squareRoot() },
      Exact("rsqrt", on: .positive) { 1 / $0.squareRoot() },
      Exact("square") { $0 * $0 },
      Exact("reciprocal", on: .positive) { 1 / $0 },
      Exact("abs") { abs($0) },
      Exact("floor") { $0.rounded(.down) },
      Exact("ceil") { $0.rounded(.up) },
      Exact("round") { $0.rounded(.toNearestOrEven) },
      Exact("trunc") { $0.rounded(.towardZero) },
      Exact("sign") { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
      Exact("sin") { sin($0) }, Exact("cos") { cos($0) }, Exact("tan", on: .unit) { tan($0) },
      Exact("asin", on: .unit) { asin($0) }, Exact("acos", on: .unit) { acos($0) },
      Exact("atan") { atan($0) }, Exact("sinh", on: .unit) { sinh($0) },
      Exact("cosh", on: .unit) { cosh($0) },
      Exact("erf") { erf($0) }, Exact("log1p", on: .positive) { log1p($0) },
      Exact("expm1", on: .unit) { expm1($0) },
      Exact("log2", on: .positive) { log2($0) }, Exact("log10", on: .positive) { log10($0) },
    ]
  }

  private static func listed(_ domain: Domain) throws -> [Case] {
    let rows = exact
    return try ElementFunctions.table.compactMap { function -> Case? in
      guard let row = rows.first(where: { $0.name == function.name }) else {
        throw CheckFailure("\(function.name) has no row in exact")
      }
      guard row.domain == domain else { return nil }
      let found: Case = (function.name, { try function($0) }, row.value)
      return found
    }
  }

  private static func cases() throws -> [Case] {
    let numbered: [Case] = [
      ("negate", { try -$0 }, { -$0 }),
      ("clamp", { try $0.clamped(-1.5, 2.5) }, { min(max($0, -1.5), 2.5) }),
      ("clampBelow", { try $0.clamped(0.25) }, { max($0, 0.25) }),
      ("scale", { try $0.scaled(by: -2.5, adding: 0.75) }, { -2.5 * $0 + 0.75 }),
      ("divide", { try $0.divided(by: 3) }, { $0 / 3 }),
      ("cube", { try $0.power(3) }, { $0 * $0 * $0 }),
    ]
    return try listed(.all) + numbered
  }

  private static func positiveCases() throws -> [Case] {
    let power: Case = ("power", { try $0.power(-1.5) }, { pow($0, -1.5) })
    return try listed(.positive) + [power]
  }

  /// Numbers in ±0.9, which angles have sines and cosines for.
  private static func unitCases() throws -> [Case] { try listed(.unit) }

  @Test func namesAreUnique() {
    let names = ElementFunctions.table.map(\.name)
    #expect(Set(names).count == names.count)
    // A row of a function that is no more would stay unseen.
    #expect(Set(names) == Set(Self.exact.map { $0.name }))
  }

  /// Numbers in ±8 on row-major, channels-last, transposed and expanded inputs.
  @Test func valuesAgreeWithDoublePrecision() throws {
    let base = try Tensor.formula("unary", [2, 5, 3, 7]).scaled(by: 8)
    let inputs = [
      base, try base.rearrangedChannelsLast(), try base.permuted([3, 1, 0, 2]),
      try base.sliced(3, 1..<6, step: 2),
      try base.sliced(0, 0..<1).expanded(to: [4, 5, 3, 7]),
    ]
    for x in inputs {
      for (name, op, exact) in try Self.cases() {
        try assertClose(
          try op(x), try x.values().map { Float(exact(Double($0))) }, relative: 4e-7, absolute: 1e-7, name)
      }
      let unit = try x.scaled(by: 0.9 / 8)
      for (name, op, exact) in try Self.unitCases() {
        try assertClose(
          try op(unit), try unit.values().map { Float(exact(Double($0))) }, relative: 4e-7, absolute: 1e-7,
          name)
      }
      let positive = try x.abs().scaled(by: 1, adding: 0.01)
      for (name, op, exact) in try Self.positiveCases() {
        try assertClose(
          try op(positive), try positive.values().map { Float(exact(Double($0))) }, relative: 4e-7,
          absolute: 1e-7, name)
      }
    }
  }

  @Test func gradientsAgreeWithDifferences() throws {
    // Away from the kinks at 0, ±3, 6 and the clamping limits, and from where roundings jump.
    let x = try Tensor(
      [2, 3, 1, 3],
      [-4.3, -2.6, -1.9, -1.2, -0.7, -0.2, 0.15, 0.4, 0.9, 1.3, 1.8, 2.2, 2.9, 3.4, 4.1, 5.2, 5.8, 6.6])
    for (name, op, _) in try Self.cases() {
      try checkGradient(of: { try op($0[0]) }, at: [x], tolerance: 1e-3, name)
      try checkGradient(of: { try op($0[0].permuted([1, 3, 0, 2])) }, at: [x], tolerance: 1e-3, name)
    }
    for (name, op, _) in try Self.unitCases() {
      try checkGradient(of: { try op($0[0]) }, at: [try x.scaled(by: 0.1)], tolerance: 1e-3, name)
    }
    let positive = try x.abs().scaled(by: 1, adding: 0.3)
    for (name, op, _) in try Self.positiveCases() {
      try checkGradient(of: { try op($0[0]) }, at: [positive], tolerance: 1e-3, name)
    }
  }

  @Test func roundingPicksWholeNumbers() throws {
    let x = try Tensor([6], [-2.5, -0.5, 0.5, 1.5, 2.5, 2.75])
    #expect(try x.rounded(.down).values() == [-3, -1, 0, 1, 2, 2])
    #expect(try x.rounded(.up).values() == [-2, 0, 1, 2, 3, 3])
    #expect(try x.rounded(.toNearestOrEven).values() == [-2, 0, 0, 2, 2, 3])
    let tape = GradientTape()
    let watched = tape.watch(x)
    let gradients = try tape.backward(from: try tape.record { try watched.rounded(.down).sum() })
    #expect(try gradients[of: watched]?.values() == [0, 0, 0, 0, 0, 0])
  }

  /// The gradients that frameworks agree on where the function has a kink.
  @Test func gradientsAtKinks() throws {
    func gradient(_ x: Float, _ op: (Tensor) throws -> Tensor) throws -> Float {
      let tape = GradientTape()
      let watched = tape.watch(try Tensor(x))
      let gradients = try tape.backward(from: try tape.record { try op(watched) })
      return try #require(gradients[of: watched]).item()
    }
    #expect(try gradient(0) { try $0.relu() } == 0)
    #expect(try gradient(0) { try $0.abs() } == 0)
    #expect(try gradient(6) { try $0.relu6() } == 0)
    #expect(try gradient(2) { try $0.clamped(-2, 2) } == 1)
    #expect(try gradient(-3) { try $0.hardSwish() } == 0)
    #expect(try gradient(0) { try $0.power(0) } == 0)
  }

  /// Units in the last place between the vectorised functions and double precision, over their whole range.
  @Test func exponentialsAreWithinTwoUnits() throws {
    func worst(_ from: Float, _ to: Float, _ op: (Tensor) throws -> Tensor, _ exact: (Double) -> Double)
      throws -> Double
    {
      let count = 200_001
      let x = try Tensor([count], (0..<count).map { from + (to - from) * Float($0) / Float(count - 1) })
      let (inputs, outputs) = (try x.values(), try op(x).values())
      return zip(inputs, outputs).reduce(0) { worst, pair in
        let expected = exact(Double(pair.0))
        return max(worst, abs(Double(pair.1) - expected) / Double(Float(expected).ulp))
      }
    }
    let errors = [
      ("exp", try worst(-104, 88.7, { try $0.exp() }, { exp($0) })),
      ("sigmoid", try worst(-87, 30, { try $0.sigmoid() }, { 1 / (1 + exp(-$0)) })),
      ("tanh", try worst(-10, 10, { try $0.tanh() }, { tanh($0) })),
      ("silu", try worst(-80, 20, { try $0.silu() }, { $0 / (1 + exp(-$0)) })),
    ]
    for (name, error) in errors {
      #expect(error <= (name == "exp" ? 2 : 3), "\(name)")
    }
  }

  @Test func extremesAndNaN() throws {
    let inf = Float.infinity
    let x = try Tensor([6], [-inf, -200, -0.0, 200, inf, .nan])
    try assertClose(try x.exp(), [0, 0, 1, inf, inf, .nan], relative: 0, absolute: 0)
    try assertClose(try x.sigmoid(), [0, 0, 0.5, 1, 1, .nan], relative: 0, absolute: 0)
    try assertClose(try x.tanh(), [-1, -1, 0, 1, 1, .nan], relative: 0, absolute: 0)
    try assertClose(try x.relu(), [0, 0, 0, 200, inf, .nan], relative: 0, absolute: 0)
    try assertClose(try x.relu6(), [0, 0, 0, 6, 6, .nan], relative: 0, absolute: 0)
    try assertClose(try x.clamped(-1, 1), [-1, -1, 0, 1, 1, .nan], relative: 0, absolute: 0)
    #expect(throws: TensorError.self) { try x.clamped(1, -1) }
  }

  @Test func theTapeKeepsOutputsRatherThanInputs() throws {
    let x = try Tensor.formula("kept", [1 << 16])
    let tape = GradientTape()
    let watched = tape.watch(x)
    var y: Tensor?
    let bytes = try bytesLeft { y = try tape.record { try watched.relu().sigmoid().scaled(by: 2) } }
    // relu's and sigmoid's outputs are kept and the result is held here; scaling keeps nothing.
    #expect(bytes == 3 * 4 << 16)
    #expect(y?.count == 1 << 16)
  }
}
