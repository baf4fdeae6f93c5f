import Figures
import Foundation
import Testing

@Suite struct PlotTests {
  private let scale = 300.0 / 72

  @Test func sizeIsExact() throws {
    let figure = Figure()
    #expect(try Picture(figure.png()).width == 1050 && Picture(figure.png()).height == 780)
    #expect(try Picture(figure.png(dpi: 150)).width == 525)
  }

  @Test func frameLiesWhereTheLayoutSays() throws {
    var figure = Figure()
    try figure.line(x: [0, 1], y: [0, 1])
    let p = try Picture(figure.png())
    let area = try figure.plotAreas()[0]
    for x in [area.x, area.right] {
      let center = Int((x * scale).rounded())
      let y = Int((area.center.y + 4) * scale)
      let row = (center - 4..<center + 4).map { p.level($0, y) }
      // Two whole black pixels, white beside them: no grey.
      #expect(row.filter { $0 == 0 }.count == 2, "\(row)")
      #expect(row.filter { $0 != 0 && $0 < 200 }.isEmpty, "\(row)")
    }
    // Ticks point inwards.
    let ticksRow = Int(area.bottom * scale) - 6
    let inside = (Int(area.x * scale) + 8..<Int(area.right * scale) - 8).filter { p.level($0, ticksRow) == 0 }
    #expect(inside.count >= 8)
    let below = Int(area.bottom * scale) + 6
    #expect(!(Int(area.x * scale) + 8..<Int(area.right * scale) - 8).contains { p.level($0, below) < 100 })
  }

  @Test func dataLieWhereTheyShould() throws {
    var figure = Figure()
    figure.axes.grid = .none
    (figure.axes.x.lower, figure.axes.x.upper) = (0, 10)
    (figure.axes.y.lower, figure.axes.y.upper) = (0, 4)
    try figure.scatter(x: [2.5], y: [3], style: LineStyle(color: Color(0xFF0000), marker: .square))
    let p = try Picture(figure.png())
    let area = try figure.plotAreas()[0]
    let x = (area.x + area.width / 4) * scale
    let y = (area.y + area.height / 4) * scale
    #expect(p.color(Int(x), Int(y)) == 0xFF0000)
    let reds = (0..<p.width).filter { p.color($0, Int(y)) == 0xFF0000 }
    let middle = Double((reds.first ?? 0) + (reds.last ?? 0) + 1) / 2
    #expect(abs(middle - x) <= 1)
  }

  @Test func marginsAreFivePercent() throws {
    var figure = Figure()
    figure.axes.grid = .none
    try figure.scatter(x: [0, 100], y: [0, 1], style: LineStyle(color: Color(0xFF0000), marker: .circle))
    let p = try Picture(figure.png())
    let area = try figure.plotAreas()[0]
    let first = (area.x + area.width * 0.05 / 1.1) * scale
    let y = (area.bottom - area.height * 0.05 / 1.1) * scale
    #expect(p.color(Int(first), Int(y)) == 0xFF0000)
  }

  @Test func legendHidesNoPoint() throws {
    let curves: [(Double) -> Double] = [
      { sqrt($0) }, { $0 * $0 }, { 1 - sqrt($0) }, { 1 - $0 * $0 }, { 4 * ($0 - 0.5) * ($0 - 0.5) },
      { 0.5 + 0.5 * sin(7 * $0) },
    ]
    for (i, curve) in curves.enumerated() {
      var figure = Figure()
      let t = (0..<60).map { Double($0) / 59 }
      let y = t.map(curve)
      try figure.line(x: t, y: y, label: "a curve", style: LineStyle(marker: .circle))
      try figure.hline(0.5, label: "half")
      let box = try #require(try figure.legendBoxes()[0])
      let area = try figure.plotAreas()[0]
      let (low, high) = (min(y.min() ?? 0, 0.5), max(y.max() ?? 1, 0.5))
      for (x, v) in zip(t, y) {
        let u = (v - low) / (high - low)
        let p = Point(
          area.x + area.width * (0.05 + x) / 1.1, area.bottom - area.height * (0.05 + u) / 1.1)
        #expect(!box.inset(by: -1).contains(p), "curve \(i) at \(x)")
      }
      #expect(box.x >= area.x && box.right <= area.right && box.bottom <= area.bottom)
    }
  }

  @Test func legendLeavesTheAxesWhenTheyAreFull() throws {
    var figure = Figure()
    var (x, y) = ([Double](), [Double]())
    for i in 0..<30 {
      for j in 0..<30 {
        x.append(Double(i))
        y.append(Double(j))
      }
    }
    try figure.scatter(x: x, y: y, label: "everywhere")
    let box = try #require(try figure.legendBoxes()[0])
    #expect(try box.bottom <= figure.plotAreas()[0].y)
    figure.axes.legend.place = .center
    let inside = try #require(try figure.legendBoxes()[0])
    #expect(try abs(inside.center.x - figure.plotAreas()[0].center.x) < 0.01)
  }

  @Test func numbersThatAreNoneBreakTheLine() throws {
    var figure = Figure()
    figure.axes.grid = .none
    let red = LineStyle(color: Color(0xFF0000), marker: Marker.none)
    try figure.line(x: [0, 1, 2, 3, 4], y: [1, 1, .nan, 1, 1], style: red)
    figure.axes.x.lower = 0
    figure.axes.x.upper = 4
    let p = try Picture(figure.png())
    let area = try figure.plotAreas()[0]
    func drawn(_ t: Double) -> Bool {
      p.color(Int((area.x + area.width * t) * scale), Int(area.center.y * scale)) == 0xFF0000
    }
    #expect(drawn(0.1) && !drawn(0.4) && !drawn(0.6) && drawn(0.9))
  }

