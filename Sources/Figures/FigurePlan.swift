import Foundation
import Support

/// The places of everything in a figure, solved.
struct FigurePlan {
  private(set) var page: Size
  private(set) var layouts: [AxesLayout] = []
  private(set) var titleLines: [TextLayout] = []
  /// The legend of all panels, placed.
  private(set) var legend: LegendBox?

  private let figure: Figure
  private let setter: Typesetter
  private let natural: Size
  private var rows: Int { figure.rows }
  private var columns: Int { figure.columns }
  /// Smaller axes show nothing.
  private static let leastArea = 24.0

  /// Throws ``FigureError`` when no page is large enough, ``Interrupted`` when a stop was asked for.
  init(_ figure: Figure, setter: Typesetter) throws {
    self.figure = figure
    self.setter = setter
    natural = FigurePlan.natural(figure)
    page = natural
    guard page.width >= 30, page.height >= 30, page.width <= 10000, page.height <= 10000 else {
      throw FigureError("a figure must be 30 to 10000 points wide and high, not \(page.width)×\(page.height)")
    }
    let panels = figure.shownPanels
    try begin(panels)
    if figure.sharesLegend {
      var all = Axes()
      for panel in panels { for layer in panel.layers { all.append(layer) } }
      legend = try LegendBox(all, style: figure.style, setter: setter, oncePerLabel: true)
    }
    try solve()
    // Where every place inside the axes would hide data, the legend goes above them.
    var moved = false
    for i in layouts.indices where try AxesPainter(layout: layouts[i]).placedLegend()?.hidesData ?? false {
      layouts[i].legendPlace = .above
      moved = true
    }
    if moved { try solve() }
    let place = Point((page.width - (legend?.size.width ?? 0)) / 2, titleHeight + 3)
    legend?.origin = place
  }

  /// A named size is a width and a height for one row of panels; with more rows it becomes higher.
  private static func natural(_ figure: Figure) -> Size {
    var size = figure.size.size
    if case .points = figure.size { return size }
    if figure.rows > 1 {
      let each = (0.72 * size.width / Double(figure.columns)).clamped(80, size.height)
      size.height = max(size.height, each * Double(figure.rows))
    }
    return size
  }

  static func titleSize(_ style: FigureStyle) -> Double { style.titleSize * 1.1 }

  private var titleHeight: Double {
    titleLines.isEmpty ? 0 : FigurePlan.titleSize(figure.style) * (0.15 + 1.25 * Double(titleLines.count))
  }

  private var head: Double { titleHeight + (legend.map { $0.size.height + 5 } ?? 0) }

  private mutating func begin(_ panels: [Axes]) throws {
    var xMaps = try Axes.xMaps(panels, shared: figure.sharesX)
    var yMaps = try Axes.yMaps(panels, shared: figure.sharesY)
    if figure.sharesX { FigurePlan.unite(&xMaps) }
    if figure.sharesY { FigurePlan.unite(&yMaps) }
    let sameX = rows > 1 && Set(panels.map(\.x.label)).count == 1
    let sameY = columns > 1 && Set(panels.map(\.y.label)).count == 1
    for (i, panel) in panels.enumerated() {
      var layout = try AxesLayout(panel, style: figure.style, setter: setter, xMap: xMaps[i], yMap: yMaps[i])
      if figure.sharesLegend { layout.legendPlace = .none }
      let (isLast, isFirst) = (i / columns == rows - 1, i % columns == 0)
      layout.hidesXLabels = figure.sharesX && !isLast
      layout.hidesYLabels = figure.sharesY && !isFirst
      layout.hidesXTitle = sameX && !isLast
      layout.hidesYTitle = sameY && !isFirst || layout.hidesYLabels
      layouts.append(layout)
    }
  }

