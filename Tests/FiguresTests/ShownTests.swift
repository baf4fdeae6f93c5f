import Figures
import Testing

/// What was asked for is seen, and where it is.
@Suite struct ShownTests {
  private let scale = 300.0 / 72
  private let red = Color(0xFF0000)

  /// Axes whose limits are given, without a grid.
  private func figure(x: (Double, Double) = (0, 1), y: (Double, Double) = (0, 1)) -> Figure {
    var figure = Figure()
    (figure.axes.x.lower, figure.axes.x.upper) = x
    (figure.axes.y.lower, figure.axes.y.upper) = y
    figure.axes.grid = .none
    return figure
  }

  /// The colour at a place that is told in parts of the plot area, from its lower left.
  private func colors(_ figure: Figure) throws -> (Double, Double) -> Int32 {
    let (area, picture) = (try figure.plotAreas()[0], try Picture(figure.png()))
    return { x, y in
      picture.color(
        Int((area.x + area.width * x) * scale), Int((area.bottom - area.height * y) * scale))
    }
  }

  private func text(_ wanted: String, of figure: Figure) throws -> TextRun? {
    for case .text(let run) in try figure.displayList().items where run.text == wanted { return run }
    return nil
  }

  // MARK: Areas and lines

  /// A band between straight lines is between them where the limits cut it, too.
  @Test func limitsCutABandWithoutBendingIt() throws {
    var cut = figure(x: (80, 100), y: (0, 100))
    try cut.axes.band(x: [0, 100], lower: [0, 50], upper: [0, 100], color: red, opacity: 1)
    var color = try colors(cut)
    for x in [0.02, 0.3, 0.6, 0.95] {
      let value = 80 + 20 * x
      #expect(color(x, value / 200 + 0.03) == 0xFF0000 && color(x, value / 100 - 0.03) == 0xFF0000, "at \(x)")
      #expect(color(x, value / 200 - 0.03) != 0xFF0000 && color(x, min(value / 100 + 0.03, 0.99)) != 0xFF0000)
    }
    cut = figure(x: (0, 1), y: (0, 100))
    try cut.axes.band(x: [0, 1], lower: [0, 0], upper: [0, 1000], color: red, opacity: 1)
    color = try colors(cut)
    #expect(color(0.2, 0.95) == 0xFF0000 && color(0.5, 0.95) == 0xFF0000 && color(0.03, 0.95) != 0xFF0000)
    // Its corner may lie beyond two sides.
    cut = figure(x: (1, 2), y: (1, 2))
    try cut.axes.band(x: [-10, 10], lower: [-10, -10], upper: [10, 10], color: red, opacity: 1)
    color = try colors(cut)
    #expect(color(0.1, 0.1) == 0xFF0000 && color(0.9, 0.9) == 0xFF0000)
  }

  @Test func aBandWithoutWidthShows() throws {
    for (x, lower, upper) in [
      ([0.0, 0.5, 1], [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]), ([0.5], [0.25], [0.75]), ([0.5], [0.5], [0.5]),
    ] {
      var figure = figure()
      try figure.axes.band(x: x, lower: lower, upper: upper, color: red, opacity: 1)
      #expect(try Picture(figure.png()).count(0xFF0000) > 4, "\(x), \(lower) to \(upper)")
    }
  }

  @Test func pointsThatNoLineShowsAreMarked() throws {
    let many = [Double](repeating: 0.5, count: 50)
    let gaps = (0..<60).map { $0 % 3 == 0 ? 0.5 : Double.nan }
    let draw: [(inout Figure) throws -> Void] = [
      { try $0.line(x: many, y: many, style: LineStyle(color: red)) },
      { try $0.line(x: many, y: many, style: LineStyle(color: red, dash: .dotted)) },
      { try $0.step(x: [0.5], y: [0.5], style: LineStyle(color: red)) },
      { try $0.step(x: [0.5, 0.5], y: [0.5, 0.5], style: LineStyle(color: red, marker: Marker.none)) },
      { try $0.line(x: (0..<60).map { Double($0) / 60 }, y: gaps, style: LineStyle(color: red)) },
    ]
    for (i, draw) in draw.enumerated() {
      var figure = figure()
      try draw(&figure)
      let (area, picture) = (try figure.plotAreas()[0], try Picture(figure.png()))
      let size = Int(scale)
      let (x, y) = (Int(area.center.x * scale), Int(area.center.y * scale))
      let red = (-size...size).flatMap { dx in (-size...size).map { dy in picture.color(x + dx, y + dy) } }
      #expect(red.count { $0 == 0xFF0000 } > 2 * size * size, "\(i)")
    }
    // A line that has an extent is a line alone.
    var line = figure()
    try line.line(x: many + [0.6], y: many + [0.5], style: LineStyle(color: red))
    let fills = try line.displayList().items.count { if case .fill(_, red) = $0 { true } else { false } }
    #expect(fills == 0)
  }

