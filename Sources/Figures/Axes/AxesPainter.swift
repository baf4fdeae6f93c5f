/// Draws measured axes and what is in them into a display list.
struct AxesPainter {
  let layout: AxesLayout
  var style: FigureStyle { layout.style }
  var setter: Typesetter { layout.setter }
  var area: Rect { layout.area }

  /// The plot area up to the inner rim of its frame. Lines end there, so that they leave the frame whole.
  var inside: Rect { area.inset(by: style.axisWidth / 2) }

  /// The painters of these axes and of those at the right, which have the same frame.
  private var painters: [AxesPainter] { [self] + (layout.twin.map { [AxesPainter(layout: $0)] } ?? []) }

  /// Each painter with each of its layers.
  private func parts(_ painters: [AxesPainter]) -> [(painter: AxesPainter, layer: any PlotLayer)] {
    painters.flatMap { painter in painter.layout.axes.layers.map { (painter: painter, layer: $0) } }
  }

  /// Draws the layers in the order that ``PlotLayer`` tells, with the axes between them.
  ///
  /// Between breaks everything is drawn for itself; only what stands at places of the axes or at whole bars is not.
  func draw(into list: inout DisplayList) throws {
    let whole = parts(painters)
    let parts = parts(painters.flatMap(\.pieces))
    for piece in pieces { piece.drawGrid(into: &list) }
    // Clips do not nest, and those of all parts are the same where there are no breaks.
    for piece in pieces {
      let ofPiece = parts.filter { $0.painter.area == piece.area }
      list.clip(to: piece.area)
      for (painter, layer) in ofPiece { try layer.paintGround(with: painter, into: &list) }
      for (painter, layer) in ofPiece { try layer.paintArea(with: painter, into: &list) }
      list.endClip()
    }
    drawFrame(into: &list)
    for (painter, layer) in parts { try layer.paintLine(with: painter, into: &list) }
    for hasCells in [false, true] {
      for (painter, layer) in parts where !layer.isNamed && (layer.cells != nil) == hasCells {
        try layer.paintNumbers(with: painter, into: &list)
      }
      for (painter, layer) in whole where layer.isNamed && (layer.cells != nil) == hasCells {
        try layer.paintNumbers(with: painter, into: &list)
      }
    }
    try drawLabels(into: &list)
    try drawRightAxis(into: &list)
    var aside = area
    aside.width += layout.twinWidth
    try layout.colorBar?.draw(beside: aside, style: style, setter: setter, into: &list)
    try drawInsets(into: &list)
    var notes: [Rect] = []
    for (painter, layer) in whole {
      if let note = try layer.paintNote(with: painter, into: &list) { notes.append(note) }
    }
    try placedLegend(notes)?.draw(style: style, into: &list)
  }

  /// The legend where it is drawn.
  func placedLegend(_ notes: [Rect] = []) throws -> LegendBox? {
    guard layout.legendPlace != .none, var legend = layout.legend else { return nil }
    let needed = layout.legendPlace == .best ? try obstacles(notes) : Obstacles(area)
    legend.place(layout.legendPlace, in: area, avoiding: needed, below: layout.below)
    return legend
  }

  /// What the legend should not cover.
  private func obstacles(_ notes: [Rect]) throws -> Obstacles {
    var result = Obstacles(area)
    for note in notes { result.add(note, 1) }
    for inset in layout.axes.insets { result.add(inset.box(in: area), 4) }
    for (painter, layer) in parts(painters.flatMap(\.pieces)) { try layer.obstruct(&result, with: painter) }
    result.finish()
    return result
  }

  // MARK: Frame

  private func drawGrid(into list: inout DisplayList) {
    guard layout.axes.cells == nil else { return }
    let stroke = Stroke(style.gridColor, width: style.gridWidth)
    let grid = layout.axes.grid
    // A line under the frame itself would only thicken it.
    if (grid == .both || grid == .x) && layout.axes.categories.isEmpty {
      for x in layout.xTicks.values.map({ layout.xMap($0) }) where x > area.x + 1 && x < area.right - 1 {
        list.stroke(Path([Point(x, area.y), Point(x, area.bottom)]), stroke)
      }
    }
    if (grid == .both || grid == .y) && layout.axes.rowCategories.isEmpty {
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
    let cells = layout.axes.cells
    let plain = cells == nil
    // On a heat map, marks inside would be lost among the colours.
    if let cells {
      for x in layout.xTicks.values where cells.columnNames.isEmpty {
        mark(Point(layout.xMap(x), area.bottom), 0, 2, stroke)
      }
      for y in layout.yTicks.values where cells.rowNames.isEmpty {
        mark(Point(area.x, layout.yMap(y)), -2, 0, stroke)
      }
    }
    let named = !layout.axes.united.categories.isEmpty
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
    if plain && layout.axes.rowCategories.isEmpty {
      for (values, length, stroke) in [
        (layout.yTicks.values, style.tickLength, stroke), (layout.yTicks.minor, style.minorTickLength, thin),
      ] {
        for y in values.map({ layout.yMap($0) }) where y > area.y + edge && y < area.bottom - edge {
          mark(Point(area.x, y), length, 0, stroke)
          if layout.twin == nil { mark(Point(area.right, y), -length, 0, stroke) }
        }
      }
    }
    if isBroken { drawBrokenFrame(stroke, into: &list) } else { list.stroke(Path(area), stroke) }
  }

  private func drawLabels(into list: inout DisplayList) throws(FigureError) {
    if !layout.hidesXLabels { try drawXLabels(into: &list) }
    let ink = layout.axes.y.color ?? style.ink
    if !layout.hidesYLabels {
      for (value, lines) in zip(layout.yTicks.values, layout.yLabels) {
        var y =
          layout.yMap(value) + layout.digit / 2 - layout.lineHeight * Double(lines.count - 1) / 2
        for line in lines {
          line.draw(at: Point(area.x - layout.labelGap - line.width, y), color: ink, into: &list)
          y += layout.lineHeight
        }
      }
      if let exponent = layout.yTicks.exponent {
        let text = try setter.line(Ticks.factor(exponent), size: style.fontSize)
        text.draw(at: Point(area.x, area.y - 3), color: ink, into: &list)
      }
    }
    var x = area.x - layout.yLabelWidth - 3 - setter.depth * style.labelSize
    if layout.yLabelWidth == 0 { x -= 0.5 }
    x -= style.labelSize * 1.2 * Double(layout.yTitle.count - 1)
    for line in layout.yTitle {
      line.draw(
        at: Point(x, area.y + (area.height + line.width) / 2), angle: 90, color: ink, into: &list)
      x += style.labelSize * 1.2
    }
    var y = area.y - 5 - style.titleSize * 1.25 * Double(layout.titleLines.count - 1)
    if layout.hasFactor { y -= style.fontSize * 1.1 }
    if let legend = layout.legend, layout.legendPlace == .above { y -= legend.size.height + 3 }
    for line in layout.titleLines {
      line.draw(at: Point(area.center.x - line.width / 2, y), color: style.ink, into: &list)
      y += style.titleSize * 1.25
    }
  }
}
