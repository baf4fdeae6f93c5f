import Figures
import Support
import Synchronization
import Testing

/// Loops over much data look at the stop flag. The deadline's clock is a count of how often it was asked.
@Suite struct InterruptionTests {
  /// Runs `body`, which must look at its deadline more than `count` times.
  private func ends(after count: Int, _ body: () throws -> Void) {
    let counter = Counter()
    let deadline = Deadline(of: "the test", seconds: 0) { counter.next() > count ? 1 : 0 }
    #expect(throws: Interrupted.self) { try Cancellation.withDeadline(deadline, body) }
  }

  private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
  }

  @Test func pointsWithMarkers() throws {
    var figure = Figure()
    let x = (0..<200_000).map { Double($0 % 1009) }
    try figure.scatter(x: x, y: x.map { $0 * 3 }, label: "many")
    ends(after: 40) { _ = try figure.displayList() }
    ends(after: 20) { _ = try figure.csv() }
    var lines = Figure()
    try lines.line(x: x, y: x, style: LineStyle(marker: Marker.none))
    ends(after: 3) { _ = try lines.displayList() }
  }

  @Test func heatMapsAreInterrupted() throws {
    var figure = Figure(size: .inches(20, 20))
    try figure.heatMap(
      (0..<150).map { row in (0..<150).map { Double($0 * row) / 150 } }, options: HeatMapOptions(digits: 0))
    ends(after: 20) { _ = try figure.displayList() }
    ends(after: 5) { _ = try figure.csv() }
  }

  @Test func paintingIsInterrupted() throws {
    var figure = Figure()
    for i in 0..<40 { try figure.line(x: [0, 1], y: [0, Double(i)]) }
    let list = try figure.displayList()
    ends(after: 100) { _ = try list.png() }
  }

  /// A single line of many points is interrupted too, where it is made and where it is painted.
  @Test func oneLongLineIsInterrupted() throws {
    let x = (0..<100_000).map { Double($0 * 7919 % 10_007) }
    let y = (0..<100_000).map { Double($0 * 104_729 % 9_973) }
    for (dash, steps) in [(Dash.solid, false), (Dash.dashed, false), (Dash.solid, true)] {
      var figure = Figure()
      let style = LineStyle(dash: dash, marker: Marker.none)
      if steps {
        try figure.axes.step(x: x, y: y, style: style)
      } else {
        try figure.line(x: x, y: y, style: style)
      }
      let list = try figure.displayList()
      ends(after: 5) { _ = try figure.displayList() }
      ends(after: 60) { _ = try list.png(dpi: 72) }
    }
    var band = DisplayList(size: Size(width: 50, height: 50))
    band.fill(Path(zip(x, y).map { Point($0 / 200, $1 / 200) }, closed: true), .black)
    ends(after: 30) { _ = try band.png(dpi: 72) }
  }

  @Test func numbersWithoutRoomAreLeftOutAndTold() throws {
    var figure = Figure()
    try figure.heatMap([Double](repeating: 1, count: 250_000), rows: 500, columns: 500, digits: 1)
    let list = try figure.displayList()
    #expect(list.remarks.contains { $0.contains("500×500 cells has no room for its numbers") })
    #expect(list.items.count < 1000)
  }
}

extension Figure {
  fileprivate mutating func heatMap(_ values: [Double], rows: Int, columns: Int, digits: Int) throws {
    try axes.heatMap(values, rows: rows, columns: columns, options: HeatMapOptions(digits: digits))
  }
}
