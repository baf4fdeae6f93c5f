import Figures
import Foundation
import Testing

/// Axes with breaks: one scale on both sides, nothing across, and it is said what is not seen.
@Suite struct BreakTests {
  private static let red = Color(0xFF0000)

  /// Level lines at 2, 8, 292 and 298 on an axis from 0 to 300 without its middle.
  private func figure() throws -> Figure {
    var figure = Figure()
    (figure.axes.y.lower, figure.axes.y.upper) = (0, 300)
    figure.axes.y.breaks = [AxisBreak(from: 10, to: 290)]
    return figure
  }

  /// The parts of lines of that colour that are seen: those within the rectangle that they are clipped to.
  private func seen(_ figure: Figure, _ color: Color) throws -> [(Point, Point)] {
    var clip: Rect?
    var result: [(Point, Point)] = []
    for item in try figure.displayList().items {
      switch item {
      case .beginClip(let rect): clip = rect
      case .endClip: clip = nil
      case .stroke(let path, let stroke) where stroke.color == color:
        var last: Point?
        for element in path.elements {
          switch element {
          case .move(let p): last = p
          case .line(let p):
            if let from = last, let part = clip.map({ Self.part(from, p, in: $0) }) ?? (from, p) {
              result.append(part)
            }
            last = p
          default: break
          }
        }
      default: break
      }
    }
    return result
  }

  /// The part of a–b within a rectangle.
  private static func part(_ a: Point, _ b: Point, in rect: Rect) -> (Point, Point)? {
    var (from, to) = (0.0, 1.0)
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    for (d, room) in [
      (-dx, a.x - rect.x), (dx, rect.right - a.x), (-dy, a.y - rect.y), (dy, rect.bottom - a.y),
    ] {
      if d == 0 {
        if room < 0 { return nil }
      } else if d < 0 {
        from = max(from, room / d)
      } else {
        to = min(to, room / d)
      }
    }
    guard from <= to else { return nil }
    return (Point(a.x + dx * from, a.y + dy * from), Point(a.x + dx * to, a.y + dy * to))
  }

  @Test func bothSidesHaveOneScaleAndAGapBetweenThem() throws {
    var figure = try figure()
    for y in [2.0, 8, 292, 298] { try figure.hline(y, style: LineStyle(color: Self.red)) }
    let heights = try seen(figure, Self.red).map(\.0.y).sorted(by: >)
    #expect(heights.count == 4, "each level is seen once: \(heights)")
    let steps = zip(heights, heights.dropFirst()).map { $0 - $1 }
    #expect(abs(steps[0] - steps[2]) < 1e-6)
    // Two units below the break and two above it, and the gap.
    let gap = steps[1] - steps[0] / 6 * 4
    #expect(gap > 3 && gap < 8, "\(gap)")
  }

