/// A text at a place of the axes rather than of the data.
struct TextLayer: PlotLayer {
  let text: String
  /// Parts of the plot area's width from the left and of its height from below; outside of 0…1 beside the axes.
  let x: Double
  let y: Double
  let options: NoteOptions

  /// Throws ``FigureError`` for a place that is more than the size of the axes away from them.
  init(_ text: String, x: Double, y: Double, options: NoteOptions) throws(FigureError) {
    guard (-1...2).contains(x), (-1...2).contains(y) else {
      throw FigureError(
        "text: the place is given in parts of the axes, from -1 to 2, not (\(x), \(y)); annotate takes data's"
      )
    }
    (self.text, self.x, self.y, self.options) = (text, x, y, options)
  }

  /// The lines, where they begin and the box around them.
  private func placed(
    _ layout: AxesLayout
  ) throws(FigureError) -> (lines: [TextLayout], first: Point, box: Rect) {
    let (setter, area) = (layout.setter, layout.area)
    let size = options.fontSize ?? layout.style.fontSize
    let point = Point(area.x + x * area.width, area.bottom - y * area.height)
    let lines = try setter.wrapped(text, size: size, width: max(layout.panel.width - 8, size * 4))
    let below = setter.lineHeight(size) * Double(max(lines.count, 1) - 1)
    let width = lines.map(\.width).max() ?? 0
    let (ascent, descent) = (lines.first?.ascent ?? 0, lines.last?.descent ?? 0)
    let (dx, dy) = options.anchor.direction
    let left: Double = point.x + dx * options.gap + (dx - 1) / 2 * width
    let lowered: Double = (dy + 1) / 2 * setter.digitHeight * size
    let raised: Double = (dy - 1) / 2 * below
    let first: Double = point.y + dy * options.gap + lowered + raised
    let box = Rect(x: left, y: first - ascent, width: width, height: ascent + below + descent)
    return (lines, Point(left, first), box)
  }

  func makeRoom(in layout: inout AxesLayout) throws(FigureError) {
    layout.keepFree(try placed(layout).box)
  }

  func paintNote(with painter: AxesPainter, into list: inout DisplayList) throws -> Rect? {
    let (lines, first, box) = try placed(painter.layout)
    let size = options.fontSize ?? painter.style.fontSize
    for (i, line) in lines.enumerated() {
      line.draw(
        at: Point(first.x, first.y + painter.setter.lineHeight(size) * Double(i)),
        color: options.color ?? painter.style.ink, into: &list)
    }
    return lines.isEmpty ? nil : box
  }

  var rowCount: Int { 1 }

  func row(_ i: Int) -> NumbersRow {
    NumbersRow("text", name: text, x: CSV.number(x), y: CSV.number(y))
  }
}

extension LayerHolder {
  /// Writes `text` at a place of the axes: x from 0 at their left to 1 at their right, y from 0 below to 1 above.
  ///
  /// Beyond these it stands beside the axes, which give way. Throws ``FigureError`` for a place far from them.
  public mutating func text(
    _ text: String, x: Double, y: Double, options: NoteOptions = NoteOptions(anchor: .center)
  ) throws(FigureError) {
    let layer = try TextLayer(text, x: x, y: y, options: options)
    changeAxes { $0.add(layer) }
  }
}
