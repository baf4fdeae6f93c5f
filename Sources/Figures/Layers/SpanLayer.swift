/// A stretch of one axis, filled across the other.
struct SpanLayer: PlotLayer {
  // An end that is infinite reaches to the frame.
  let lower: Double
  let upper: Double
  let isHorizontal: Bool
  let label: String?
  let color: Color

  /// Throws ``FigureError`` for an end that is not a number.
  init(
    _ from: Double, _ to: Double, isHorizontal: Bool, label: String?, color: Color?, opacity: Double
  ) throws(FigureError) {
    self.isHorizontal = isHorizontal
    (lower, upper) = (min(from, to), max(from, to))
    self.label = label
    self.color = (color ?? Color(0x808080)).opacity(opacity)
    guard !from.isNaN, !to.isNaN else { throw FigureError("\(name): an end is not a number") }
  }

  /// The name of the method and of the kind in the CSV file.
  private var name: String { isHorizontal ? "hspan" : "vspan" }

  func extendX(_ extent: inout Extent) {
    if !isHorizontal { extent.add([lower, upper]) }
  }

  func extendY(_ extent: inout Extent) {
    if isHorizontal { extent.add([lower, upper]) }
  }

  /// The stretch on the page, held within the plot area; nil where none of it is seen.
  private func box(_ layout: AxesLayout) -> Rect? {
    let (area, map) = (layout.area, isHorizontal ? layout.yMap : layout.xMap)
    /// An end that the axis cannot show lies beyond the lower or the upper end of the axis.
    func place(_ value: Double, beyond: Double) -> Double {
      let place = map(value)
      return place.isFinite ? place : beyond
    }
    let (a, b) = (place(lower, beyond: map.start), place(upper, beyond: upper > 0 ? map.end : map.start))
    let (first, last) = (min(a, b), max(a, b))
    let whole =
      isHorizontal
      ? Rect(left: area.x, top: max(first, area.y), right: area.right, bottom: min(last, area.bottom))
      : Rect(left: max(first, area.x), top: area.y, right: min(last, area.right), bottom: area.bottom)
    return whole.width > 0 && whole.height > 0 ? whole : nil
  }

  func paintArea(with painter: AxesPainter, into list: inout DisplayList) throws {
    if let box = box(painter.layout) { list.fill(Path(box), color) }
  }

  var mark: LegendMark { .patch }

  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    list.fill(Path(box.swatch), color)
  }

  var rowCount: Int { 1 }

  func row(_ i: Int) -> NumbersRow {
    NumbersRow(name, lower: CSV.number(lower), upper: CSV.number(upper))
  }
}

extension LayerHolder {
  /// Fills between two values of the y axis, across the axes; an infinite end reaches to the frame.
  public mutating func hspan(
    _ from: Double, _ to: Double, label: String? = nil, color: Color? = nil, opacity: Double = 0.15
  ) throws(FigureError) {
    let layer = try SpanLayer(from, to, isHorizontal: true, label: label, color: color, opacity: opacity)
    changeAxes { $0.add(layer) }
  }

  /// Fills between two values of the x axis, from the lower to the upper frame; see
  /// ``hspan(_:_:label:color:opacity:)``.
  public mutating func vspan(
    _ from: Double, _ to: Double, label: String? = nil, color: Color? = nil, opacity: Double = 0.15
  ) throws(FigureError) {
    let layer = try SpanLayer(from, to, isHorizontal: false, label: label, color: color, opacity: opacity)
    changeAxes { $0.add(layer) }
  }
}
