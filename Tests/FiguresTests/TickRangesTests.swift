import Figures
import Foundation
import Testing

/// Marks of ranges that no table lists: the ends come from a formula with a fixed start.
@Suite struct TickRangesTests {
  /// A generator whose numbers are the same everywhere (splitmix64).
  struct Source: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private func check(_ ticks: Ticks, _ lower: Double, _ upper: Double, limit: Int) {
    #expect(ticks.values.count <= max(limit, 2) && ticks.values.count == ticks.labels.count)
    #expect(Set(ticks.labels).count == ticks.labels.count, "\(lower)…\(upper): \(ticks.labels)")
    #expect(zip(ticks.values, ticks.values.dropFirst()).allSatisfy { $0 < $1 }, "\(lower)…\(upper)")
    let slack = (upper / 2 - lower / 2) * 1e-6
    #expect(
      ticks.values.allSatisfy { $0.isFinite && $0 >= lower - slack && $0 <= upper + slack },
      "\(lower)…\(upper): \(ticks.values)")
    #expect(ticks.minor.count <= 400)
  }

  @Test func randomRangesOfEverySize() {
    var source = Source(state: 1)
    for _ in 0..<20_000 {
      let exponent = Double.random(in: -323...308, using: &source)
      let a = Double.random(in: -9.9...9.9, using: &source) * pow(10, exponent / 2) * pow(10, exponent / 2)
      let width = abs(a) * pow(10, Double.random(in: -17...3, using: &source))
      let b = Bool.random(using: &source) ? a + width : a.nextUp
      guard a < b, a.isFinite, b.isFinite else { continue }
      let limit = Int.random(in: 2...20, using: &source)
      let ticks = Ticks.linear(a, b, limit: limit)
      check(ticks, a, b, limit: limit)
      #expect(!ticks.values.isEmpty, "\(a)…\(b)")
      check(Ticks.linear(a, b, limit: limit, integers: true), a, b, limit: limit)
      if a > 0 { check(Ticks.logarithmic(a, b, limit: limit), a, b, limit: limit) }
    }
  }

  @Test func randomBitPatternsEnd() {
    var source = Source(state: 2)
    for _ in 0..<20_000 {
      let values = [Double(bitPattern: source.next()), Double(bitPattern: source.next())]
      let (a, b) = (min(values[0], values[1]), max(values[0], values[1]))
      let limit = Int.random(in: 1...9, using: &source)
      let ticks = Ticks.linear(a, b, limit: limit, exponent: Bool.random(using: &source) ? nil : 3)
      #expect(ticks.values.count <= max(limit, 2))
      #expect(Ticks.logarithmic(a, b, limit: limit).values.count <= max(limit, 2))
    }
  }

  private static let close: [(Double, Double)] = [
    (0.3, 0.30000000000000004), (0.3, 0.3.nextUp), (1e17, 100000000000000016), (1e300, 1e300.nextUp),
    (1.7e18, 1700000000000001024), (.leastNonzeroMagnitude, 2 * .leastNonzeroMagnitude), (-1.7e308, 1.7e308),
    (-0.0, .leastNonzeroMagnitude),
    (1e15, 1000000000000001),
  ]

  @Test(arguments: close)
  func closeAndExtremeEndsAreToldApart(_ lower: Double, _ upper: Double) {
    for limit in [2, 5, 9] {
      let ticks = Ticks.linear(lower, upper, limit: limit)
      check(ticks, lower, upper, limit: limit)
      #expect(!ticks.values.isEmpty)
    }
  }

  @Test func theEndsOfTheRangeHaveTheirPowerOfTen() {
    let large = Ticks.linear(1e308, 1.7e308, limit: 9)
    #expect(large.labels == ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
    #expect(large.exponent == 308)
    let small = Ticks.linear(1e-300, 3e-300, limit: 5)
    #expect(small.labels == ["1.0", "1.5", "2.0", "2.5", "3.0"] && small.exponent == -300)
    #expect(Ticks.linear(0.3, 0.1 + 0.2, limit: 9).labels == ["0.3", "0.30000000000000004"])
  }
}
