import Figures
import Foundation
import Testing

/// Axes of other scales, formats of marks, axes at the right and within others, and names of looks.
@Suite struct AxisTests {
  private func texts(_ figure: Figure) throws -> [String] {
    try figure.displayList().items.compactMap { if case .text(let run) = $0 { run.text } else { nil } }
  }

  @Test func aSymmetricLogarithmHasMarksOnBothSidesOfZero() {
    let ticks = Ticks.symmetric(-1000, 1e5, threshold: 10, limit: 9)
    #expect(ticks.values == [-1000, -100, -10, 0, 10, 100, 1000, 1e4, 1e5])
    #expect(ticks.labels == ["−10^{3}", "−100", "−10", "0", "10", "100", "10^{3}", "10^{4}", "10^{5}"])
    #expect(Ticks.symmetric(-1e9, 1e9, threshold: 1e-3, limit: 7).values.count <= 9)
    #expect(Ticks.symmetric(-1, 1, threshold: 100, limit: 5).values == [-1, -0.5, 0, 0.5, 1])
  }

  @Test func aSymmetricLogarithmShowsEverySign() throws {
    var figure = Figure()
    figure.axes.y.scale = .symlog
    try figure.line(x: [1, 2, 3], y: [-1000, 0, 1000], style: LineStyle(color: Color(0xFF0000)))
    #expect(try figure.displayList().remarks.isEmpty)
    figure.axes.y.linearBelow = -1
    #expect(throws: FigureError.self) { try figure.displayList() }
  }

  @Test(arguments: [
    ("k", [0.0, 5000, 12500], ["0", "5.0k", "12.5k"]), ("M", [1e6, 2e6], ["1M", "2M"]),
    ("SI", [5e5, 1e6], ["0.5M", "1.0M"]), ("percent", [0.0, 0.25], ["0 %", "25 %"]),
    ("%", [50.0, 100], ["50 %", "100 %"]), ("%.2f ms", [0.5, -1], ["0.50 ms", "−1.00 ms"]),
    ("%d %%", [3.0], ["3 %"]), ("%.1e", [2500.0], ["2.5×10^{3}"]),
  ])
  func marksAreWrittenAsAsked(_ name: String, _ values: [Double], _ expected: [String]) throws {
    var figure = Figure()
    figure.axes.y.format = try TickFormat(named: name)
    figure.axes.y.ticks = values
    (figure.axes.y.lower, figure.axes.y.upper) = ((values.min() ?? 0) - 1, (values.max() ?? 1) + 1)
    figure.axes.x.hidden = true
    let shown = try texts(figure).joined(separator: "|")
    for label in expected {
      for part in label.replacing("^{3}", with: "|3").split(separator: "|") {
        #expect(shown.contains(part), "\(shown)")
      }
    }
  }

  @Test(arguments: ["", "%s", "%", "%n", "%.99f", "%f %f", "%*d", "kilo"])
  func otherFormatsAreRefused(_ name: String) {
    // "%" alone is the sign behind a percentage.
    guard name != "%" else { return }
    #expect(throws: FigureError.self) { try TickFormat(named: name) }
  }

  @Test func textsOfMarksAreAskedForUntilNoneIsMissing() throws {
    var figure = Figure()
    figure.axes.y.format = .texts([:])
    try figure.line(x: [1, 2], y: [0, 10])
    let marked = try figure.markedValues()
    #expect(marked.map(\.place) == [AxisPlace(0, .y)])
    let values = try #require(marked.first).values
    #expect(values.count > 2)
    figure[AxisPlace(0, .y)]?.format = .texts(
      Dictionary(uniqueKeysWithValues: values.map { ($0, "v\(Int($0))") }))
    #expect(try texts(figure).contains("v10"))
  }

  @Test func theAxisAtTheRightHasAScaleOfItsOwn() throws {
    var figure = Figure()
    try figure.line(x: [0, 1], y: [0, 1], label: "left")
    var twin = Axes()
    twin.y.label = "cost"
    (twin.y.lower, twin.y.upper) = (0, 4000)
    try twin.line(x: [0, 1], y: [1000, 1000], label: "right", style: LineStyle(marker: Marker.none))
    figure.axes.twin = twin
    let area = try figure.plotAreas()[0]
    let list = try figure.displayList()
    var places: [String: Point] = [:]
    for case .text(let run) in list.items { places[run.text] = run.origin }
    #expect(try #require(places["4000"]).x > area.right && #require(places["cost"]).x > area.right)
    #expect(places["left"] != nil && places["right"] != nil)
    // The second colour of the cycle, a quarter of the way up.
    let color = Palette.okabeIto.colors[1]
    let heights = list.items.compactMap { item -> Double? in
      guard case .stroke(let path, let stroke) = item, stroke.color == color,
        case .move(let p) = path.elements.first, p.x < area.x + area.width * 0.2
      else { return nil }
      return (area.bottom - p.y) / area.height
    }
    #expect(heights.contains { abs($0 - 0.25) < 1e-6 }, "\(heights)")
    #expect(try figure.csv().contains("right axis,right,line,0,1000"))
    twin = Axes()
    try twin.heatMap([[1]])
    figure.axes.twin = twin
    #expect(throws: FigureError.self) { try figure.displayList() }
  }

