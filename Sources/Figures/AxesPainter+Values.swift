import Foundation
import Support

// The numbers at bars and in the cells of heat maps, and errors.
extension AxesPainter {
  func drawNumbers(_ map: Layer.HeatMap, into list: inout DisplayList) throws {
    guard let digits = map.options.digits else { return }
    let (low, high) = map.range
    let one = cell(0, 0)
    let widest = try layout.widestNumber(map, digits: digits)
    let size = min(style.fontSize * 0.9, one.height * 0.55, (one.width - 2) / max(widest, 0.1))
    guard size >= AxesLayout.smallestNumber * 0.95 else { return }
    for row in 0..<map.rows {
      try Cancellation.check()
      for column in 0..<map.columns {
        let value = map.values[row * map.columns + column]
        guard value.isFinite else { continue }
        let box = cell(row, column)
        let text = try setter.line(AxesLayout.number(value, digits), size: size)
        let behind = map.options.colors.color(Span(low, high).fraction(value))
        text.draw(
          at: Point(box.center.x - text.width / 2, box.center.y + setter.digitHeight * size / 2),
          color: behind.luminance > 0.3 ? .black : .white, into: &list)
      }
    }
  }

  /// Where the value of each bar stands.
  func valueBoxes(_ bars: Layer.Bars) throws(FigureError) -> [(index: Int, rect: Rect, text: TextLayout)] {
    let texts = try layout.texts(bars)
    let digits = setter.digitHeight * layout.valueSize
    var result: [(index: Int, rect: Rect, text: TextLayout)] = []
    for (i, box) in layout.boxes(bars).enumerated() {
      guard let box, let text = texts[i] else { continue }
      let (w, h) = layout.valuesUpright ? (digits, text.width) : (text.width, digits)
      let x = (box.center.x - w / 2).clamped(area.x + 1.5, max(area.right - 1.5 - w, area.x + 1.5))
      var y: Double
      if bars.isStacked {
        let shown = (max(box.y, area.y), min(box.bottom, area.bottom))
        y = (shown.0 + shown.1 - h) / 2
      } else {
        let error = layout.errorEnds(bars, i)
        // Above the bar, or below one that hangs.
        y =
          bars.values[i] < 0
          ? max(box.bottom, error?.bottom ?? box.bottom) + 2.5 : min(box.y, error?.top ?? box.y) - 2.5 - h
      }
      y = y.clamped(area.y + 2, max(area.bottom - 2 - h, area.y + 2))
      result.append((i, Rect(x: x, y: y, width: w, height: h), text))
    }
    return result
  }

  func drawValues(_ bars: Layer.Bars, into list: inout DisplayList) throws {
    let boxes = layout.boxes(bars)
    let fill = AxesPainter.color(bars, style)
    var squeezed = 0
    for (i, rect, text) in try valueBoxes(bars) {
      if i % 1024 == 0 { try Cancellation.check() }
      let middle = rect.center
      let isInside = boxes[i]?.contains(middle) ?? false
      if bars.isStacked, let box = boxes[i], box.height < rect.height + 1 {
        squeezed += 1
        continue
      }
      let color = isInside && fill.luminance < 0.3 && fill.alpha > 0.5 ? style.background : style.ink
      layout.valuesUpright
        ? text.draw(at: Point(rect.right, rect.bottom), angle: 90, color: color, into: &list)
        : text.draw(at: Point(rect.x, rect.bottom), color: color, into: &list)
    }
    if squeezed > 0 {
      setter.remarks.note(
        "\(squeezed) of the values in stacked bars \(squeezed == 1 ? "is" : "are") not shown: too thin for a number"
      )
    }
  }

  // MARK: Errors

  static func errorStroke(_ color: Color) -> Stroke { Stroke(color, width: 0.8) }

  /// The ends of each error bar on the page.
  func errorPoles(_ line: Layer.Line) throws -> [(Point, Point)] {
    var poles: [(Point, Point)] = []
    for i in line.x.indices {
      if i % 65536 == 0 { try Cancellation.check() }
      let p = Point(layout.xMap(line.x[i]), layout.yMap(line.y[i]))
      guard p.isFinite else { continue }
      if let ends = line.yError?.ends(i, around: line.y[i]) {
        let (low, high) = (layout.yMap(ends.lower), layout.yMap(ends.upper))
        // On a logarithmic axis an error that reaches below 0 reaches beyond the frame.
        if high.isFinite, ends.lower < ends.upper {
          poles.append((Point(p.x, low.isFinite ? low : area.bottom + 20), Point(p.x, high)))
        }
      }
      if let ends = line.xError?.ends(i, around: line.x[i]) {
        let (low, high) = (layout.xMap(ends.lower), layout.xMap(ends.upper))
        if high.isFinite, ends.lower < ends.upper {
          poles.append((Point(low.isFinite ? low : area.x - 20, p.y), Point(high, p.y)))
        }
      }
    }
    return poles
  }

  func drawErrors(_ line: Layer.Line, into list: inout DisplayList) throws {
    guard line.xError != nil || line.yError != nil else { return }
    let cap = (line.style.markerSize ?? style.markerSize) * 0.55
    try draw(errorPoles(line), cap: cap, AxesPainter.color(line, style), into: &list)
  }

  func drawErrors(_ bars: Layer.Bars, into list: inout DisplayList) throws {
    guard bars.error != nil else { return }
    var poles: [(Point, Point)] = []
    var narrowest = 12.0
    for (i, box) in layout.boxes(bars).enumerated() {
      guard let box, let ends = layout.errorEnds(bars, i) else { continue }
      poles.append((Point(box.center.x, ends.bottom), Point(box.center.x, ends.top)))
      narrowest = min(narrowest, box.width)
    }
    try draw(poles, cap: min(narrowest * 0.3, 3), style.ink, into: &list)
  }

  private func draw(
    _ poles: [(Point, Point)], cap: Double, _ color: Color, into list: inout DisplayList
  ) throws {
    let stroke = AxesPainter.errorStroke(color)
    let room = area.inset(by: -30)
    for (i, (a, b)) in poles.enumerated() {
      if i % 4096 == 0 { try Cancellation.check() }
      guard let (from, to) = room.clip(a, b) else { continue }
      list.stroke(Path([from, to]), stroke)
      let isUpright = a.x == b.x
      for end in [a, b] where room.contains(end) {
        let (dx, dy) = isUpright ? (cap, 0) : (0, cap)
        list.stroke(Path([Point(end.x - dx, end.y - dy), Point(end.x + dx, end.y + dy)]), stroke)
      }
    }
  }
}

/// Counts points in small squares, to leave out those that nobody could see.
struct Crowd {
  private let area: Rect
  private let cell: Double
  private let most: UInt8
  private let columns: Int
  private var counts: [UInt8]

  init(_ area: Rect, cell: Double, most: Int) {
    self.area = area.inset(by: -2)
    self.cell = cell
    self.most = UInt8(most.clamped(1, 200))
    columns = Int((self.area.width / cell).rounded(.up)).clamped(1, 20_000)
    counts = [UInt8](
      repeating: 0, count: columns * Int((self.area.height / cell).rounded(.up)).clamped(1, 20_000))
  }

  /// True for the first few in each square.
  mutating func takes(_ p: Point) -> Bool {
    let column = ((p.x - area.x) / cell).clamped(0, Double(columns - 1))
    let row = ((p.y - area.y) / cell).clamped(0, Double(counts.count / columns - 1))
    let i = Int(row) * columns + Int(column)
    guard counts[i] < most else { return false }
    counts[i] += 1
    return true
  }
}