  @Test func aSeriesWithoutNumbersIsRemarked() throws {
    var figure = Figure()
    try figure.line(x: [1, 2], y: [.nan, .nan], label: "loss")
    try figure.line(x: [.nan, 2], y: [3, .nan])
    try figure.line(x: [.nan, 2], y: [3, 4], label: "one")
    try figure.line(x: [], y: [], label: "none yet")
    #expect(
      try figure.displayList().remarks == [
        "the series \"loss\" shows nothing: none of its 2 points is two numbers",
        "a series shows nothing: none of its 2 points is two numbers",
      ])
  }

  // MARK: Notes

  @Test func anArrowHasRoomWhereNoDistanceIsGiven() throws {
    for anchor in Anchor.allCases where anchor != .center {
      func items(_ arrow: Bool) throws -> Int {
        var figure = figure()
        figure.annotate("note", x: 0.5, y: 0.5, options: NoteOptions(anchor: anchor, arrow: arrow))
        return try figure.displayList().items.count
      }
      // A shaft and a head.
      #expect(try items(true) == items(false) + 2, "\(anchor)")
    }
  }

  @Test func aNoteWithoutRoomStandsOnTheOtherSideOfItsPoint() throws {
    for (anchor, x, y) in [
      (Anchor.above, 0.5, 1.0), (.aboveRight, 0.5, 0.99), (.below, 0.5, 0), (.right, 1, 0.5), (.left, 0, 0.5),
    ] {
      var figure = figure()
      figure.annotate("note", x: x, y: y, options: NoteOptions(anchor: anchor))
      let area = try figure.plotAreas()[0]
      let point = Point(area.x + area.width * x, area.bottom - area.height * y)
      let run = try #require(try text("note", of: figure))
      switch anchor {
      case .above, .aboveRight: #expect(run.origin.y > point.y + 3, "\(anchor)")
      case .below: #expect(run.origin.y < point.y, "\(anchor)")
      case .right: #expect(run.origin.x < point.x - 10, "\(anchor)")
      default: #expect(run.origin.x > point.x, "\(anchor)")
      }
      // Where there is room, it stands where it was asked for.
      var roomy = self.figure()
      roomy.annotate("note", x: 0.5, y: 0.5, options: NoteOptions(anchor: anchor))
      let wanted = try #require(try text("note", of: roomy)).origin
      let middle = try roomy.plotAreas()[0].center
      let (dx, dy) = (wanted.x - middle.x, wanted.y - middle.y)
      switch anchor {
      case .above, .aboveRight: #expect(dy < 0)
      case .below: #expect(dy > 3)
      case .right: #expect(dx > 0)
      default: #expect(dx < -10)
      }
    }
  }

  // MARK: Legend and margins

  @Test func aLegendLeavesLevelsFreeWhereItCan() throws {
    for (level, isUpper) in [(0.9, false), (0.1, true)] {
      var figure = figure()
      try figure.hline(level, label: "level")
      let (box, area) = (try #require(try figure.legendBoxes()[0]), try figure.plotAreas()[0])
      let line = area.bottom - area.height * level
      #expect(box.y > line || box.bottom < line)
      #expect((box.center.y < area.center.y) == isUpper)
      // It stays in the axes where levels are everywhere.
      for i in 0..<12 { try figure.hline(Double(i) / 12 + 0.02) }
      #expect(try area.contains(#require(try figure.legendBoxes()[0]).center))
    }
  }

  @Test func manyBarsBeginNearTheFrame() throws {
    for count in [2, 12, 80] {
      var figure = Figure(size: .points(width: 1200, height: 200))
      figure.axes.grid = .none
      try figure.bar(
        categories: (0..<count).map { "\($0)" }, values: [Double](repeating: 1, count: count), color: red)
      let (area, picture) = (try figure.plotAreas()[0], try Picture(figure.png(dpi: 72)))
      let row = Int(area.bottom - area.height / 4)
      let first = try #require((0..<picture.width).first { picture.color($0, row) == 0xFF0000 })
      // Half of the gap between two bars is a tenth of a category, the margin at most a quarter.
      #expect(Double(first) - area.x < 0.36 * area.width / Double(count) + 1.5, "\(count) bars")
    }
  }
}
