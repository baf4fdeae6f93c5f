import Foundation

/// The legend measured, and later placed where it hides least.
struct LegendBox {
  struct Entry {
    var label: String
    var text: TextLayout
    var samples: [Layer]
  }

  private(set) var entries: [Entry] = []
  private(set) var size = Size(width: 0, height: 0)
  private var origin = Point(0, 0)
  var box: Rect { Rect(x: origin.x, y: origin.y, width: size.width, height: size.height) }
  private var columns = 1
  private var fixedColumns: Int?
  private var isStack = false
  private var columnWidths: [Double] = []
  private let rowHeight: Double
  private let padding: Double
  private let sampleWidth: Double
  private let gap: Double
  private var framed: Bool
  /// True when no place was found that leaves the data visible.
  private(set) var hidesData = false

  /// Nil when no series has a label or the legend is switched off.
  /// `oncePerLabel` takes only the first of several layers with one label, for the axes of a grid.
  init?(
    _ axes: Axes, style: FigureStyle, setter: Typesetter, oncePerLabel: Bool = false
  ) throws(FigureError) {
    rowHeight = style.fontSize * 1.38
    padding = 4
    let labelled = axes.layers.filter { $0.label != nil }
    let widest =
      labelled.contains(where: \.isDrawnAsLine) ? 2.3 : labelled.contains(where: \.isDrawnAsArea) ? 1.5 : 1
    sampleWidth = style.fontSize * widest
    gap = 4.5
    framed = axes.legend.frame
    guard axes.legend.place != .none else { return nil }
    var order: [String] = []
    var samples: [String: [Layer]] = [:]
    for layer in axes.layers {
      guard let label = layer.label, !label.isEmpty else { continue }
      if samples[label] == nil { order.append(label) } else if oncePerLabel { continue }
      samples[label, default: []].append(layer)
    }
    guard !order.isEmpty else { return nil }
    for label in order {
      let text = try setter.line(label, size: style.fontSize)
      entries.append(Entry(label: label, text: text, samples: samples[label] ?? []))
    }
    isStack = axes.stacked
    fixedColumns = axes.legend.columns.map { min(max($0, 1), entries.count) }
    columns = fixedColumns ?? 1
    arrange()
  }

  /// Cuts labels that are wider than the axes allow; above the axes, takes as many columns as fit.
  mutating func fit(
    width: Double, above: Bool, style: FigureStyle, setter: Typesetter
  ) throws(FigureError) {
    let room = max((above ? width : min(width * 0.8, 170)) - sampleWidth - gap - 2 * padding, 20)
    for i in entries.indices {
      entries[i].text = try setter.shortened(entries[i].label, size: style.fontSize, width: room)
    }
    if above && fixedColumns == nil {
      columns = entries.count
      arrange()
      while size.width > width && columns > 1 {
        columns -= 1
        arrange()
      }
    }
    arrange()
  }

  /// In one column, a stack is read from its top down.
  private var shown: [Entry] {
    guard isStack, columns == 1 else { return entries }
    let bars = entries.filter { !($0.samples.first?.isDrawnAsLine ?? true) }
    return bars.reversed() + entries.filter { $0.samples.first?.isDrawnAsLine ?? true }
  }

  private mutating func arrange() {
    let shown = shown
    let rows = (entries.count + columns - 1) / columns
    columns = (entries.count + rows - 1) / rows
    columnWidths = (0..<columns).map { c in
      let widest = entries.indices.filter { $0 / rows == c }.map { shown[$0].text.width }.max() ?? 0
      return sampleWidth + gap + widest
    }
    size = Size(
      width: columnWidths.reduce(0, +) + Double(columns - 1) * 9 + 2 * padding,
      height: Double(rows) * rowHeight + 2 * padding - 2)
  }

  func draw(style: FigureStyle, into list: inout DisplayList) {
    if framed {
      let path = Path.rounded(box, radius: 1.5)
      list.fill(path, style.background.opacity(0.9))
      list.stroke(path, Stroke(Color(0xB4B4B4), width: 0.5))
    }
    let rows = (entries.count + columns - 1) / columns
    for (i, entry) in shown.enumerated() {
      let x = box.x + padding + columnWidths.prefix(i / rows).reduce(0, +) + Double(i / rows) * 9
      let middle = box.y + padding - 1 + (Double(i % rows) + 0.5) * rowHeight
      let sample = Rect(x: x, y: middle - rowHeight * 0.3, width: sampleWidth, height: rowHeight * 0.6)
      for layer in entry.samples { AxesPainter.sample(of: layer, in: sample, style: style, into: &list) }
      entry.text.draw(
        at: Point(x + sampleWidth + gap, middle + style.fontSize * 0.24), color: style.ink, into: &list)
    }
  }

