import Foundation

/// Draws measured axes and what is in them into a display list.
struct AxesPainter {
  let layout: AxesLayout
  var style: FigureStyle { layout.style }
  var setter: Typesetter { layout.setter }
  var area: Rect { layout.area }

  func draw(into list: inout DisplayList) throws {
    drawGrid(into: &list)
    list.clip(to: area)
    for case .heatMap(let map) in layout.axes.layers { try draw(map, into: &list) }
    try drawAreas(into: &list)
    list.endClip()
    drawFrame(into: &list)
    try drawLinesAndPoints(into: &list)
    for case .bars(let bars) in layout.axes.layers where bars.showValues { try drawValues(bars, into: &list) }
    for case .heatMap(let map) in layout.axes.layers { try drawNumbers(map, into: &list) }
    try drawLabels(into: &list)
    try layout.colorBar?.draw(beside: area, style: style, setter: setter, into: &list)
    var notes: [Rect] = []
    for case .note(let note) in layout.axes.layers { notes.append(try draw(note, into: &list)) }
    try placedLegend(notes)?.draw(style: style, into: &list)
  }

  /// The legend where it is drawn.
  func placedLegend(_ notes: [Rect] = []) throws -> LegendBox? {
    guard layout.legendPlace != .none, var legend = layout.legend else { return nil }
    let needed = layout.legendPlace == .best ? try obstacles(notes) : Obstacles(area)
    legend.place(layout.legendPlace, in: area, avoiding: needed, below: layout.below)
    return legend
  }

  // MARK: Order

  /// Bands and bars in the order in which they were added. What fills an area would hide the lines and points in it, so
  /// all areas lie beneath them.
  private func drawAreas(into list: inout DisplayList) throws {
    for layer in layout.axes.layers {
      switch layer {
      case .band(let band): try draw(band, into: &list)
      case .bars(let bars): try draw(bars, into: &list)
      case .line, .rule, .note, .heatMap: break
      }
    }
  }

  /// Lines with their markers, points and levels, each whole, in the order in which they were added: what comes later
  /// is never hidden by what came before.
  private func drawLinesAndPoints(into list: inout DisplayList) throws {
    // Lines end at the frame's inner rim, so that they leave it whole; markers on the frame are whole themselves.
    let inside = area.inset(by: style.axisWidth / 2)
    for layer in layout.axes.layers {
      switch layer {
      case .line(let line):
        list.clip(to: inside)
        try drawErrors(line, into: &list)
        try drawLine(line, into: &list)
        list.endClip()
        try drawMarkers(line, into: &list)
      case .rule(let rule):
        list.clip(to: inside)
        draw(rule, into: &list)
        list.endClip()
      case .bars, .band, .note, .heatMap: break
      }
    }
  }

  // MARK: Frame

  private func drawGrid(into list: inout DisplayList) {
    guard layout.axes.heatMap == nil else { return }
    let stroke = Stroke(style.gridColor, width: style.gridWidth)
    let grid = layout.axes.grid
    // A line under the frame itself would only thicken it.
    if (grid == .both || grid == .x) && layout.axes.categories.isEmpty {
      for x in layout.xTicks.values.map({ layout.xMap($0) }) where x > area.x + 1 && x < area.right - 1 {
        list.stroke(Path([Point(x, area.y), Point(x, area.bottom)]), stroke)
      }
    }
    if grid == .both || grid == .y {
      for y in layout.yTicks.values.map({ layout.yMap($0) }) where y > area.y + 1 && y < area.bottom - 1 {
        list.stroke(Path([Point(area.x, y), Point(area.right, y)]), stroke)
      }
    }
  }

