import Support

/// Points, and what joins them.
struct LineLayer: PlotLayer {
  /// What joins the points, by the name of the kind in the CSV file.
  enum Joined: String, Sendable {
    case straight = "line"
    case steps = "step"
    case not = "scatter"
  }

  let x: [Double]
  let y: [Double]
  let joined: Joined
  let label: String?
  let look: LineStyle
  let errors: Errors
  var cycle: Int?

  /// - Parameter name: what errors call the method.
  init(
    _ joined: Joined, x: [Double], y: [Double], label: String?, style: LineStyle, errors: Errors,
    calledAs name: String
  ) throws(FigureError) {
    guard x.count == y.count else {
      throw FigureError("\(name): x has \(x.count) values and y has \(y.count); they must be equally many")
    }
    try style.check(name)
    for (what, spread) in [("x errors", errors.x), ("y errors", errors.y)] {
      try spread?.check("\(name): \(what)", count: x.count)
    }
    (self.x, self.y, self.joined, self.label) = (x, y, joined, label)
    look = style
    self.errors = errors
  }

  var cyclePlace: CyclePlace { look.color == nil ? .next : .own }

  // MARK: Axes

  func extendX(_ extent: inout Extent) {
    for (i, x) in x.enumerated() where y[i].isFinite {
      extent.add(x)
      if x.isFinite, let ends = errors.x?.ends(i, around: x) { extent.add([ends.lower, ends.upper]) }
    }
  }

  func extendY(_ extent: inout Extent) {
    for (i, y) in y.enumerated() where x[i].isFinite {
      extent.add(y)
      if y.isFinite, let ends = errors.y?.ends(i, around: y) { extent.add([ends.lower, ends.upper]) }
    }
  }

  func count(in leftOut: inout LeftOut) {
    leftOut.countX(x)
    leftOut.countY(y)
    leftOut.countPoints(x, y, of: label)
  }

  // MARK: Looks

  func color(_ style: FigureStyle) -> Color {
    let color = look.color ?? style.color(cycle ?? 0)
    return color.opacity(color.alpha * look.opacity)
  }

  func stroke(_ style: FigureStyle) -> Stroke {
    let dash = look.dash ?? cycle.map { Dash.cycle[$0 % Dash.cycle.count] } ?? .solid
    return dash.stroke(color(style), width: look.width ?? style.lineWidth)
  }

  /// The marker: without a choice, scattered points and lines of few points have one.
  var marker: Marker {
    if let marker = look.marker { return marker }
    let few = joined == .straight && x.count <= 16
    guard joined == .not || few else { return .none }
    return cycle.map { Marker.cycle[$0 % Marker.cycle.count] } ?? .circle
  }

  // MARK: Painting

  func paintLine(with painter: AxesPainter, into list: inout DisplayList) throws {
    list.clip(to: painter.inside)
    if errors.x != nil || errors.y != nil {
      let cap = (look.markerSize ?? painter.style.markerSize) * 0.55
      try painter.paint(errorPoles(painter), cap: cap, color(painter.style), into: &list)
    }
    let spots = joined == .not ? [] : try paintCurve(with: painter, into: &list)
    list.endClip()
    // Markers on the frame are whole.
    if marker == .none {
      try paint(.circle, at: spots, painter, into: &list)
    } else {
      let (xMap, yMap) = (painter.layout.xMap, painter.layout.yMap)
      let shown = x.indices.lazy.filter { xMap.contains(x[$0]) && yMap.contains(y[$0]) }
      try paint(marker, at: shown.map { Point(xMap(x[$0]), yMap(y[$0])) }, painter, into: &list)
    }
  }

  /// Paints what joins the points; returns the points that no line shows, because they have no neighbours or all of these
  /// coincide with them.
  private func paintCurve(with painter: AxesPainter, into list: inout DisplayList) throws -> [Point] {
    let stroke = stroke(painter.style)
    let room = painter.area.inset(by: -20)
    var spots: [Point] = []
    for points in try runs(painter) {
      if points.isSpot(within: stroke.width) {
        if painter.area.inset(by: -1e-6).contains(points[0]) { spots.append(points[0]) }
        continue
      }
      let path = try (joined == .steps ? points.stepped() : points).path(within: room)
      list.stroke(path, stroke)
    }
    return spots
  }

  private func paint(
    _ sign: Marker, at places: some Sequence<Point>, _ painter: AxesPainter, into list: inout DisplayList
  ) throws {
    let (color, style) = (color(painter.style), painter.style)
    let size = look.markerSize ?? style.markerSize
    // An edge keeps a few markers apart; among many it would only eat their neighbours.
    let edge = x.count <= 200 && look.opacity >= 1 ? style.background : nil
    // Where many markers are in one place, only so many are drawn as change the picture.
    var crowd = Crowd(
      painter.area, cell: max(size / 4, 0.3),
      most: color.alpha >= 1 ? 1 : Int((3.5 / max(color.alpha, 0.02))))
    let isCrowded = x.count > 5000
    for (i, p) in places.enumerated() {
      if i % 4096 == 0 { try Cancellation.check() }
      guard p.isFinite, !isCrowded || crowd.takes(p) else { continue }
      sign.draw(at: p, size: size, color: color, edge: edge, into: &list)
    }
  }

