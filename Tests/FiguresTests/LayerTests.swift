import Figures
import Foundation
import Testing

/// In which order layers lie, and what panels and bars have in common.
@Suite struct LayerTests {
  private let scale = 300.0 / 72
  private let red = Color(0xFF0000)

  @Test func whatIsAddedLaterLiesOnTop() throws {
    var figure = Figure()
    (figure.axes.x.lower, figure.axes.x.upper) = (0, 1)
    (figure.axes.y.lower, figure.axes.y.upper) = (0, 1)
    let places = 0..<5000
    try figure.scatter(
      x: places.map { Double($0 % 100) / 99 }, y: places.map { Double($0 / 100) / 49 },
      style: LineStyle(color: Color(0x0000FF), markerSize: 6))
    try figure.line(x: [0, 1], y: [0.25, 0.25], style: LineStyle(color: red, width: 2, marker: Marker.none))
    try figure.hline(0.5, style: LineStyle(color: Color(0x00FF00), width: 2, dash: .solid))
    try figure.scatter(
      x: [0.75], y: [0.25], style: LineStyle(color: Color(0x0000FF), marker: .square, markerSize: 10))
    let area = try figure.plotAreas()[0]
    let picture = try Picture(figure.png())
    func color(_ x: Double, _ y: Double) -> Int32 {
      picture.color(
        Int((area.x + area.width * x) * scale), Int((area.bottom - area.height * y) * scale))
    }
    for x in [0.1, 0.4, 0.6, 0.9] {
      #expect(color(x, 0.25) == 0xFF0000 && color(x, 0.5) == 0x00FF00, "at \(x)")
    }
    #expect(color(0.75, 0.25) == 0x0000FF)
  }

  /// A line without length would not be seen: it has a marker, whatever it asks for.
  @Test(arguments: [Dash.solid, .dashed]) func pointsThatAreAllInOnePlaceAreMarked(_ dash: Dash) throws {
    for marker in [nil, Marker.none] {
      var figure = Figure()
      (figure.axes.x.lower, figure.axes.x.upper) = (0, 1)
      (figure.axes.y.lower, figure.axes.y.upper) = (0, 1)
      let many = [Double](repeating: 0.5, count: 20)
      try figure.step(
        x: many + [.nan], y: many + [1], style: LineStyle(color: red, dash: dash, marker: marker))
      let center = try figure.plotAreas()[0].center
      let picture = try Picture(figure.png())
      // A point of 1/72 inch beside the place is still within the marker.
      let color = picture.color(Int((center.x + 1) * scale), Int(center.y * scale))
      #expect(color == 0xFF0000, "\(dash) \(color)")
    }
  }

  @Test func areasLieBelowLines() throws {
    var figure = Figure()
    (figure.axes.x.lower, figure.axes.x.upper) = (0, 1)
    (figure.axes.y.lower, figure.axes.y.upper) = (0, 1)
    try figure.line(x: [0, 1], y: [0.5, 0.5], style: LineStyle(color: red, width: 2, marker: Marker.none))
    try figure.band(x: [0, 1], lower: [0, 0], upper: [1, 1], color: Color(0x0000FF), opacity: 1)
    let area = try figure.plotAreas()[0]
    let picture = try Picture(figure.png())
    #expect(picture.color(Int(area.center.x * scale), Int(area.center.y * scale)) == 0xFF0000)
    #expect(picture.color(Int(area.center.x * scale), Int((area.y + area.height / 4) * scale)) == 0x0000FF)
  }

  @Test func sharedAxesHaveMarginsOfTheSharedRange() throws {
    var figure = try Figure(rows: 1, columns: 2)
    figure.sharesY = true
    let style = LineStyle(color: red, marker: .circle)
    try figure.panels[0].line(x: [1, 2, 3], y: [1, 2, 3], style: style)
    try figure.panels[1].line(x: [1, 2, 3], y: [9, 18, 27], style: style)
    let picture = try Picture(figure.png())
    let areas = try figure.plotAreas()
    for (area, t) in zip(areas, [0, 8.0 / 26]) {
      let x = area.x + area.width * 0.05 / 1.1
      let y = area.bottom - area.height * (0.05 + t) / 1.1
      #expect(picture.color(Int(x * scale), Int(y * scale)) == 0xFF0000)
    }
  }

  @Test(arguments: [
    ([1.0, 2.5], [3.0, 1.0], ["1.0", "2.5", "3.0"]), ([2.0, 1.0], [3.0, 4.0], ["1", "2", "3", "4"]),
    ([300.0, 400.0], [0.5, 2.0], ["300.0", "400.0", "0.5", "2.0"]),
  ])
  func valuesOfBarsHaveOneFormat(_ first: [Double], _ second: [Double], _ expected: [String]) throws {
    for mode in [BarMode.grouped, .stacked] {
      var figure = Figure()
      figure.axes.y.ticks = []
      try figure.bar(
        categories: ["a", "b"], series: [Series("s", first), Series("t", second)],
        options: BarOptions(mode: mode, showValues: true))
      let texts = try figure.displayList().items.compactMap { item -> String? in
        if case .text(let run) = item { run.text } else { nil }
      }
      let numbers = Set(texts.filter { Double($0) != nil })
      // A part of a stack may be too thin for its number.
      #expect(mode == .grouped ? numbers == Set(expected) : numbers.isSubset(of: expected), "\(texts)")
    }
  }
}