  // MARK: Placing

  /// What the legend should not cover, in points on the page.
  struct Obstacles {
    /// Places with a weight, such as markers and points along lines.
    var points: [(place: Point, weight: Double)] = []
    var boxes: [(box: Rect, weight: Double)] = []

    func cost(_ box: Rect) -> Double {
      let wide = box.inset(by: -2)
      var sum = 0.0
      for (place, weight) in points where wide.contains(place) { sum += weight }
      for (other, weight) in boxes { sum += weight * wide.overlap(other) }
      return sum
    }
  }

  /// Distance of a legend above the axes from their frame.
  var lift = 3.0

  /// Moves the box to a named place, or to where it hides least, in more columns if that helps.
  mutating func place(_ place: LegendOptions.Place, in area: Rect, avoiding obstacles: Obstacles) {
    if place == .above { framed = false }
    if place != .best {
      origin = named(place, in: area)
      return
    }
    var best: (cost: Double, columns: Int, origin: Point)?
    for count in fixedColumns.map({ [$0] }) ?? [1, 2, 3] where count <= entries.count {
      columns = count
      arrange()
      // A legend as wide as the axes looks like a table.
      if count > 1 && fixedColumns == nil && size.width > 0.75 * area.width { break }
      let found = leastHiding(in: area, avoiding: obstacles)
      if best.map({ found.cost < $0.cost - 1e-9 }) ?? true { best = (found.cost, count, found.place) }
      if found.cost == 0 { break }
    }
    guard let best else { return }
    columns = best.columns
    arrange()
    origin = best.origin
    hidesData = best.cost > 3
  }

  private func named(_ place: LegendOptions.Place, in area: Rect) -> Point {
    let room = area.inset(by: 5)
    let (x0, x1) = (room.x, max(room.right - size.width, room.x))
    let (y0, y1) = (room.y, max(room.bottom - size.height, room.y))
    let (xm, ym) = ((x0 + x1) / 2, (y0 + y1) / 2)
    return switch place {
    case .upperRight, .best, .none: Point(x1, y0)
    case .upperLeft: Point(x0, y0)
    case .lowerLeft: Point(x0, y1)
    case .lowerRight: Point(x1, y1)
    case .right: Point(x1, ym)
    case .left: Point(x0, ym)
    case .lower: Point(xm, y1)
    case .upper: Point(xm, y0)
    case .center: Point(xm, ym)
    case .outside: Point(area.right + 6, area.y)
    case .above: Point(area.x + (area.width - size.width) / 2, area.y - size.height - lift)
    }
  }

  /// Corners first, then the middles of the sides; a place in between only if it hides less.
  private func leastHiding(in area: Rect, avoiding obstacles: Obstacles) -> (cost: Double, place: Point) {
    var best = (cost: Double.infinity, place: named(.upperRight, in: area))
    func consider(_ p: Point) {
      let cost = obstacles.cost(Rect(x: p.x, y: p.y, width: size.width, height: size.height))
      if cost < best.cost - 1e-9 { best = (cost, p) }
    }
    for place: LegendOptions.Place in [
      .upperRight, .upperLeft, .lowerRight, .lowerLeft, .right, .left, .upper, .lower,
    ] { consider(named(place, in: area)) }
    guard best.cost > 0 else { return best }
    let (first, last) = (named(.upperLeft, in: area), named(.lowerRight, in: area))
    for row in 0...8 {
      for column in 0...8 {
        consider(
          Point(
            first.x + (last.x - first.x) * Double(column) / 8, first.y + (last.y - first.y) * Double(row) / 8)
        )
      }
    }
    return best
  }
}

extension Layer {
  /// True for what a legend shows as a stretch of line.
  fileprivate var isDrawnAsLine: Bool {
    switch self {
    case .line(let line): line.joined != .not
    case .rule: true
    case .bars, .band, .note, .heatMap: false
    }
  }

  /// True for what a legend shows as a patch of colour.
  fileprivate var isDrawnAsArea: Bool {
    switch self {
    case .bars, .band: true
    case .line, .rule, .note, .heatMap: false
    }
  }
}

extension Axes {
  /// True when bars stand on top of one another.
  var stacked: Bool {
    for case .bars(let bars) in layers where bars.foot.contains(where: { $0 != 0 }) { return true }
    return false
  }
}
