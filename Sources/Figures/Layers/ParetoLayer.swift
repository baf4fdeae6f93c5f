import Support

/// Points of two costs or gains, and the front of those that no other beats in both.
struct ParetoLayer: PlotLayer {
  let x: [Double]
  let y: [Double]
  let label: String?
  let look: LineStyle
  let options: ParetoOptions
  /// Whether a point is on the front.
  let isBest: [Bool]
  /// The points of the front by their x.
  private let front: [Int]
  var cycle: Int?

  init(x: [Double], y: [Double], label: String?, style: LineStyle, options: ParetoOptions) throws(FigureError)
  {
    guard x.count == y.count else {
      throw FigureError("pareto: x has \(x.count) values and y has \(y.count); they must be equally many")
    }
    guard options.names.isEmpty || options.names.count == x.count else {
      throw FigureError("pareto: \(options.names.count) names for \(x.count) points")
    }
    try style.check("pareto")
    (self.x, self.y, self.label, look, self.options) = (x, y, label, style, options)
    let (across, up) = (options.x == .lower ? 1.0 : -1, options.y == .lower ? 1.0 : -1)
    // From the best x on, a point is on the front where its y is better than all before; of equal x the best comes first.
    let order = x.indices.filter { x[$0].isFinite && y[$0].isFinite }.sorted {
      (across * x[$0], up * y[$0], $0) < (across * x[$1], up * y[$1], $1)
    }
    var isBest = [Bool](repeating: false, count: x.count)
    var best = Double.infinity
    var last: Int?
    for i in order {
      let isEqual = last.map { x[$0] == x[i] && y[$0] == y[i] } ?? false
      guard up * y[i] < best || isEqual else { continue }
      isBest[i] = true
      (best, last) = (up * y[i], i)
    }
    self.isBest = isBest
    let found = isBest
    front = order.filter { found[$0] }.sorted { x[$0] < x[$1] }
  }

  var cyclePlace: CyclePlace { look.color == nil ? .next : .own }

  func extendX(_ extent: inout Extent) {
    for (x, y) in zip(x, y) where y.isFinite { extent.add(x) }
  }

  func extendY(_ extent: inout Extent) {
    for (x, y) in zip(x, y) where x.isFinite { extent.add(y) }
  }

  func count(in leftOut: inout LeftOut) {
    leftOut.countX(x)
    leftOut.countY(y)
    leftOut.notNumbers += x.indices.count { x[$0].isNaN || y[$0].isNaN }
  }

  // MARK: Painting

  private func color(_ style: FigureStyle) -> Color {
    let color = look.color ?? style.color(cycle ?? 0)
    return color.opacity(color.alpha * look.opacity)
  }

  private var marker: Marker { look.marker ?? cycle.map { Marker.cycle[$0 % Marker.cycle.count] } ?? .circle }

  private func stroke(_ style: FigureStyle) -> Stroke {
    (look.dash ?? .solid).stroke(color(style), width: look.width ?? style.lineWidth)
  }

  private func point(_ i: Int, _ layout: AxesLayout) -> Point { Point(layout.xMap(x[i]), layout.yMap(y[i])) }

  /// The border of what the front beats, in steps: at a cost between two points, what is reached is that of the cheaper.
  private func steps(_ layout: AxesLayout) -> [Point] {
    let points = front.map { point($0, layout) }.filter(\.isFinite)
    var result: [Point] = []
    for p in points {
      if let last = result.last {
        result.append(options.x == .lower ? Point(p.x, last.y) : Point(last.x, p.y))
      }
      result.append(p)
    }
    return result
  }