  /// The points on the page, cut where a value is missing, thinned to what can be seen.
  private func runs(_ painter: AxesPainter) throws -> [[Point]] {
    let (xMap, yMap) = (painter.layout.xMap, painter.layout.yMap)
    var result: [[Point]] = []
    var run: [Point] = []
    for i in x.indices {
      if i % 65536 == 0 { try Cancellation.check() }
      let p = Point(xMap(x[i]), yMap(y[i]))
      if p.isFinite {
        run.append(p)
      } else if !run.isEmpty {
        result.append(run)
        run = []
      }
    }
    if !run.isEmpty { result.append(run) }
    return try result.map { try $0.thinned() }
  }

  /// The ends of each error bar on the page.
  private func errorPoles(_ painter: AxesPainter) throws -> [(Point, Point)] {
    let (xMap, yMap, area) = (painter.layout.xMap, painter.layout.yMap, painter.area)
    var poles: [(Point, Point)] = []
    for i in x.indices {
      if i % 65536 == 0 { try Cancellation.check() }
      let p = Point(xMap(x[i]), yMap(y[i]))
      guard p.isFinite else { continue }
      if let ends = errors.y?.ends(i, around: y[i]) {
        let (low, high) = (yMap(ends.lower), yMap(ends.upper))
        // An error that reaches below 0 reaches beyond the frame of a logarithmic axis.
        if high.isFinite, ends.lower < ends.upper {
          poles.append((Point(p.x, low.isFinite ? low : area.bottom + 20), Point(p.x, high)))
        }
      }
      if let ends = errors.x?.ends(i, around: x[i]) {
        let (low, high) = (xMap(ends.lower), xMap(ends.upper))
        if high.isFinite, ends.lower < ends.upper {
          poles.append((Point(low.isFinite ? low : area.x - 20, p.y), Point(high, p.y)))
        }
      }
    }
    return poles
  }

  // MARK: Legend

  var mark: LegendMark { joined == .not ? .sign : .stretch }

  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    let middle = box.center
    if joined != .not { list.stroke(box.middleLine, stroke(style)) }
    if errors.y != nil || errors.x != nil {
      let pole = Path([
        Point(middle.x, box.y - box.height * 0.1), Point(middle.x, box.bottom + box.height * 0.1),
      ])
      list.stroke(pole, AxesPainter.errorStroke(color(style)))
    }
    let size = min(look.markerSize ?? style.markerSize, box.height * 1.4)
    marker.draw(
      at: middle, size: size, color: color(style), edge: joined == .not ? nil : style.background, into: &list)
  }

  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {
    let heavy = marker != .none
    for run in try runs(painter) {
      for p in run { obstacles.add(p, heavy ? 12 : 2) }
      guard joined != .not else { continue }
      let path = try joined == .steps ? run.stepped() : run
      try Cancellation.check()
      // A sample stands for a tangle.
      let step = (path.count + 49_999) / 50_000
      for i in stride(from: 1, to: path.count, by: max(step, 1)) {
        obstacles.add(along: path[i - 1], path[i], Double(step))
      }
    }
    for pole in try errorPoles(painter).prefix(10_000) { obstacles.add(along: pole.0, pole.1, 1) }
  }

  // MARK: Numbers

  var rowCount: Int { x.count }

  func row(_ i: Int) -> NumbersRow {
    NumbersRow(
      joined.rawValue, x: CSV.number(x[i]), y: CSV.number(y[i]), xError: errors.x?.reach(i),
      yError: errors.y?.reach(i))
  }

  var heldNumbers: Int { x.count + y.count }
}

extension LayerHolder {
  /// Joins the points (`x[i]`, `y[i]`) in order. A point that is not a number breaks the line.
  ///
  /// Without a style, lines of up to 16 points carry markers. Throws ``FigureError`` for unequal lengths.
  public mutating func line(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle(), errors: Errors = Errors()
  ) throws(FigureError) {
    let layer = try LineLayer(
      .straight, x: x, y: y, label: label, style: style, errors: errors, calledAs: "line")
    changeAxes { $0.add(layer) }
  }

  /// Joins the points as ``line(x:y:label:style:errors:)``, but level from each point to the x of the next,
  /// as for anytime accuracy.
  public mutating func step(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle(), errors: Errors = Errors()
  ) throws(FigureError) {
    let layer = try LineLayer(
      .steps, x: x, y: y, label: label, style: style, errors: errors, calledAs: "step")
    changeAxes { $0.add(layer) }
  }

  /// Marks the points (`x[i]`, `y[i]`) without joining them; errors call the method `name`.
  ///
  /// Throws ``FigureError`` for unequal lengths.
  public mutating func scatter(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle(),
    errors: Errors = Errors(), calledAs name: String = "scatter"
  ) throws(FigureError) {
    let layer = try LineLayer(.not, x: x, y: y, label: label, style: style, errors: errors, calledAs: name)
    changeAxes { $0.add(layer) }
  }
}
