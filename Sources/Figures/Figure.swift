import Foundation
import Support

/// A picture that every renderer can draw and whose numbers can be saved beside it.
public protocol Drawing: Sendable {
  /// What is drawn, in points.
  func displayList() throws -> DisplayList
  /// The numbers behind the picture as comma-separated values, one row per number, with a header.
  func csv() -> String
}

extension Drawing {
  /// A PNG at `dpi` pixels per inch; the same drawing gives the same bytes.
  public func png(dpi: Int = 300) throws -> Data { try displayList().png(dpi: dpi) }

  /// Writes the picture to `stem`.png and its numbers to `stem`.csv.
  public func save(to stem: String, dpi: Int = 300) throws {
    try AtomicFile.write(png(dpi: dpi), to: stem + ".png")
    try AtomicFile.write(csv(), to: stem + ".csv")
  }
}

/// One or more axes in a grid, of a fixed size.
public struct Figure: Drawing {
  public var size: FigureSize
  public var style: FigureStyle
  /// Above all axes.
  public var title = ""
  public let rows: Int
  public let columns: Int
  /// Row by row from the top left.
  public var panels: [Axes]
  /// Small multiples with the same limits everywhere; inner tick labels are left out.
  public var sharesX = false
  public var sharesY = false
  /// One legend above all axes, with every label once, instead of one in each.
  public var sharesLegend = false

  /// One pair of axes.
  public init(size: FigureSize = .oneColumn, style: FigureStyle = .paper) {
    self.size = size
    self.style = style
    rows = 1
    columns = 1
    panels = [Axes()]
  }

  /// A grid of axes. Throws ``FigureError`` unless there are 1 to 30 rows and columns.
  public init(
    rows: Int, columns: Int, size: FigureSize = .twoColumns, style: FigureStyle = .paper
  ) throws(FigureError) {
    guard (1...30).contains(rows), (1...30).contains(columns) else {
      throw FigureError("a figure has 1 to 30 rows and columns of axes, not \(rows)×\(columns)")
    }
    self.size = size
    self.style = style
    self.rows = rows
    self.columns = columns
    panels = Array(repeating: Axes(), count: rows * columns)
  }

  /// The axes of a figure that has one pair, or the first of a grid.
  public var axes: Axes {
    get { panels[0] }
    set { panels[0] = newValue }
  }

  public func displayList() throws -> DisplayList {
    let page = size.size
    guard page.width >= 30, page.height >= 30, page.width <= 10000, page.height <= 10000 else {
      throw FigureError("a figure must be 30 to 10000 points wide and high, not \(page.width)×\(page.height)")
    }
    var list = DisplayList(size: page, background: style.background)
    let setter = try Typesetter(style.fonts)
    if var legend = try commonLegend(setter) {
      let row = Rect(x: 0, y: titleHeight + legend.size.height + 5, width: page.width, height: 0)
      legend.place(.above, in: row, avoiding: LegendBox.Obstacles())
      legend.draw(style: style, into: &list)
    }
    for layout in try layouts(setter) {
      try Cancellation.check()
      try AxesPainter(layout: layout).draw(into: &list)
    }
    if !title.isEmpty {
      let text = try setter.shortened(title, size: style.titleSize * 1.1, width: page.width - 8)
      text.draw(
        at: Point((page.width - text.width) / 2, style.titleSize * 1.1), color: style.ink, into: &list)
    }
    return list
  }

  /// Where the legend of each panel goes; nil for one without.
  package func legendBoxes() throws -> [Rect?] {
    try layouts(Typesetter(style.fonts)).map { AxesPainter(layout: $0).placedLegend()?.box }
  }

  /// The plot area of each panel.
  package func plotAreas() throws -> [Rect] { try layouts(Typesetter(style.fonts)).map(\.area) }

  /// Solves the places of all axes inside the figure's size.
  private func layouts(_ setter: Typesetter) throws(FigureError) -> [AxesLayout] {
    var xMaps: [AxisMap] = []
    var yMaps: [AxisMap] = []
    for panel in panels {
      xMaps.append(try panel.xMap())
      yMaps.append(try panel.yMap())
    }
    if sharesX { Figure.unite(&xMaps) }
    if sharesY { Figure.unite(&yMaps) }
    var layouts: [AxesLayout] = []
    for (i, panel) in panels.enumerated() {
      var layout = try AxesLayout(panel, style: style, setter: setter, xMap: xMaps[i], yMap: yMaps[i])
      if sharesLegend { layout.legendPlace = .none }
      layout.hidesXLabels = sharesX && i / columns < rows - 1
      layout.hidesYLabels = sharesY && i % columns > 0
      layouts.append(layout)
    }

    let head = titleHeight + (try commonLegend(setter).map { $0.size.height + 2 } ?? 0)
    try solve(&layouts, head: head)
    // Where every place inside the axes would hide data, the legend goes above them.
    var moved = false
    for i in layouts.indices where AxesPainter(layout: layouts[i]).placedLegend()?.hidesData ?? false {
      layouts[i].legendPlace = .above
      moved = true
    }
    if moved { try solve(&layouts, head: head) }
    return layouts
  }

  private var titleHeight: Double { title.isEmpty ? 0 : style.titleSize * 1.1 * 1.4 }

  /// The legend of all axes together, as wide as the page allows.
  private func commonLegend(_ setter: Typesetter) throws(FigureError) -> LegendBox? {
    guard sharesLegend else { return nil }
    var all = Axes()
    for panel in panels { for layer in panel.layers { all.append(layer) } }
    var legend = try LegendBox(all, style: style, setter: setter, oncePerLabel: true)
    try legend?.fit(width: size.size.width - 12, above: true, style: style, setter: setter)
    return legend
  }

  /// Measures all axes and moves them to their places.
  private func solve(_ layouts: inout [AxesLayout], head: Double) throws(FigureError) {
    let page = size.size
    let (outer, gap) = (3.0, columns * rows > 1 ? 7.0 : 0)
    var width = page.width * 0.8 / Double(columns)
    var height = page.height * 0.75 / Double(rows)
    var left = [Double](repeating: 0, count: columns)
    var right = left
    var top = [Double](repeating: 0, count: rows)
    var bottom = top
    // Marks depend on the size and the size on the marks' labels; this settles in two or three rounds.
    for _ in 0..<4 {
      (left, right) = (left.map { _ in 0 }, right.map { _ in 0 })
      (top, bottom) = (top.map { _ in 0 }, bottom.map { _ in 0 })
      for i in layouts.indices {
        let margins = try layouts[i].measure(width: width, height: height)
        let (row, column) = (i / columns, i % columns)
        left[column] = max(left[column], margins.left)
        right[column] = max(right[column], margins.right)
        top[row] = max(top[row], margins.top)
        bottom[row] = max(bottom[row], margins.bottom)
      }
      let across = left.reduce(0, +) + right.reduce(0, +) + gap * Double(columns - 1) + 2 * outer
      let down = top.reduce(0, +) + bottom.reduce(0, +) + gap * Double(rows - 1) + 2 * outer + head
      width = max((page.width - across) / Double(columns), 2)
      height = max((page.height - down) / Double(rows), 2)
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
}