  func paintLine(with painter: AxesPainter, into list: inout DisplayList) throws {
    let (layout, style) = (painter.layout, painter.style)
    list.clip(to: painter.inside)
    let path = steps(layout)
    if path.count > 1 { list.stroke(try path.path(within: painter.area.inset(by: -20)), stroke(style)) }
    list.endClip()
    let size = look.markerSize ?? style.markerSize
    var crowd = Crowd(painter.area, cell: max(size / 4, 0.3), most: 1)
    // The front lies over what it beats.
    for best in [false, true] {
      let color = best ? color(style) : color(style).mixed(with: style.background, 0.6)
      for i in x.indices where isBest[i] == best && layout.xMap.contains(x[i]) && layout.yMap.contains(y[i]) {
        if i % 4096 == 0 { try Cancellation.check() }
        let p = point(i, layout)
        guard x.count <= 5000 || crowd.takes(p) else { continue }
        marker.draw(
          at: p, size: best ? size : size * 0.8, color: color, edge: best ? style.background : nil,
          into: &list)
      }
    }
  }

  func paintNumbers(with painter: AxesPainter, into list: inout DisplayList) throws {
    guard !options.names.isEmpty else { return }
    let (setter, style, area) = (painter.setter, painter.style, painter.area)
    let size = style.fontSize * 0.9
    // Names stand on the side that the front leaves free.
    let isUpper = options.y == .higher
    for i in front {
      let p = point(i, painter.layout)
      guard p.isFinite, area.contains(p), !options.names[i].isEmpty else { continue }
      let text = try setter.line(options.names[i], size: size)
      let beside = options.x == .lower ? p.x - text.width - 4 : p.x + 4
      let left = beside.clamped(area.x + 2, max(area.right - 2 - text.width, area.x + 2))
      let baseline = isUpper ? p.y - 4 : p.y + 4 + text.ascent
      text.draw(
        at: Point(left, baseline.clamped(area.y + 2 + text.ascent, area.bottom - 2 - text.descent)),
        color: style.ink, into: &list)
    }
  }

  // MARK: Legend

  var mark: LegendMark { .stretch }

  func paintMark(in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    list.stroke(box.middleLine, stroke(style))
    let size = min(look.markerSize ?? style.markerSize, box.height * 1.4)
    marker.draw(at: box.center, size: size, color: color(style), edge: style.background, into: &list)
  }

  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {
    for i in x.indices { obstacles.add(point(i, painter.layout), 12) }
    let path = steps(painter.layout)
    for (a, b) in zip(path, path.dropFirst()) { obstacles.add(along: a, b, 1) }
  }

  // MARK: Numbers

  var rowCount: Int { x.count }

  func row(_ i: Int) -> NumbersRow {
    NumbersRow(
      "pareto", name: options.names.isEmpty ? "" : options.names[i], x: CSV.number(x[i]), y: CSV.number(y[i]),
      value: isBest[i] ? "1" : "0")
  }

  var heldNumbers: Int { 3 * x.count }
}

/// Which numbers of an axis are better.
public enum Better: String, NamedOption {
  case lower, higher
  public static let optionName = "better side"
}

/// What is a gain in a plot of Pareto's front, and what its points are called.
public struct ParetoOptions: Sendable, Hashable {
  /// Which values of x are better; costs stand there as a rule.
  public var x: Better
  /// Which values of y are better.
  public var y: Better
  /// The names of the points, written at those of the front; none for no names.
  public var names: [String]

  public init(x: Better = .lower, y: Better = .higher, names: [String] = []) {
    (self.x, self.y, self.names) = (x, y, names)
  }
}

extension LayerHolder {
  /// Draws points, pale those that another is better than in both coordinates, or in one and equal in the other; the rest
  /// is Pareto's front, joined by steps.
  ///
  /// In the numbers of the figure `value` is 1 for points of the front. Throws ``FigureError`` for unequal lengths.
  public mutating func pareto(
    x: [Double], y: [Double], label: String? = nil, style: LineStyle = LineStyle(),
    options: ParetoOptions = ParetoOptions()
  ) throws(FigureError) {
    let layer = try ParetoLayer(x: x, y: y, label: label, style: style, options: options)
    changeAxes { $0.add(layer) }
  }
}
