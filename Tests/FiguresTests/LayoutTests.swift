import Figures
import Foundation
import Testing

/// Figures from a formula with fixed starts: whatever is asked for, the axes keep half of their panel, nothing is cut,
/// no text lies over another, and every text is there.
@Suite struct LayoutTests {
  @Test(arguments: 0..<96)
  func everythingIsShown(_ seed: Int) throws {
    var maker = FigureMaker(seed: seed)
    let made = try maker.figure()
    try LayoutCheck(made.figure).holds(texts: made.texts, values: made.values, "figure \(seed)")
  }

  /// A picture of the same: nothing dark touches the rim, where cut text would.
  @Test(arguments: [3, 20, 41])
  func theRimIsBlank(_ seed: Int) throws {
    var maker = FigureMaker(seed: seed)
    let p = try Picture(maker.figure().figure.png(dpi: 100))
    for x in 0..<p.width { #expect(p.level(x, 0) > 200 && p.level(x, p.height - 1) > 200) }
    for y in 0..<p.height { #expect(p.level(0, y) > 200 && p.level(p.width - 1, y) > 200) }
  }

  @Test func thirtySeriesKeepTheirAxes() throws {
    for place: LegendOptions.Place in LegendOptions.Place.allCases where place != .none {
      var figure = Figure()
      figure.axes.x.label = "epoch"
      figure.axes.y.label = "top-1 (%)"
      figure.axes.legend.place = place
      for i in 1...30 {
        try figure.line(
          x: [1, 2, 3], y: [Double(i), Double(i) + 1, Double(i) * 1.1], label: "series number \(i)")
      }
      try LayoutCheck(figure).holds(texts: (1...30).map { "series number \($0)" }, values: [:], "\(place)")
    }
  }

  @Test func valuesOfBarsStandInsideTheAxes() throws {
    let names = (1...4).map { "a long class name number \($0)" }
    for (lower, upper) in [(nil, nil), (15.0, nil), (nil, 28.0), (22.0, 24.0)] as [(Double?, Double?)] {
      var figure = Figure()
      (figure.axes.y.lower, figure.axes.y.upper) = (lower, upper)
      try figure.bar(categories: names, values: [10, 20, 25, -30], options: BarOptions(showValues: true))
      try LayoutCheck(figure).holds(texts: names, values: ["10": 1, "20": 1, "25": 1, "−30": 1], "bars")
    }
    var many = Figure()
    let counts = (0..<60).map { Double(100 + $0) }
    try many.bar(
      categories: counts.indices.map { "class \($0)" }, values: counts, options: BarOptions(showValues: true))
    try LayoutCheck(many).holds(
      texts: counts.indices.map { "class \($0)" },
      values: Dictionary(uniqueKeysWithValues: counts.map { ("\(Int($0))", 1) }), "sixty bars")
  }

  @Test func panelsStayReadable() throws {
    var figure = try Figure(rows: 6, columns: 6)
    for i in figure.panels.indices {
      figure.panels[i].x.label = "x"
      figure.panels[i].y.label = "y"
      try figure.panels[i].line(x: [1, 2, 3], y: [1, Double(i + 1), 2])
    }
    for area in try figure.plotAreas() { #expect(area.width >= 40 && area.height >= 40) }
    let texts = try LayoutCheck(figure).runs
    // One label for each row and column of panels.
    #expect(texts.count { $0.text == "x" } == 6 && texts.count { $0.text == "y" } == 6)
    var four = try Figure(rows: 2, columns: 2)
    for i in 0..<4 { try four.panels[i].line(x: [1, 2], y: [1, 2]) }
    let area = try four.plotAreas()[0]
    #expect(area.width < 2 * area.height)
  }

  @Test func aLegendBesideTheAxesStaysThere() throws {
    var figure = Figure()
    figure.axes.legend.place = .outside
    figure.axes.y.label = "top-1 (%)"
    for i in 1...20 { try figure.line(x: [1, 2], y: [1, Double(i)], label: "series number \(i)") }
    let (box, area) = (try #require(try figure.legendBoxes()[0]), try figure.plotAreas()[0])
    #expect(box.x > area.right && area.height >= box.height - 0.5 && area.width >= 126)
  }

  @Test func whatHasNoRoomAnywhereIsRefusedInOneLine() throws {
    var figure = Figure()
    for i in 0..<900 { try figure.line(x: [1], y: [1], label: "series number \(i)") }
    let error = #expect(throws: FigureError.self) { try figure.displayList() }
    #expect(error?.description.contains("name fewer series") == true)
  }

  @Test func anotherSizeThanAskedForIsTold() throws {
    var figure = Figure(size: .inches(2, 1))
    for i in 1...12 { try figure.line(x: [1, 2], y: [1, Double(i)], label: "series \(i)") }
    #expect(try figure.displayList().remarks.isEmpty)
    figure.isSizeAsked = true
    #expect(try figure.displayList().remarks.first?.contains("instead of 144×72") == true)
  }
}

/// What is true of a layout.
struct LayoutCheck {
  let figure: Figure
  let list: DisplayList
  let runs: [TextRun]

  init(_ figure: Figure) throws {
    self.figure = figure
    list = try figure.displayList()
    runs = list.items.compactMap { if case .text(let run) = $0 { run } else { nil } }
  }

  func holds(texts: [String], values: [String: Int], _ what: String) throws {
    let page = list.size
    let areas = try figure.plotAreas()
    for (i, area) in areas.enumerated() {
      #expect(
        area.width >= page.width / Double(figure.columns) / 2 - 0.2, "\(what): panel \(i) \(area) of \(page)")
      #expect(
        area.height >= page.height / Double(figure.rows) / 2 - 0.2, "\(what): panel \(i) \(area) of \(page)")
    }
    let quads = try runs.map { try $0.corners() }
    for (run, quad) in zip(runs, quads) {
      for p in quad {
        #expect(
          p.x >= -0.3 && p.y >= -0.3 && p.x <= page.width + 0.3 && p.y <= page.height + 0.3,
          "\(what): \"\(run.text)\" is cut at \(p) of \(page)")
      }
    }
    for i in quads.indices {
      for j in 0..<i where LayoutCheck.overlap(quads[i], quads[j]) {
        Issue.record("\(what): \"\(runs[i].text)\" lies over \"\(runs[j].text)\"")
      }
      for area in areas where LayoutCheck.overlap(quads[i], area.frameCorners) {
        let isInside = quads[i].allSatisfy { area.inset(by: -1.2).contains($0) }
        #expect(isInside, "\(what): \"\(runs[i].text)\" crosses the frame")
      }
    }
    let shown = runs.map(\.text).joined().filter { !$0.isWhitespace }
    for text in texts {
      #expect(
        shown.contains(text.filter { !$0.isWhitespace }), "\(what): \"\(text)\" is not shown; \(list.remarks)"
      )
    }
    for (value, count) in values {
      #expect(runs.count { $0.text == value } >= count, "\(what): the value \(value); \(list.remarks)")
    }
  }

  /// Whether two convex quadrilaterals share more than a hair (separating axes).
  static func overlap(_ a: [Point], _ b: [Point]) -> Bool {
    for shape in [a, b] {
      for i in shape.indices {
        let (p, q) = (shape[i], shape[(i + 1) % shape.count])
        let normal = Point(q.y - p.y, p.x - q.x)
        let length = max(hypot(normal.x, normal.y), 1e-9)
        func range(_ points: [Point]) -> ClosedRange<Double> {
          let values = points.map { ($0.x * normal.x + $0.y * normal.y) / length }
          return (values.min() ?? 0)...(values.max() ?? 0)
        }
        let (ra, rb) = (range(a), range(b))
        if ra.upperBound < rb.lowerBound + 0.6 || rb.upperBound < ra.lowerBound + 0.6 { return false }
      }
    }
    return true
  }
}

extension Rect {
  fileprivate var frameCorners: [Point] {
    [Point(x, y), Point(right, y), Point(right, bottom), Point(x, bottom)]
  }
}