  @Test func hostileNumbersNeverCrash() throws {
    let strange: [Double] = [
      .nan, .infinity, -.infinity, 0, -0.0, 1e308, -1e308, .leastNonzeroMagnitude, 1e-300, 1, -1, 1e15,
      1e15 + 1,
      .greatestFiniteMagnitude,
    ]
    for a in strange {
      for b in strange {
        for log in [false, true] {
          var figure = Figure(size: .points(width: 120, height: 90))
          if log { (figure.axes.x.scale, figure.axes.y.scale) = (.log, .log) }
          try figure.line(x: [a, b, 3], y: [b, a, 1], label: "l")
          try figure.step(x: [a, b], y: [b, a])
          try figure.band(x: [a, b], lower: [a, 0], upper: [b, b])
          try figure.bar(categories: ["p", "q"], series: [Series("s", [a, b]), Series("t", [b, a])])
          try figure.histogram([a, b, 2, 3])
          try figure.hline(a)
          try figure.vline(b)
          figure.annotate("n", x: a, y: b, options: NoteOptions(arrow: true))
          _ = try figure.displayList()
          if a.isNaN || b == 1e308 { _ = try figure.png(dpi: 60) }
          var map = Figure(size: .points(width: 120, height: 90))
          try map.heatMap([[a, b], [b, 1]], options: HeatMapOptions(digits: 2))
          _ = try map.displayList()
          #expect(try !figure.csv().isEmpty)
        }
      }
    }
  }

  @Test func limitsOfAnyKindGiveAPictureOrOneLine() {
    let values: [Double?] = [nil, .nan, .infinity, -5, 0, .leastNonzeroMagnitude, 3, 1e300, 1e308]
    for lower in values {
      for upper in values {
        for scale in Scale.allCases {
          var figure = Figure(size: .points(width: 120, height: 90))
          (figure.axes.x.lower, figure.axes.x.upper, figure.axes.x.scale) = (lower, upper, scale)
          do {
            try figure.line(x: [1, 2], y: [1, 2])
            _ = try figure.displayList()
          } catch let error as FigureError {
            #expect(!error.description.contains("\n") && error.description.hasPrefix("x axis"))
          } catch {
            Issue.record(error)
          }
        }
      }
    }
  }

  @Test func mistakesAreNamedInOneLine() {
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return ""
    }
    var figure = Figure()
    #expect(message { try figure.line(x: [1], y: [1, 2]) }.contains("x has 1 values and y has 2"))
    #expect(
      message { try figure.bar(categories: ["a"], series: [Series("s", [1, 2])]) }.contains(
        "2 values for 1 categories"))
    #expect(message { try figure.heatMap([[1, 2], [3]]) }.contains("row 2 has 1 values"))
    #expect(
      message { _ = try Dash(named: "doted") } == "unknown line style \"doted\"; did you mean \"dotted\"?")
    #expect(message { _ = try Marker(named: "hexagon") }.hasPrefix("unknown marker \"hexagon\""))
    #expect(message { _ = try Color(named: "bleu") }.contains("\"blue\""))
    #expect(message { _ = try Color(named: "#12345") }.contains("#rrggbb"))
    #expect(message { _ = try Figure(rows: 0, columns: 3) }.contains("0×3"))
    #expect((try? LegendOptions.Place(named: "Lower Right")) == .lowerRight)
    #expect(
      message { try figure.histogram([1], options: HistogramOptions(edges: [2, 1])) }.contains("ascending"))
  }

  @Test func histogramCountsEveryValueOnce() throws {
    var figure = Figure()
    let values = [0, 0.1, 0.5, 0.999, 1, .nan, 2, -1]
    try figure.histogram(values, label: "v", options: HistogramOptions(edges: [0, 0.5, 1]))
    let lines = try figure.csv().split(separator: "\n")
    #expect(lines == ["series,kind,y,lower,upper", "v,histogram,2,0,0.5", "v,histogram,3,0.5,1"])
  }

  @Test func csvHoldsTheNumbersInFull() throws {
    var figure = Figure()
    try figure.line(x: [1, 0.1], y: [1.0 / 3, .nan], label: "a, \"b\"")
    figure.annotate("note", x: 1, y: 2)
    #expect(
      try figure.csv() == """
        series,kind,name,x,y
        "a, ""b""\",line,,1,0.3333333333333333
        "a, ""b""\",line,,0.1,nan
        ,note,note,1,2

        """)
  }

  @Test func sharedAxesHaveTheSameLimits() throws {
    let figure = try Gallery.multiples()
    let areas = try figure.plotAreas()
    #expect(
      Set(areas.map { Int($0.width * 100) }).count == 1 && Set(areas.map { Int($0.height * 100) }).count == 1)
    #expect(Set(areas.prefix(3).map(\.y)).count == 1)
  }

  @Test func manyPointsAreThinned() throws {
    var figure = Figure()
    let x = (0..<300_000).map(Double.init)
    try figure.line(x: x, y: x.map { sin($0 * 12.9898) * $0 })
    try figure.scatter(x: x, y: x.map { sin($0 * 78.233) * $0 })
    let list = try figure.displayList()
    #expect(list.items.count < 60_000)
    let longest = list.items.map { if case .stroke(let path, _) = $0 { path.elements.count } else { 0 } }
      .max()
    #expect(longest ?? 0 < 12_000)
    #expect(try list.png(dpi: 50).count > 1000)
  }
}
