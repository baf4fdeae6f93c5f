import Support

/// The area between two curves.
struct BandLayer: PlotLayer {
  let x: [Double]
  let lower: [Double]
  let upper: [Double]
  let label: String?
  var color: Color?
  let opacity: Double
  var cycle: Int?

  init(
    x: [Double], lower: [Double], upper: [Double], label: String?, color: Color?, opacity: Double
  ) throws(FigureError) {
    guard x.count == lower.count, x.count == upper.count else {
      throw FigureError(
        "band: x has \(x.count) values, lower \(lower.count), upper \(upper.count); they must be equally many"
      )
    }
    (self.x, self.lower, self.upper) = (x, lower, upper)
    (self.label, self.color, self.opacity) = (label, color, opacity)
  }

  var cyclePlace: CyclePlace { .previous }

  func extendX(_ extent: inout Extent) {
    for (x, y) in zip(x, lower) where y.isFinite { extent.add(x) }
  }

  func extendY(_ extent: inout Extent) {
    for i in x.indices where x[i].isFinite {
      extent.add(lower[i])
      extent.add(upper[i])
    }
  }

  func count(in leftOut: inout LeftOut) {
    leftOut.countX(x)
    leftOut.countY(upper)
    leftOut.infinite += lower.count { $0.isInfinite }
  }

  /// A band is at least so wide, in points: where its curves meet, or where it is of one point, it still shows.
  private static let leastWidth = 1.0

  private func fill(_ style: FigureStyle) -> Color { (color ?? style.color(cycle ?? 0)).opacity(opacity) }

  func paintArea(with painter: AxesPainter, into list: inout DisplayList) throws {
    let (xMap, yMap) = (painter.layout.xMap, painter.layout.yMap)
    let color = fill(painter.style)
    let room = painter.area.inset(by: -20)
    let half = Self.leastWidth / 2
    var top: [Point] = []
    var bottom: [Point] = []
    func finish() throws {
      if top.count == 1 {
        let (a, b) = (top[0], bottom[0])
        (top, bottom) = (
          [Point(a.x - half, a.y), Point(a.x + half, a.y)], [Point(b.x - half, b.y), Point(b.x + half, b.y)]
        )
      }
      let area = room.clip(try top.thinned() + bottom.thinned().reversed())
      if !area.isEmpty { list.fill(Path(area, closed: true), color) }
      (top, bottom) = ([], [])
    }
    for i in self.x.indices {
      let x = xMap(self.x[i])
      if i % 65536 == 0 { try Cancellation.check() }
      let high = yMap(upper[i])
      // What reaches to 0 reaches to the frame on a logarithmic axis.
      let sinks = yMap.scale == .log && lower[i] <= 0
      let low = sinks ? room.bottom : yMap(lower[i])
      guard x.isFinite, low.isFinite, high.isFinite else {
        try finish()
        continue
      }
      let missing = max(half - abs(low - high) / 2, 0) * (low < high ? -1 : 1)
      top.append(Point(x, high - missing))
      bottom.append(Point(x, low + missing))
    }
    try finish()
  }

  var mark: LegendMark { .patch }

  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    list.fill(Path(box.swatch), fill(style))
  }

  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {
    for i in x.indices {
      for y in [lower[i], upper[i]] {
        obstacles.add(Point(painter.layout.xMap(x[i]), painter.layout.yMap(y)), 0.3)
      }
    }
  }

  var rowCount: Int { x.count }

  func row(_ i: Int) -> NumbersRow {
    NumbersRow(
      "band", x: CSV.number(x[i]), lower: CSV.number(lower[i]), upper: CSV.number(upper[i]))
  }

  var heldNumbers: Int { x.count + lower.count + upper.count }
}

extension LayerHolder {
  /// Fills between `lower` and `upper`, in the colour of the line added last unless told.
  public mutating func band(
    x: [Double], lower: [Double], upper: [Double], label: String? = nil, color: Color? = nil,
    opacity: Double = 0.18
  ) throws(FigureError) {
    var layer = try BandLayer(
      x: x, lower: lower, upper: upper, label: label, color: color, opacity: opacity)
    changeAxes { axes in
      if layer.color == nil {
        layer.color = (axes.layers.last(where: { $0 is LineLayer }) as? LineLayer)?.look.color
      }
      axes.add(layer)
    }
  }
}