  private func drawFrame(into list: inout DisplayList) {
    let stroke = Stroke(style.ink, width: style.axisWidth)
    let thin = Stroke(style.ink, width: style.axisWidth * 0.8)
    func mark(_ a: Point, _ dx: Double, _ dy: Double, _ stroke: Stroke) {
      list.stroke(Path([a, Point(a.x + dx, a.y + dy)]), stroke)
    }
    let plain = layout.axes.heatMap == nil
    // On a heat map, marks inside would be lost among the colours.
    if let map = layout.axes.heatMap {
      for x in layout.xTicks.values where map.options.columnNames.isEmpty {
        mark(Point(layout.xMap(x), area.bottom), 0, 2, stroke)
      }
      for y in layout.yTicks.values where map.options.rowNames.isEmpty {
        mark(Point(area.x, layout.yMap(y)), -2, 0, stroke)
      }
    }
    let named = !layout.axes.categories.isEmpty
    // A mark that touches the frame's corner would only make it look blotched.
    let edge = 2 * style.axisWidth
    if plain && !named {
      for (values, length, stroke) in [
        (layout.xTicks.values, style.tickLength, stroke), (layout.xTicks.minor, style.minorTickLength, thin),
      ] {
        for x in values.map({ layout.xMap($0) }) where x > area.x + edge && x < area.right - edge {
          mark(Point(x, area.bottom), 0, -length, stroke)
          mark(Point(x, area.y), 0, length, stroke)
        }
      }
    }
    if plain {
      for (values, length, stroke) in [
        (layout.yTicks.values, style.tickLength, stroke), (layout.yTicks.minor, style.minorTickLength, thin),
      ] {
        for y in values.map({ layout.yMap($0) }) where y > area.y + edge && y < area.bottom - edge {
          mark(Point(area.x, y), length, 0, stroke)
          mark(Point(area.right, y), -length, 0, stroke)
        }
      }
    }
    list.stroke(Path(area), stroke)
  }

  private func drawLabels(into list: inout DisplayList) throws(FigureError) {
    if !layout.hidesXLabels { try drawXLabels(into: &list) }
    if !layout.hidesYLabels {
      for (value, lines) in zip(layout.yTicks.values, layout.yLabels) {
        var y =
          layout.yMap(value) + layout.digit / 2 - layout.lineHeight * Double(lines.count - 1) / 2
        for line in lines {
          line.draw(at: Point(area.x - layout.labelGap - line.width, y), color: style.ink, into: &list)
          y += layout.lineHeight
        }
      }
      if let exponent = layout.yTicks.exponent {
        let text = try setter.line(Ticks.factor(exponent), size: style.fontSize)
        text.draw(at: Point(area.x, area.y - 3), color: style.ink, into: &list)
      }
    }
    var x = area.x - layout.yLabelWidth - 3 - setter.depth * style.labelSize
    if layout.yLabelWidth == 0 { x -= 0.5 }
    x -= style.labelSize * 1.2 * Double(layout.yTitle.count - 1)
    for line in layout.yTitle {
      line.draw(
        at: Point(x, area.y + (area.height + line.width) / 2), angle: 90, color: style.ink, into: &list)
      x += style.labelSize * 1.2
    }
    var y = area.y - 5 - style.titleSize * 1.25 * Double(layout.titleLines.count - 1)
    if layout.hasYFactor { y -= style.fontSize * 1.1 }
    if let legend = layout.legend, layout.legendPlace == .above { y -= legend.size.height + 3 }
    for line in layout.titleLines {
      line.draw(at: Point(area.center.x - line.width / 2, y), color: style.ink, into: &list)
      y += style.titleSize * 1.25
    }
  }

  private func drawXLabels(into list: inout DisplayList) throws(FigureError) {
    let top = area.bottom + layout.labelGap
    for (value, lines) in zip(layout.xTicks.values, layout.xLabels) {
      let x = layout.xMap(value)
      for (i, line) in lines.enumerated() {
        switch layout.xTurn {
        case .slanted:
          let reach = line.width * 0.7071
          line.draw(
            at: Point(x - reach + 1.5, top + reach + style.fontSize * 0.5), angle: 45, color: style.ink,
            into: &list)
        case .upright:
          let middle = x + layout.lineHeight * (Double(i) - Double(lines.count - 1) / 2)
          line.draw(
            at: Point(middle + layout.digit / 2, top + line.width), angle: 90, color: style.ink, into: &list)
        case .level:
          line.draw(
            at: Point(x - line.width / 2, top + layout.xAscent + layout.lineHeight * Double(i)),
            color: style.ink, into: &list)
        }
      }
    }
    if layout.hasXFooter { try drawXFooter(into: &list) }
  }