  /// Measures all axes and moves them to their places; the page grows until they have half of it.
  private mutating func solve() throws {
    let (outer, gap) = (3.0, columns * rows > 1 ? 7.0 : 0)
    var width = page.width * 0.8 / Double(columns)
    var height = page.height * 0.75 / Double(rows)
    var left = [Double](repeating: 0, count: columns)
    var right = left
    var top = [Double](repeating: 0, count: rows)
    var bottom = top
    // Marks depend on the size and the size on the marks' labels; this settles in a few rounds.
    for round in 0..<20 {
      try Cancellation.check()
      titleLines = try setter.wrapped(
        figure.title, size: FigurePlan.titleSize(figure.style), width: page.width - 8)
      try legend?.spread(width: page.width - 12, setter: setter)
      // What swings between two ways of wrapping settles on the roomier one.
      if round < 10 {
        (left, right) = (left.map { _ in 0 }, right.map { _ in 0 })
        (top, bottom) = (top.map { _ in 0 }, bottom.map { _ in 0 })
      }
      var rooms: [(before: Double, after: Double)] = []
      for i in layouts.indices {
        layouts[i].panel = Size(width: page.width / Double(columns), height: page.height / Double(rows))
        rooms.append(try layouts[i].begin(width: width, height: height))
      }
      if figure.sharesY {
        let most = (before: rooms.map(\.before).max() ?? 0, after: rooms.map(\.after).max() ?? 0)
        rooms = rooms.map { _ in most }
      }
      for i in layouts.indices {
        let margins = try layouts[i].measure(room: rooms[i])
        let (row, column) = (i / columns, i % columns)
        left[column] = max(left[column], margins.left)
        right[column] = max(right[column], margins.right)
        top[row] = max(top[row], margins.top)
        bottom[row] = max(bottom[row], margins.bottom)
      }
      let across = left.reduce(0, +) + right.reduce(0, +) + gap * Double(columns - 1) + 2 * outer
      let down = top.reduce(0, +) + bottom.reduce(0, +) + gap * Double(rows - 1) + 2 * outer + head
      let least = layouts.reduce(Size(width: FigurePlan.leastArea, height: FigurePlan.leastArea)) {
        Size(width: max($0.width, $1.needs.width), height: max($0.height, $1.needs.height))
      }
      let grown = Size(
        width: max(page.width, 2 * across + 0.1, across + Double(columns) * least.width),
        height: max(page.height, 2 * down + 0.1, down + Double(rows) * least.height))
      guard max(grown.width, natural.width) <= max(Figure.widest, natural.width),
        grown.height <= max(Figure.tallest, natural.height)
      else {
        throw FigureError(
          "its labels and legends need \(Int(grown.width))×\(Int(grown.height)) points, and at most "
            + "\(Int(Figure.widest))×\(Int(Figure.tallest)) are drawn: name fewer series, or make fewer panels"
        )
      }
      let (newWidth, newHeight) = (
        (grown.width - across) / Double(columns), (grown.height - down) / Double(rows)
      )
      let settled = abs(newWidth - width) < 0.01 && abs(newHeight - height) < 0.01
      (page, width, height) = (grown, newWidth, newHeight)
      if settled { break }
    }
    var y = outer + head
    for row in 0..<rows {
      y += top[row]
      var x = outer
      for column in 0..<columns {
        x += left[column]
        layouts[row * columns + column].move(to: Rect(x: x, y: y, width: width, height: height))
        x += width + right[column] + gap
      }
      y += height + bottom[row] + gap
    }
  }

  /// Gives all panels the widest limits.
  private static func unite(_ maps: inout [AxisMap]) {
    guard let low = maps.map(\.lower).min(), let high = maps.map(\.upper).max() else { return }
    for i in maps.indices { (maps[i].lower, maps[i].upper) = (low, high) }
  }

  /// Adds what is not as it was asked for.
  func note(to remarks: Remarks) {
    func points(_ size: Size) -> String { "\(Int(size.width.rounded()))×\(Int(size.height.rounded()))" }
    let isWider = page.width > natural.width + 0.5
    if isWider || figure.isSizeAsked && page.height > natural.height + 0.5 {
      remarks.note(
        "it is \(points(page)) points large instead of \(points(natural)), because its labels need the room")
    }
    for (i, layout) in layouts.enumerated() {
      let panel = layouts.count > 1 ? "panel \(i + 1): " : ""
      if let obstacle = layout.obstacle { remarks.note(panel + obstacle) }
      for line in layout.axes.leftOut { remarks.note(panel + line) }
    }
  }
}

extension Axes {
  /// What of the data cannot be drawn: one line for each reason.
  fileprivate var leftOut: [String] {
    var (below, infinite, notNumbers, outside) = ((x: 0, y: 0), 0, 0, 0)
    func count(_ values: [Double], _ options: AxisOptions, _ counter: inout Int) {
      for value in values {
        if value.isInfinite { infinite += 1 }
        if options.scale == .log, value <= 0 { counter += 1 }
      }
    }
    for layer in layers {
      switch layer {
      case .line(let line):
        count(line.x, x, &below.x)
        count(line.y, y, &below.y)
      // An empty bin of a histogram is not missed.
      case .bars(let bars):
        if bars.names.isEmpty {
          infinite += bars.values.count { $0.isInfinite } + bars.uncounted.infinite
          notNumbers += bars.uncounted.notNumbers
          outside += bars.uncounted.outside
        } else {
          count(bars.values, y, &below.y)
        }
      case .band(let band):
        count(band.x, x, &below.x)
        count(band.upper, y, &below.y)
        infinite += band.lower.count { $0.isInfinite }
      case .rule(let rule):
        // A gap in a curve is seen, a level that is missing is not.
        if rule.value.isNaN { notNumbers += 1 }
        if rule.horizontal { count([rule.value], y, &below.y) } else { count([rule.value], x, &below.x) }
      case .note(let note):
        count([note.x], x, &below.x)
        count([note.y], y, &below.y)
      case .heatMap(let map): infinite += map.values.count { $0.isInfinite }
      }
    }
    var lines: [String] = []
    func values(_ count: Int) -> String { count == 1 ? "1 value" : "\(count) values" }
    for (axis, count) in [("x", below.x), ("y", below.y)] where count > 0 {
      lines.append("\(values(count)) ≤ 0 left out: the \(axis) axis is logarithmic")
    }
    for (count, reason) in [
      (infinite, "infinite"), (notNumbers, "not a number"), (outside, "outside the bins"),
    ] where count > 0 {
      lines.append("\(values(count)) left out: \(reason)")
    }
    return lines
  }
}