  @Test func anInsetStandsWithinAndItsZoomShowsTheSameLayers() throws {
    var figure = Figure()
    let color = Color(0x123456)
    try figure.line(x: [0, 1, 2], y: [0, 1, 4], style: LineStyle(color: color))
    func strokes() throws -> Int {
      try figure.displayList().items.count {
        if case .stroke(_, let s) = $0 { s.color == color } else { false }
      }
    }
    let before = try strokes()
    var axes = Axes()
    (axes.x.lower, axes.x.upper, axes.y.lower, axes.y.upper) = (0, 1, 0, 1)
    figure.inset(try Inset(axes, x: 0, y: 0.5, width: 0.5, height: 0.5, zooms: true))
    #expect(try strokes() > before)
    #expect(throws: FigureError.self) { try Inset(x: 0.6, y: 0, width: 0.5, height: 0.5) }
    figure.inset(try Inset(x: 0, y: 0, width: 0.05, height: 0.05))
    #expect(throws: FigureError.self) { try figure.displayList() }
  }

  @Test func looksHaveTheNamesThatPeopleType() throws {
    #expect(try Color(named: "crimson") == Color(0xDC143C) && Color(named: "Dark Orange") == Color(0xFF8C00))
    #expect(try Color(named: "k") == .black && Color(named: "tab:blue") == Color(0x1F77B4))
    #expect(try Color(named: "blue") == .blue)
    #expect(try Dash(named: "--") == .dashed && Dash(named: ":") == .dotted && Dash(named: "-.") == .dashDot)
    #expect(
      try Marker(named: "o") == .circle && Marker(named: "^") == .triangle && Marker(named: "x") == .cross)
    #expect(try ColorMap(named: "Greys") == .grays && Palette(named: "colorblind") == .okabeIto)
    #expect(throws: FigureError.self) { try Color(named: "crimsn") }
  }

  @Test(arguments: [
    (#"$\eta_1 \leq 10^{-3}$"#, ["η", "1", "≤", "−3"]),
    (#"cost ($\times 10^8$)"#, ["cost (× 10", "8", ")"]),
    (#"$\mathrm{Acc}$ in \%"#, [#"Acc in \%"#]), ("from $5 to $6", ["from $5 to $6"]),
    (#"$\unknown^$ {"#, [#"\unknown"#]),
  ])
  func labelsTakeTheFormulasOfLaTeX(_ text: String, _ expected: [String]) throws {
    var figure = LayerSample.empty
    figure.axes.title = text
    let shown = try texts(figure)
    for part in expected { #expect(shown.contains { $0.contains(part) }, "\(shown)") }
    #expect(!shown.joined().contains("{}"))
  }

  @Test func presetsHaveSizesOfTheirOwn() throws {
    #expect(Figure().size.size.width == 252)
    #expect(try Figure(style: FigureStyle(named: "paper2")).size.size.width == 515.52)
    #expect(try Figure(style: FigureStyle(named: "web")).size.size == Size(width: 480, height: 300))
    #expect(try Figure(size: .oneColumn, style: FigureStyle(named: "slides")).size.size.width == 252)
    #expect(throws: FigureError.self) { try FigureStyle(named: "poster") }
  }

  @Test func aDarkPageHasLightInk() throws {
    var figure = Figure(style: FigureStyle.paper.dark)
    figure.axes.title = "dark"
    try figure.line(x: [1, 2, 3], y: [1, 2, 3], label: "a")
    let picture = try Picture(figure.png(dpi: 100))
    #expect(picture.color(0, 0) == 0x14181C)
    #expect(picture.count(0xFFFFFF) == 0, "nothing is left of a white page")
    for case .text(let run) in try figure.displayList().items { #expect(run.color == figure.style.ink) }
    #expect(Figure().style.dark.size == Figure().style.size)
  }

  @Test func aTextBesideTheAxesIsOnThePage() throws {
    var figure = Figure()
    try figure.text("(a) far above", x: -0.3, y: 1.4)
    let list = try figure.displayList()
    for case .text(let run) in list.items where run.text.hasPrefix("(a)") {
      #expect(run.origin.x >= 0 && run.origin.y >= run.size * 0.7)
    }
    #expect(throws: FigureError.self) { try figure.text("far away", x: 5, y: 0) }
  }
}
