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
  /// The least side of a plot area, as smaller axes show nothing.
  private static let leastArea = 24.0

  /// Throws ``FigureError`` when no page is large enough, `Interrupted` when a stop was asked for.
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
      for panel in panels { all.addAll(of: panel.united) }
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
    if figure.sharesX { try FigurePlan.unite(&xMaps) }
    if figure.sharesY { try FigurePlan.unite(&yMaps) }
    let twins = try self.twins(panels)
    let sameX = rows > 1 && Set(panels.map(\.x.label)).count == 1
    let sameY = columns > 1 && Set(panels.map(\.y.label)).count == 1
    let sameRight = columns > 1 && Set(panels.map(\.twin?.y.label)).count == 1
    for (i, panel) in panels.enumerated() {
      var layout = try AxesLayout(panel, style: figure.style, setter: setter, xMap: xMaps[i], yMap: yMaps[i])
      if figure.sharesLegend { layout.legendPlace = .none }
      if let twin = twins[i] {
        layout.twin = try AxesLayout(
          twin.axes, style: figure.style, setter: setter, xMap: xMaps[i], yMap: twin.map)
      }
      let (isLast, isFirst) = (i / columns == rows - 1, i % columns == 0)
      layout.hidesXLabels = figure.sharesX && !isLast
      layout.hidesYLabels = figure.sharesY && !isFirst
      layout.hidesXTitle = sameX && !isLast
      layout.hidesYTitle = sameY && !isFirst || layout.hidesYLabels
      let isOutermost = i % columns == columns - 1
      layout.twin?.hidesYLabels = figure.sharesY && !isOutermost
      layout.hidesRightTitle = !isOutermost && (sameRight || figure.sharesY)
      layouts.append(layout)
    }
  }

  /// The axes at the right of each panel with the ends of their y axes.
  private func twins(_ panels: [Axes]) throws -> [(axes: Axes, map: AxisMap)?] {
    let others = panels.compactMap(\.twin)
    for other in others where other.cells != nil || !other.rowCategories.isEmpty {
      throw FigureError("an axis at the right is one of numbers: it takes no heat map and no level bars")
    }
    for other in others where !other.y.breaks.isEmpty {
      throw FigureError("an axis at the right has no breaks, as both y axes would be cut at one place")
    }
    var maps = try Axes.yMaps(others, shared: figure.sharesY)
    if figure.sharesY { try FigurePlan.unite(&maps) }
    var next = zip(others, maps).makeIterator()
    return panels.map { panel in panel.twin == nil ? nil : next.next().map { (axes: $0.0, map: $0.1) } }
  }

  /// The room that labels and legends need around the plot areas, in points.
  private struct Gutters {
    // There is one of these for each column of panels.
    var left: [Double]
    var right: [Double]
    // There is one of these for each row of panels.
    var top: [Double]
    var bottom: [Double]

    init(rows: Int, columns: Int) {
      left = [Double](repeating: 0, count: columns)
      right = left
      top = [Double](repeating: 0, count: rows)
      bottom = top
    }
  }

  /// The distance between the page's rim and what is next to it.
  private static let outer = 3.0
  /// The distance between neighbouring panels.
  private var gap: Double { columns * rows > 1 ? 7 : 0 }

  /// Measures all axes and moves them to their places; the page grows until they have half of it.
  private mutating func solve() throws {
    var width = page.width * 0.8 / Double(columns)
    var height = page.height * 0.75 / Double(rows)
    var gutters = Gutters(rows: rows, columns: columns)
    // Marks depend on the size and the size on the marks' labels; this settles in a few rounds.
    for round in 0..<20 {
      try Cancellation.check()
      titleLines = try setter.wrapped(
        figure.title, size: FigurePlan.titleSize(figure.style), width: page.width - 8)
      try legend?.spread(width: page.width - 12, setter: setter)
      // What swings between two ways of wrapping settles on the roomier one.
      if round < 10 { gutters = Gutters(rows: rows, columns: columns) }
      try measure(width: width, height: height, &gutters)
      let across =
        gutters.left.reduce(0, +) + gutters.right.reduce(0, +) + gap * Double(columns - 1)
        + 2 * FigurePlan.outer
      let down =
        gutters.top.reduce(0, +) + gutters.bottom.reduce(0, +) + gap * Double(rows - 1)
        + 2 * FigurePlan.outer + head
      let grown = try grown(across: across, down: down)
      let (newWidth, newHeight) = (
        (grown.width - across) / Double(columns), (grown.height - down) / Double(rows)
      )
      let settled = abs(newWidth - width) < 0.01 && abs(newHeight - height) < 0.01
      (page, width, height) = (grown, newWidth, newHeight)
      if settled { break }
    }
    place(width: width, height: height, gutters)
  }

  /// Measures all axes with plot areas of one size; adds what they need to the gutters.
  private mutating func measure(width: Double, height: Double, _ gutters: inout Gutters) throws(FigureError) {
    var rooms: [ValueRoom] = []
    for i in layouts.indices {
      layouts[i].panel = Size(width: page.width / Double(columns), height: page.height / Double(rows))
      rooms.append(try layouts[i].begin(width: width, height: height))
    }
    if figure.sharesX { ValueRoom.unite(&rooms, \.x) }
    if figure.sharesY {
      ValueRoom.unite(&rooms, \.y)
      ValueRoom.unite(&rooms, \.right)
    }
    for i in layouts.indices {
      let margins = try layouts[i].measure(room: rooms[i])
      let (row, column) = (i / columns, i % columns)
      gutters.left[column] = max(gutters.left[column], margins.left)
      gutters.right[column] = max(gutters.right[column], margins.right)
      gutters.top[row] = max(gutters.top[row], margins.top)
      gutters.bottom[row] = max(gutters.bottom[row], margins.bottom)
    }
  }

  /// The size of a page with room for everything that is not a plot area, and as much for those.
  private func grown(across: Double, down: Double) throws(FigureError) -> Size {
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
    return grown
  }

  /// Moves the measured axes to their places.
  private mutating func place(width: Double, height: Double, _ gutters: Gutters) {
    var y = FigurePlan.outer + head
    for row in 0..<rows {
      y += gutters.top[row]
      var x = FigurePlan.outer
      for column in 0..<columns {
        x += gutters.left[column]
        layouts[row * columns + column].move(to: Rect(x: x, y: y, width: width, height: height))
        x += width + gutters.right[column] + gap
      }
      y += height + gutters.bottom[row] + gap
    }
  }

  /// Gives all panels the widest limits.
  private static func unite(_ maps: inout [AxisMap]) throws(FigureError) {
    guard Set(maps.map(\.breaks)).count <= 1 else {
      throw FigureError("panels that share an axis share its breaks: give all of them the same")
    }
    guard let low = maps.map(\.lower).min(), let high = maps.map(\.upper).max() else { return }
    let threshold = maps.map(\.threshold).min() ?? 1
    for i in maps.indices { (maps[i].lower, maps[i].upper, maps[i].threshold) = (low, high, threshold) }
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
      for line in LeftOut(layout.axes).lines { remarks.note(panel + line) }
      if let twin = layout.axes.twin {
        for line in LeftOut(twin).lines { remarks.note(panel + "right axis: " + line) }
      }
    }
  }
}
