import Foundation
import Support

/// Lines of equal value of a grid, or the areas between them.
struct ContourLayer: PlotLayer {
  let grid: ContourGrid
  let levels: [Double]
  let options: ContourOptions

  init(_ grid: ContourGrid, options: ContourOptions) throws(FigureError) {
    guard grid.rows >= 2, grid.columns >= 2, grid.values.count == grid.rows * grid.columns else {
      throw FigureError(
        "contour: \(grid.values.count) values for \(grid.rows) rows and \(grid.columns) columns; at least 2 of each"
      )
    }
    for (name, places) in [("x", grid.x), ("y", grid.y)] {
      guard places.allSatisfy(\.isFinite), zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw FigureError("contour: \(name) must ascend and be finite")
      }
    }
    guard grid.rows <= 8192, grid.columns <= 8192 else {
      throw FigureError("contour: at most 8192 rows and columns, not \(grid.rows)×\(grid.columns)")
    }
    (self.grid, self.options) = (grid, options)
    let finite = grid.values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if let levels = options.levels {
      guard !levels.isEmpty, levels.count <= 100, levels.allSatisfy(\.isFinite),
        zip(levels, levels.dropFirst()).allSatisfy({ $0 < $1 })
      else { throw FigureError("contour: levels must be 1 to 100 ascending finite numbers") }
      self.levels = levels
    } else {
      self.levels = Ticks.linear(low, high, limit: options.count).values.filter { $0 > low && $0 < high }
    }
  }

  /// The values of the first and the last colour: those of the outer levels, or for areas of all values.
  private var range: (Double, Double) {
    let finite = grid.values.filter(\.isFinite)
    var (low, high) = (levels.first ?? 0, levels.last ?? 1)
    if options.isFilled { (low, high) = (min(finite.min() ?? low, low), max(finite.max() ?? high, high)) }
    if low < high { return (low, high) }
    let around = Span.around(low)
    return (around.lower, around.upper)
  }

  private func color(_ level: Double) -> Color {
    let (low, high) = range
    return options.color ?? options.colors.color(Span(low, high).fraction(level))
  }

  /// The colours of the areas below, between and above the lines on the page: those of their middles.
  private func areaColors(on page: Color) -> [Color] {
    let (low, high) = range
    let edges = [low] + levels + [high]
    return zip(edges, edges.dropFirst()).map { a, b in
      let color = options.colors.color(Span(low, high).fraction(Span(a, b).value(at: 0.5)))
      return page.mixed(with: color, options.opacity)
    }
  }

  // MARK: Axes

  func extendX(_ extent: inout Extent) {
    extent.add(grid.x)
    extent.sticky += [grid.x[0], grid.x[grid.columns - 1]]
  }

  func extendY(_ extent: inout Extent) {
    extent.add(grid.y)
    extent.sticky += [grid.y[0], grid.y[grid.rows - 1]]
  }

  var colorScale: ColorScale? {
    guard options.colorBar, options.color == nil || options.isFilled, !levels.isEmpty else { return nil }
    let (low, high) = range
    return ColorScale(
      colors: options.colors, lower: low, upper: high, label: options.label, opacity: options.opacity)
  }

  func count(in leftOut: inout LeftOut) { leftOut.infinite += grid.values.count { $0.isInfinite } }

  // MARK: Painting

  func paintGround(with painter: AxesPainter, into list: inout DisplayList) throws {
    guard options.isFilled else { return }
    let (xMap, yMap, page) = (painter.layout.xMap, painter.layout.yMap, painter.style.background)
    let xs = [xMap(grid.x[0]), xMap(grid.x[grid.columns - 1])].map { $0.isFinite ? $0 : xMap.start }
    let ys = [yMap(grid.y[0]), yMap(grid.y[grid.rows - 1])].map { $0.isFinite ? $0 : yMap.start }
    let whole = Rect(
      left: max(min(xs[0], xs[1]), painter.area.x), top: max(min(ys[0], ys[1]), painter.area.y),
      right: min(max(xs[0], xs[1]), painter.area.right), bottom: min(max(ys[0], ys[1]), painter.area.bottom))
    guard whole.width > 0, whole.height > 0 else { return }
    // A quarter of a point is as fine as print; polygons that only meet would have seams in viewers of vectors.
    let (width, height) = (Int((whole.width * 4).clamped(1, 2000)), Int((whole.height * 4).clamped(1, 2000)))
    let columns = (0..<width).map {
      xMap.value(at: whole.x + whole.width * (Double($0) + 0.5) / Double(width))
    }
    let shades = areaColors(on: page)
    let levels = levels
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * width * height)
    for row in 0..<height {
      try Cancellation.check()
      let y = yMap.value(at: whole.y + whole.height * (Double(row) + 0.5) / Double(height))
      for x in columns {
        let value = grid.value(x, y)
        let shade = value.isFinite ? shades[levels.firstIndex { $0 > value } ?? levels.count] : page
        bytes.append(shade.red)
        bytes.append(shade.green)
        bytes.append(shade.blue)
      }
    }
    list.image(try Pixels(width: width, height: height, channels: 3, bytes: bytes), in: whole, .nearest)
  }

  func paintLine(with painter: AxesPainter, into list: inout DisplayList) throws {
    guard !options.isFilled || options.color != nil else { return }
    let (xMap, yMap) = (painter.layout.xMap, painter.layout.yMap)
    list.clip(to: painter.inside)
    var numbers: [Point] = []
    for level in levels {
      let stroke = (options.dash ?? .solid).stroke(
        color(level), width: options.width ?? painter.style.lineWidth * 0.8)
      let digits = ValueFormat.places(levels)
      let text = try painter.setter.line(
        ValueFormat.short(level, places: digits), size: painter.style.fontSize * 0.8)
      for line in try grid.lines(at: level) {
        let points = line.map { Point(xMap($0.x), yMap($0.y)) }.filter(\.isFinite)
        let place =
          options.writesLevels
          ? ContourLayer.labelPlace(points, text.width + 4, painter.area, apart: numbers) : nil
        for part in ContourLayer.parts(points, without: place) {
          list.stroke(try part.path(within: painter.area.inset(by: -20)), stroke)
        }
        guard let place else { continue }
        numbers.append(place.middle)
        let turn = place.angle * .pi / 180
        let half = painter.setter.digitHeight * painter.style.fontSize * 0.4
        text.draw(
          at: Point(
            place.middle.x - cos(turn) * text.width / 2 + sin(turn) * half,
            place.middle.y + sin(turn) * text.width / 2 + cos(turn) * half),
          angle: place.angle, color: color(level).mixed(with: painter.style.ink, 0.3), into: &list)
      }
    }
    list.endClip()
  }

  /// Where a number stands in a line.
  struct LabelPlace {
    var first: Int
    var last: Int
    var middle: Point
    /// In degrees, such that the number is not upside down.
    var angle: Double
  }

  /// A straight stretch of a line with room for a number, away from the frame and from other numbers; nil where there is
  /// none.
  static func labelPlace(_ points: [Point], _ width: Double, _ area: Rect, apart others: [Point])
    -> LabelPlace?
  {
    let room = area.inset(by: width / 2 + 1)
    var best: (bend: Double, place: LabelPlace)?
    var length = 0.0
    var start = 0
    for end in points.indices.dropFirst() {
      length += hypot(points[end].x - points[end - 1].x, points[end].y - points[end - 1].y)
      func piece(_ i: Int) -> Double { hypot(points[i + 1].x - points[i].x, points[i + 1].y - points[i].y) }
      while start + 1 < end, length - piece(start) >= width {
        length -= piece(start)
        start += 1
      }
      guard length >= width else { continue }
      let (a, b) = (points[start], points[end])
      let direct = hypot(b.x - a.x, b.y - a.y)
      let middle = Point((a.x + b.x) / 2, (a.y + b.y) / 2)
      // A number in a short line would leave little of it.
      guard direct >= width * 0.9, room.contains(middle), points.count > 2 * (end - start),
        others.allSatisfy({ hypot($0.x - middle.x, $0.y - middle.y) > width * 1.3 })
      else { continue }
      let bend = length / direct
      guard best.map({ bend < $0.bend - 1e-6 }) ?? true else { continue }
      var angle = atan2(a.y - b.y, b.x - a.x) * 180 / .pi
      if angle > 90 { angle -= 180 }
      if angle <= -90 { angle += 180 }
      best = (bend, LabelPlace(first: start, last: end, middle: middle, angle: angle))
    }
    return best?.place
  }

  /// The line without the stretch of its number.
  private static func parts(_ points: [Point], without place: LabelPlace?) -> [[Point]] {
    guard let place else { return [points] }
    return [Array(points[...place.first]), Array(points[place.last...])].filter { $0.count > 1 }
  }

  func obstruct(_ obstacles: inout Obstacles, with painter: AxesPainter) throws {
    let (xMap, yMap) = (painter.layout.xMap, painter.layout.yMap)
    for level in levels {
      for line in try grid.lines(at: level) {
        for p in line { obstacles.add(Point(xMap(p.x), yMap(p.y)), 0.5) }
      }
    }
  }

  // MARK: Numbers

  var rowCount: Int { grid.values.count }

  func row(_ i: Int) -> NumbersRow {
    NumbersRow(
      "contour", x: CSV.number(grid.x[i % grid.columns]), y: CSV.number(grid.y[i / grid.columns]),
      value: CSV.number(grid.values[i]))
  }

  var heldNumbers: Int { grid.values.count }
}
