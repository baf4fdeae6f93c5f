import Figures
import Testing

/// What becomes of numbers and looks on the page, read from the display list.
@Suite struct DataTests {
  /// The paths and strokes inside the plot area, in order.
  private func strokes(_ figure: Figure) throws -> [(path: Path, stroke: Stroke)] {
    var inside = false
    var result: [(path: Path, stroke: Stroke)] = []
    for item in try figure.displayList().items {
      switch item {
      case .beginClip: inside = true
      case .endClip: inside = false
      case .stroke(let path, let stroke) where inside: result.append((path, stroke))
      default: break
      }
    }
    return result
  }

  private func points(_ path: Path) -> [Point] {
    path.elements.compactMap {
      switch $0 {
      case .move(let p), .line(let p): p
      default: nil
      }
    }
  }

  private let plain = LineStyle(marker: Marker.none)

  @Test func aSharedLegendGoesOnWithItsCycle() throws {
    var figure = try Figure(rows: 1, columns: 3)
    figure.sharesLegend = true
    for (panel, labels) in [["A", "B"], ["B", "C"], ["D", "A"]].enumerated() {
      for label in labels {
        try figure.panels[panel].line(x: [1, 2], y: [1, 2], label: label, style: plain)
        try figure.panels[panel].band(x: [1, 2], lower: [0, 1], upper: [2, 3])
      }
    }
    let drawn = try strokes(figure).map(\.stroke)
    try #require(drawn.count == 6)
    let byLabel = Dictionary(grouping: zip(["A", "B", "B", "C", "D", "A"], drawn), by: \.0).mapValues {
      $0.map(\.1)
    }
    for strokes in byLabel.values { #expect(Set(strokes).count == 1) }
    #expect(Set(drawn).count == 4 && Set(drawn.map(\.color)).count == 4)
    figure.sharesLegend = false
    #expect(Set(try strokes(figure).map(\.stroke)).count == 2)
  }

  @Test func aSeriesWithItsOwnColorTakesNoDash() throws {
    var figure = Figure()
    try figure.line(x: [1, 2], y: [1, 2], style: plain)
    try figure.line(x: [1, 2], y: [2, 3], style: LineStyle(color: .black, marker: Marker.none))
    try figure.line(x: [1, 2], y: [3, 4], style: plain)
    let drawn = try strokes(figure).map(\.stroke)
    #expect(drawn.map { $0.dash.isEmpty } == [true, true, false])
    #expect(drawn[1].color == .black && drawn[2].color == .orange)
  }

  @Test func whatALogarithmicAxisLacksIsAGap() throws {
    var figure = Figure()
    figure.axes.y.scale = .log
    figure.axes.grid = .none
    try figure.line(x: [1, 2, 3, 4, 5, 6], y: [10, -1, 0, 5, 3, .infinity], style: plain)
    let drawn = try strokes(figure)
    let area = try figure.plotAreas()[0]
    let all = drawn.flatMap { points($0.path) }
    // The line from the fourth to the fifth; the lone first point has a marker.
    #expect(all.count == 2 && all.allSatisfy { area.contains($0) })
    let markers = try figure.displayList().items.count { if case .fill = $0 { true } else { false } }
    #expect(markers == 1)
    #expect(try figure.displayList().remarks.count == 2)
  }

  private static let tiny: [Double] = [9, 18, 27].map { (count: Double) in count * .leastNonzeroMagnitude }
  private static let heights: [[Double]] = [
    [1e300, 2e300, 3e300], [1e-300, 2e-300, 3e-300], [1e308, 1.2e308, 1.79e308], [-1.7e308, 0, 1.7e308],
    tiny, [1e17, 1e17, 1e17], [0, 0, 0], [1, 2, 3],
  ]

  @Test(arguments: heights)
  func everyFiniteNumberHasItsPlace(_ y: [Double]) throws {
    for scale in Scale.allCases where scale == .linear || y.allSatisfy({ $0 > 0 }) {
      var figure = Figure()
      figure.axes.y.scale = scale
      figure.axes.grid = .none
      try figure.line(x: [1, 2, 3], y: y, style: plain)
      let area = try figure.plotAreas()[0]
      let all = try strokes(figure).flatMap { points($0.path) }
      #expect(all.count == 3 && all.allSatisfy { area.inset(by: -0.01).contains($0) }, "\(all) in \(area)")
      if y[0] < y[1] { #expect(all[0].y - all[2].y > area.height * 0.85) }
      #expect(try figure.displayList().remarks.isEmpty)
    }
  }

  @Test func emptyAndLoneSeriesAreDrawn() throws {
    var figure = Figure()
    try figure.line(x: [], y: [], label: "empty")
    try figure.scatter(x: [3], y: [.nan], label: "none")
    #expect(try figure.displayList().items.count > 10)
    try figure.line(x: [5], y: [7], label: "one")
    #expect(try figure.legendBoxes()[0] != nil)
  }

  @Test func errorBarsReachAsFarAsTold() throws {
    var figure = Figure()
    figure.axes.grid = .none
    (figure.axes.y.lower, figure.axes.y.upper) = (0, 10)
    try figure.axes.scatter(
      x: [1, 2, 3], y: [5, 5, 5],
      errors: Errors(x: Spread([0, 0.5, .nan]), y: Spread(lower: [1, 2, .nan], upper: [3, 4, 1])))
    let area = try figure.plotAreas()[0]
    // A pole and two caps for each of three bars: nothing for a distance of 0 or none.
    let drawn = try strokes(figure).map { points($0.path) }
    #expect(drawn.count == 9)
    let poles = drawn.filter { $0[0].x == $0[1].x && abs($0[0].y - $0[1].y) > 10 }
    let reach = poles.map { abs($0[0].y - $0[1].y) / area.height * 10 }
    #expect(reach.count == 2 && abs(reach[0] - 4) < 1e-9 && abs(reach[1] - 6) < 1e-9)
    figure.axes.y.lower = nil
    figure.axes.y.upper = nil
    let whole = try strokes(figure).flatMap { points($0.path) }
    let room = try figure.plotAreas()[0]
    #expect(whole.allSatisfy { room.inset(by: -0.01).contains($0) })
  }

  @Test func aNoteOutsideTheAxesIsTold() throws {
    var figure = Figure()
    figure.axes.x.upper = 2
    try figure.line(x: [1, 2, 3], y: [1, 2, 3])
    figure.annotate("seen", x: 1.5, y: 1.5)
    figure.annotate("hidden", x: 3, y: 3)
    let list = try figure.displayList()
    let texts = list.items.compactMap { if case .text(let run) = $0 { run.text } else { nil } }
    #expect(texts.contains("seen") && !texts.contains("hidden"))
    #expect(list.remarks == ["the note \"hidden\" stands outside the axes and is not shown"])
  }
}