  @Test func aLineThatPassesABreakHasItsTrueSlopeOnBothSides() throws {
    var figure = try figure()
    (figure.axes.x.lower, figure.axes.x.upper) = (0, 300)
    try figure.line(
      x: [0, 300], y: [0, 300], style: LineStyle(color: Self.red, dash: .solid, marker: Marker.none))
    let area = try figure.plotAreas()[0]
    let parts = try seen(figure, Self.red).filter { $0.0 != $0.1 && $0.0.x < area.right && $0.1.x > area.x }
    #expect(parts.count == 2, "\(parts)")
    let slopes = parts.map { ($0.1.y - $0.0.y) / ($0.1.x - $0.0.x) }
    #expect(abs(slopes[0] / slopes[1] - 1) < 1e-6)
    // Each has a thirtieth of the values of x, and half of the height.
    for (a, b) in parts { #expect(abs(abs(b.x - a.x) - area.width / 30) < 1) }
  }

  /// Random walks through random breaks of both axes: everything is clipped to parts of the page that gaps divide.
  @Test(arguments: 0..<24)
  func nothingIsDrawnAcross(_ seed: Int) throws {
    var source = TickRangesTests.Source(state: UInt64(seed) &* 104_729 &+ 5)
    func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &source) }
    func breaks(_ count: Int) -> [AxisBreak] {
      (0..<count).map { i in
        let start = 100 + 800 * Double(i) / Double(count)
        let from = start + number(0...40)
        return AxisBreak(from: from, to: from + number(20...(700 / Double(count))))
      }
    }
    var figure = Figure()
    (figure.axes.x.lower, figure.axes.x.upper, figure.axes.y.lower, figure.axes.y.upper) = (1, 1000, 1, 1000)
    figure.axes.x.breaks = breaks(Int.random(in: 0...2, using: &source))
    figure.axes.y.breaks = breaks(Int.random(in: 1...3, using: &source))
    if seed % 3 == 0 { figure.axes.y.scale = .log }
    let x = (0..<40).map { 1 + 25.6 * Double($0) }
    let y = x.map { _ in number(1...1000) }
    try figure.line(x: x, y: y, style: LineStyle(color: Self.red, marker: Marker.none))
    try figure.axes.band(x: x, lower: y.map { $0 * 0.9 }, upper: y)
    let area = try figure.plotAreas()[0]
    var parts: [Rect] = []
    var clip: Rect?
    for item in try figure.displayList().items {
      switch item {
      case .beginClip(let rect):
        clip = rect
        // Layers clip to the inner rim of the part that areas are clipped to.
        if !parts.contains(where: { Self.holds($0, rect) }) { parts.append(rect) }
      case .endClip: clip = nil
      case .stroke(_, let stroke) where stroke.color == Self.red: #expect(clip != nil, "seed \(seed)")
      default: break
      }
    }
    #expect(parts.count == (figure.axes.x.breaks.count + 1) * (figure.axes.y.breaks.count + 1))
    for (i, a) in parts.enumerated() {
      #expect(Self.holds(area, a) && a.width > 0 && a.height > 0)
      for b in parts[..<i] {
        let (across, down) = (max(a.x, b.x) - min(a.right, b.right), max(a.y, b.y) - min(a.bottom, b.bottom))
        #expect(max(across, down) > 4.9, "seed \(seed): \(a) and \(b)")
      }
    }
    let gaps = 5 * Double(figure.axes.y.breaks.count)
    let heights = Dictionary(grouping: parts, by: { ($0.y * 1e3).rounded() }).values.map { $0[0].height }
    #expect(abs(heights.reduce(0, +) + gaps - area.height) < 1e-6)
  }

  private static func holds(_ outer: Rect, _ inner: Rect) -> Bool {
    let outer = outer.inset(by: -1e-6)
    return outer.contains(Point(inner.x, inner.y)) && outer.contains(Point(inner.right, inner.bottom))
  }

  @Test func marksAndGridSkipTheBreak() throws {
    var figure = try figure()
    figure.axes.x.hidden = true
    try figure.line(x: [1, 2, 3], y: [3, 7, 295])
    let labels = try figure.displayList().items.compactMap { item -> Double? in
      if case .text(let run) = item { Double(run.text) } else { nil }
    }
    #expect(labels.count >= 4 && labels.contains(0) && labels.contains(300), "\(labels)")
    #expect(labels.allSatisfy { $0 <= 10 || $0 >= 290 }, "\(labels)")
    let ticks = Ticks.linear(0, 300, limit: 9, within: [0...10, 290...300])
    #expect(ticks.values == [0, 5, 10, 290, 295, 300])
    #expect(ticks.minor.allSatisfy { $0 <= 10 || $0 >= 290 })
  }

  @Test func thePageIsBlankInTheGap() throws {
    var figure = try figure()
    try figure.bar(categories: ["a", "b"], values: [5, 299])
    let area = try figure.plotAreas()[0]
    let picture = try Picture(figure.png(dpi: 144))
    // Both parts are 10 high, so the gap is in the middle.
    let middle = Int((area.y + area.height / 2) * 2)
    for x in Int(area.x * 2) + 12..<Int(area.right * 2) - 12 {
      #expect(picture.level(x, middle) > 250, "column \(x)")
    }
    // The bar that passes the break goes on above and below it.
    let column = Int((area.x + area.width * 0.75) * 2)
    #expect(picture.level(column, middle - 14) < 200 && picture.level(column, middle + 14) < 200)
  }

  @Test func theValueOfABarThatIsCutIsWrittenOnce() throws {
    var figure = try figure()
    try figure.bar(categories: ["a", "b"], values: [5, 297], options: BarOptions(showValues: true))
    let count = try figure.displayList().items.count { item in
      if case .text(let run) = item { run.text == "297" } else { false }
    }
    #expect(count == 1)
  }

  @Test func whatIsInABreakIsSaid() throws {
    var figure = try figure()
    try figure.scatter(x: [1, 2, 3, 4], y: [5, 50, 60, 295])
    #expect(try figure.displayList().remarks == ["2 values not seen: in a break of the y axis"])
  }

  @Test(arguments: [[(10.0, 5.0)], [(-5, 20)], [(20, 400)], [(50, 100), (90, 200)], [(100, 200), (20, 50)]])
  func breaksBetweenTheEndsAndInOrder(_ pairs: [(Double, Double)]) throws {
    var figure = try figure()
    try figure.line(x: [1, 2], y: [1, 299])
    figure.axes.y.breaks = pairs.map { AxisBreak(from: $0.0, to: $0.1) }
    #expect(throws: FigureError.self) { try figure.displayList() }
  }

  @Test func whatHasNoScaleHasNoBreaks() throws {
    var named = Figure()
    try named.bar(categories: ["a", "b", "c", "d"], values: [1, 2, 3, 4])
    named.axes.x.breaks = [AxisBreak(from: 1.5, to: 2.5)]
    #expect(throws: FigureError.self) { try named.displayList() }
    var matrix = Figure()
    try matrix.heatMap([[1, 2], [3, 4]])
    matrix.axes.y.breaks = [AxisBreak(from: 1, to: 1.5)]
    #expect(throws: FigureError.self) { try matrix.displayList() }
    var twins = try figure()
    twins.axes.twin = Axes()
    #expect(throws: FigureError.self) { try twins.displayList() }
  }

  @Test func marginsArePartsOfWhatIsShown() throws {
    var figure = Figure()
    figure.axes.y.breaks = [AxisBreak(from: 10, to: 290)]
    try figure.scatter(x: [1, 2, 3, 4], y: [0, 9, 291, 300], style: LineStyle(color: Self.red))
    try figure.hline(300, style: LineStyle(color: Self.red))
    let area = try figure.plotAreas()[0]
    let top = try #require(try seen(figure, Self.red).map(\.0.y).min())
    // 5 % of what is shown, not of 300.
    #expect(top - area.y < area.height * 0.1)
  }
}