  /// The x label in the middle, the power of ten at the right end; the label gives way where they would meet.
  private func drawXFooter(into list: inout DisplayList) throws(FigureError) {
    var baseline = area.bottom + layout.xFooterBaseline
    var right = area.right
    if let exponent = layout.xTicks.exponent {
      let factor = try setter.line(Ticks.factor(exponent), size: style.fontSize)
      factor.draw(at: Point(area.right - factor.width, baseline), color: style.ink, into: &list)
      right -= factor.width + style.fontSize
    }
    for line in layout.xTitle {
      var x = area.center.x - line.width / 2
      if layout.xTicks.exponent != nil { x = min(x, right - line.width) }
      line.draw(at: Point(x, baseline), color: style.ink, into: &list)
      baseline += style.labelSize * 1.22
    }
  }

  // MARK: Annotations

  /// Draws a note; returns the box of its text.
  private func draw(_ note: Layer.Note, into list: inout DisplayList) throws(FigureError) -> Rect {
    let p = Point(layout.xMap(note.x), layout.yMap(note.y))
    let size = note.options.fontSize ?? style.fontSize
    let nothing = Rect(x: 0, y: 0, width: 0, height: 0)
    guard !note.text.isEmpty else { return nothing }
    guard p.isFinite, area.inset(by: -0.5).contains(p) else {
      setter.remarks.note("the note \"\(note.text.prefix(40))\" stands outside the axes and is not shown")
      return nothing
    }
    let lines = try setter.wrapped(note.text, size: size, width: max(area.width - 4, size * 3))
    let (dx, dy) = note.options.anchor.direction
    let d = note.options.distance / (dx != 0 && dy != 0 ? 2.0.squareRoot() : 1)
    let lineHeight = setter.lineHeight(size)
    let below = lineHeight * Double(lines.count - 1)
    let width = lines.map(\.width).max() ?? 0
    let (ascent, descent) = (lines.first?.ascent ?? 0, lines.last?.descent ?? 0)
    let height = setter.digitHeight * size
    // Inside the frame even where the anchor points out of it.
    func held(_ v: Double, _ low: Double, _ high: Double) -> Double {
      high > low ? min(max(v, low), high) : low
    }
    let x = held(p.x + dx * d + (dx - 1) / 2 * width, area.x + 2, area.right - 2 - width)
    // The first baseline: the block stands above, beside or below the point.
    let first = p.y + dy * d + (dy + 1) / 2 * height + (dy - 1) / 2 * below
    let y = held(first, area.y + 2 + ascent, area.bottom - 2 - descent - below)
    let box = Rect(x: x, y: y - ascent, width: width, height: ascent + below + descent)
    let color = note.options.color ?? style.ink
    if note.options.arrow {
      let tail = Point(held(p.x, box.x, box.right), held(p.y, box.y - 1.5, box.bottom + 1.5))
      drawArrow(from: tail, to: p, color: color, into: &list)
    }
    for (i, line) in lines.enumerated() {
      line.draw(at: Point(x, y + lineHeight * Double(i)), color: color, into: &list)
    }
    return box
  }

  private func drawArrow(from tail: Point, to tip: Point, color: Color, into list: inout DisplayList) {
    let length = hypot(tip.x - tail.x, tip.y - tail.y)
    guard length > 6 else { return }
    let (ux, uy) = ((tip.x - tail.x) / length, (tip.y - tail.y) / length)
    let end = Point(tip.x - ux * 2, tip.y - uy * 2)
    let neck = Point(end.x - ux * 3.5, end.y - uy * 3.5)
    list.stroke(Path([tail, neck]), Stroke(color, width: 0.6))
    list.fill(
      Path(
        [end, Point(neck.x - uy * 1.3, neck.y + ux * 1.3), Point(neck.x + uy * 1.3, neck.y - ux * 1.3)],
        closed: true),
      color)
  }
}
