import Figures
import Foundation
import Testing

@Suite struct TicksTests {
  struct Row: Sendable, CustomStringConvertible {
    var lower, upper: Double
    var limit = 9
    var integers = false
    var labels: [String]
    var exponent: Int?
    var description: String { "\(lower)…\(upper)" }
  }

  @Test(arguments: [
    Row(lower: 62, upper: 78, labels: ["62", "64", "66", "68", "70", "72", "74", "76", "78"]),
    Row(lower: 0, upper: 1, labels: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    Row(lower: 0.3, upper: 2.3, labels: ["0.50", "0.75", "1.00", "1.25", "1.50", "1.75", "2.00", "2.25"]),
    Row(lower: -1, upper: 1, limit: 5, labels: ["−1.0", "−0.5", "0.0", "0.5", "1.0"]),
    Row(
      lower: 0.5e8, upper: 4.5e8, labels: ["0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0", "4.5"],
      exponent: 8),
    Row(lower: 1, upper: 5, integers: true, labels: ["1", "2", "3", "4", "5"]),
    Row(lower: 0.9, upper: 2.1, integers: true, labels: ["1", "2"]),
    Row(lower: 1, upper: 30, integers: true, labels: ["5", "10", "15", "20", "25", "30"]),
    Row(lower: 0, upper: 3e-6, limit: 4, labels: ["0", "1", "2", "3"], exponent: -6),
    Row(
      lower: 1e9, upper: 1e9 + 4, limit: 3, labels: ["1.000000000", "1.000000002", "1.000000004"], exponent: 9
    ),
    Row(lower: 0.2, upper: 0.4, integers: true, labels: []),
  ])
  func linearMarksAreRound(_ row: Row) {
    let ticks = Ticks.linear(row.lower, row.upper, limit: row.limit, integers: row.integers)
    #expect(ticks.labels == row.labels)
    #expect(ticks.exponent == row.exponent)
    #expect(
      ticks.values.allSatisfy { $0 >= row.lower - 1e-9 * abs(row.lower) && $0 <= row.upper * (1 + 1e-9) })
  }

  @Test func atMostTheLimitForEveryRange() {
    for power in stride(from: -280.0, through: 290, by: 13.7) {
      for width in [1.0, 1.7, 3.3, 6.1, 9.9] {
        for offset in [-3.2, 0, 0.4, 77] {
          let unit = Double.tenTo(power)
          let (low, high) = (offset * unit, (offset + width) * unit)
          for limit in [2, 5, 9] {
            let ticks = Ticks.linear(low, high, limit: limit)
            #expect(ticks.values.count <= limit && ticks.values.count == ticks.labels.count)
            // No finer step of 1, 2, 2.5, 5 fits, so at least a third of the places is used.
            #expect(ticks.values.count * 3 >= limit, "\(low)…\(high), \(limit)")
          }
        }
      }
    }
  }

  @Test func tenthsAreExact() {
    #expect(Ticks.linear(0, 1, limit: 11).values == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
  }

  @Test func logarithmicMarksAreDecadesOrBetweenThem() {
    let ticks = Ticks.logarithmic(0.9, 1.2e4, limit: 9)
    #expect(ticks.values == [1, 10, 100, 1000, 10000])
    #expect(ticks.labels == ["10^{0}", "10^{1}", "10^{2}", "10^{3}", "10^{4}"])
    #expect(ticks.minor.contains(20) && !ticks.minor.contains(0.8))
    #expect(Ticks.logarithmic(30, 800, limit: 6).labels == ["50", "100", "200", "500"])
    #expect(Ticks.logarithmic(1e-200, 1e200, limit: 9).values.count <= 9)
  }

  @Test func senselessRangesGiveNoMarks() {
    #expect(Ticks.linear(1, 1, limit: 9).values.isEmpty)
    #expect(Ticks.linear(.nan, 1, limit: 9).values.isEmpty)
    #expect(Ticks.linear(0, .infinity, limit: 9).values.isEmpty)
    #expect(Ticks.logarithmic(0, 1, limit: 9).values.isEmpty)
  }
}

extension Double {
  fileprivate static func tenTo(_ power: Double) -> Double { pow(10, power) }
}
