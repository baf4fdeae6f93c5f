import Figures
import Testing

/// What is true of every kind of layer.
@Suite struct PlotLayerTests {
  /// How many shapes and texts a figure consists of.
  private func painted(_ figure: Figure) throws -> (shapes: Int, texts: Int) {
    var count = (shapes: 0, texts: 0)
    for item in try figure.displayList().items {
      switch item {
      case .fill, .stroke, .image: count.shapes += 1
      case .text: count.texts += 1
      case .beginClip, .endClip: break
      }
    }
    return count
  }

  @Test(arguments: LayerSample.all)
  func everyLayerPaintsSomething(_ sample: LayerSample) throws {
    let (empty, drawn) = (try painted(LayerSample.empty), try painted(sample.figure()))
    #expect(drawn.shapes + drawn.texts > empty.shapes + empty.texts)
    #expect(try sample.figure().displayList().remarks.isEmpty)
  }

  @Test(arguments: LayerSample.all)
  func theLegendHasAMarkForEachLabel(_ sample: LayerSample) throws {
    let plain = try sample.figure()
    let labelled = try sample.figure(label: "name")
    #expect(try plain.legendBoxes()[0] == nil)
    #expect(try (labelled.legendBoxes()[0] != nil) == sample.takesLabel)
    guard sample.takesLabel else { return }
    let (before, after) = (try painted(plain), try painted(labelled))
    #expect(after.texts == before.texts + 1)
    // The legend's ground and its frame are two shapes.
    #expect(after.shapes > before.shapes + 2)
  }

  @Test(arguments: LayerSample.all)
  func theNumbersAreRowsOfTheirKind(_ sample: LayerSample) throws {
    let lines = try sample.figure(label: "name").csv().split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let header = try #require(lines.first)
    let kind = try #require(header.firstIndex(of: "kind"))
    #expect(lines.dropFirst().map { $0[kind] } == [String](repeating: sample.kind, count: sample.rows))
    #expect(lines.allSatisfy { $0.count == header.count })
    #expect(header.contains("series") == sample.takesLabel)
  }

  /// Nothing is cut off by the clip.
  @Test(arguments: LayerSample.all)
  func theAxesShowTheWholeLayer(_ sample: LayerSample) throws {
    let figure = try sample.figure()
    let area = try figure.plotAreas()[0].inset(by: -0.01)
    var isClipped = false
    for item in try figure.displayList().items {
      switch item {
      case .beginClip: isClipped = true
      case .endClip: isClipped = false
      case .fill(let path, _), .stroke(let path, _):
        guard isClipped else { continue }
        for element in path.elements {
          if case .move(let p) = element { #expect(area.contains(p), "\(p) outside \(area)") }
          if case .line(let p) = element { #expect(area.contains(p), "\(p) outside \(area)") }
        }
      case .image, .text: break
      }
    }
  }

  @Test(arguments: LayerSample.all)
  func aFigureHandsItsLayersToItsFirstAxes(_ sample: LayerSample) throws {
    var figure = try Figure(rows: 1, columns: 2)
    try figure.changeAxes { axes in try sample.draw(&axes, "name") }
    #expect(!figure.panels[0].isEmpty && figure.panels[1].isEmpty)
    var counted: [Int] = []
    let (bytes, more) = (figure.newBytes(&counted), figure.newBytes(&counted))
    #expect(bytes > 0 && more == 0)
  }

  @Test func onlyOneMatrixAndOneBarChartFitIntoAxes() throws {
    for name in ["heat map", "bars"] {
      let sample = try #require(LayerSample.all.first { $0.name == name })
      var figure = try sample.figure()
      #expect(throws: FigureError.self) { try sample.draw(&figure.axes, nil) }
    }
  }

  @Test func aBandTakesTheColorOfTheLineBeforeIt() throws {
    var figure = LayerSample.empty
    try figure.line(x: [1, 2], y: [1, 2], style: LineStyle(color: Color(0xFF0000)))
    try figure.hline(1.5)
    try figure.band(x: [1, 2], lower: [0, 1], upper: [2, 3])
    let fills = try figure.displayList().items.compactMap { item -> Color? in
      if case .fill(_, let color) = item { color } else { nil }
    }
    #expect(fills.contains(Color(0xFF0000).opacity(0.18)))
  }
}
