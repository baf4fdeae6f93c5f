/// A line across the axes at one value.
struct RuleLayer: PlotLayer {
  let value: Double
  let isHorizontal: Bool
  let label: String?
  let look: LineStyle

  init(_ value: Double, isHorizontal: Bool, label: String?, style: LineStyle) throws(FigureError) {
    (self.value, self.isHorizontal, self.label, look) = (value, isHorizontal, label, style)
    try style.check(name)
  }

  /// The name of the method and of the kind in the CSV file.
  private var name: String { isHorizontal ? "hline" : "vline" }

  func extendX(_ extent: inout Extent) {
    if !isHorizontal { extent.add(value) }
  }

  func extendY(_ extent: inout Extent) {
    if isHorizontal { extent.add(value) }
  }

  func count(in leftOut: inout LeftOut) {
    // A gap in a curve is seen, a level that is missing is not.
    if value.isNaN { leftOut.notNumbers += 1 }
    if isHorizontal { leftOut.countY([value]) } else { leftOut.countX([value]) }
  }

  private func stroke(_ style: FigureStyle) -> Stroke {
    let color = look.color ?? Color(0x606060)
    return (look.dash ?? .dashed).stroke(
      color.opacity(color.alpha * look.opacity), width: look.width ?? 0.8)
  }

  /// Where the line begins and ends on the page; nil for a value that the axis cannot show.
  private func ends(_ painter: AxesPainter) -> (Point, Point)? {
    let area = painter.area
    let place = isHorizontal ? painter.layout.yMap(value) : painter.layout.xMap(value)
    guard place.isFinite else { return nil }
    return isHorizontal
      ? (Point(area.x, place), Point(area.right, place)) : (Point(place, area.y), Point(place, area.bottom))
  }

  func paintLine(with painter: AxesPainter, into list: inout DisplayList) throws {
    list.clip(to: painter.inside)
    if let (from, to) = ends(painter) { list.stroke(Path([from, to]), stroke(painter.style)) }
    list.endClip()
  }

  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {
    // A level goes on beside the legend: it makes another place better, but moves the legend out of the axes never.
    if let (from, to) = ends(painter) { obstacles.add(along: from, to, 0.02) }
  }

  var mark: LegendMark { .stretch }

  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    list.stroke(box.middleLine, stroke(style))
  }

  var rowCount: Int { 1 }

  func row(_ i: Int) -> NumbersRow {
    let number = CSV.number(value)
    return NumbersRow(name, x: isHorizontal ? "" : number, y: isHorizontal ? number : "")
  }
}

extension LayerHolder {
  /// Draws a level line across the axes at `y`.
  public mutating func hline(
    _ y: Double, label: String? = nil, style: LineStyle = LineStyle()
  ) throws(FigureError) {
    let layer = try RuleLayer(y, isHorizontal: true, label: label, style: style)
    changeAxes { $0.add(layer) }
  }

  /// Draws an upright line across the axes at `x`.
  public mutating func vline(
    _ x: Double, label: String? = nil, style: LineStyle = LineStyle()
  ) throws(FigureError) {
    let layer = try RuleLayer(x, isHorizontal: false, label: label, style: style)
    changeAxes { $0.add(layer) }
  }
}
