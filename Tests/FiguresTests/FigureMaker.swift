import Figures
import Foundation

/// Makes a figure of random parts, and says what must be seen in it.
struct FigureMaker {
  private var source: TickRangesTests.Source
  private var texts: [String] = []
  private var values: [String: Int] = [:]

  init(seed: Int) { source = TickRangesTests.Source(state: UInt64(seed) &* 7919 &+ 11) }

  private mutating func chance(_ p: Double) -> Bool { Double.random(in: 0..<1, using: &source) < p }
  private mutating func whole(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &source) }
  private mutating func number(_ range: ClosedRange<Double>) -> Double {
    Double.random(in: range, using: &source)
  }

  /// A name that no other is part of.
  private mutating func name(_ kind: String, _ longest: Int = 6) -> String {
    let words = [
      "accuracy", "of", "the", "learned", "policy", "glance", "μ", "top-1", "Multiply-Adds", "é", "seed",
    ]
    let count = chance(0.7) ? whole(0...2) : whole(0...longest)
    let chosen = (0..<count).map { _ in words[whole(0...words.count - 1)] }
    return ([kind] + chosen + ["n\(texts.count)e"]).joined(separator: " ")
  }

  private mutating func asked(_ kind: String, _ longest: Int = 6) -> String {
    let text = name(kind, longest)
    texts.append(text)
    return text
  }

  mutating func figure() throws -> (figure: Figure, texts: [String], values: [String: Int]) {
    let isGrid = chance(0.3)
    let (rows, columns) = isGrid ? (whole(1...3), whole(1...3)) : (1, 1)
    var style: FigureStyle = chance(0.5) ? .paper : .screen
    if chance(0.2) {
      style.fontSize = number(6...12)
      style.labelSize = style.fontSize * 1.1
      style.titleSize = style.labelSize
    }
    let sizes: [FigureSize] = [
      .oneColumn, .twoColumns, .points(width: number(90...600), height: number(60...400)),
    ]
    var figure = try Figure(rows: rows, columns: columns, size: sizes[whole(0...2)], style: style)
    figure.sharesX = chance(0.2)
    figure.sharesY = chance(0.2)
    figure.sharesLegend = chance(0.3)
    if chance(0.5) { figure.title = asked("title", 14) }
    for i in figure.panels.indices { figure.panels[i] = try axes(shared: figure.sharesX || figure.sharesY) }
    return (figure, texts, values)
  }

  private mutating func axes(shared: Bool) throws -> Axes {
    var axes = Axes()
    if chance(0.4) { axes.title = asked("axes", 10) }
    if !shared {
      if chance(0.8) { axes.x.label = asked("x", 8) }
      if chance(0.8) { axes.y.label = asked("y", 8) }
    }
    axes.legend.place = LegendOptions.Place.allCases[whole(0...LegendOptions.Place.allCases.count - 1)]
    if axes.legend.place == .none { axes.legend.place = .best }
    if chance(0.15) { axes.legend.columns = whole(1...3) }
    switch whole(0...4) {
    case 0 where !shared:
      // Elsewhere inside the axes it is the script that lays it over the values.
      let places: [LegendOptions.Place] = [.best, .above, .below, .outside]
      axes.legend.place = places[whole(0...3)]
      try bars(&axes)
    case 1 where !shared: try map(&axes)
    case 2: try axes.histogram((0..<200).map { _ in number(-3...3) }, label: asked("counts"))
    default: try lines(&axes)
    }
    return axes
  }

  private mutating func lines(_ axes: inout Axes) throws {
    let size = pow(10, number(-12...12))
    let offset = chance(0.2) ? size * 1e5 : 0
    if chance(0.2) { axes.y.scale = .log }
    for _ in 0..<(chance(0.2) ? whole(10...25) : whole(1...5)) {
      let count = whole(1...30)
      let x = (0..<count).map(Double.init)
      var y = (0..<count).map { _ in offset + size * number(-1...3) }
      if chance(0.2) { y[0] = .nan }
      let label = chance(0.9) ? asked("series") : nil
      let errors = Errors(y: chance(0.3) ? Spread(y.map { _ in size * 0.2 }) : nil)
      switch whole(0...2) {
      case 0: try axes.line(x: x, y: y, label: label, errors: errors)
      case 1: try axes.step(x: x, y: y, label: label, errors: errors)
      default: try axes.scatter(x: x, y: y, label: label, errors: errors)
      }
    }
    if chance(0.3) { try axes.hline(offset + size, label: asked("level")) }
  }

  private mutating func bars(_ axes: inout Axes) throws {
    let count = chance(0.2) ? whole(10...14) : whole(1...8)
    let names = (0..<count).map { _ in asked("bar", 5) }
    var series: [Series] = []
    for _ in 0..<whole(1...3) {
      // Three digits, which no mark of the axis has.
      let heights = (0..<count).map { _ in Double(whole(101...397)) + 0 }
      for height in heights { values["\(Int(height))", default: 0] += 1 }
      series.append(Series(chance(0.7) ? asked("bars") : nil, heights))
    }
    try axes.bar(categories: names, series: series, options: BarOptions(showValues: true))
  }

  private mutating func map(_ axes: inout Axes) throws {
    let (rows, columns) = (whole(1...9), whole(1...9))
    var options = HeatMapOptions(label: chance(0.5) ? asked("map", 4) : "")
    if chance(0.5) { options.rowNames = (0..<rows).map { _ in asked("row", 3) } }
    if chance(0.5) { options.columnNames = (0..<columns).map { _ in asked("column", 3) } }
    if chance(0.6) { options.digits = 0 }
    let cells = (0..<rows).map { _ in (0..<columns).map { _ in Double(whole(4001...9999)) } }
    if options.digits != nil { for cell in cells.joined() { values["\(Int(cell))", default: 0] += 1 } }
    try axes.heatMap(cells, options: options)
  }
}
