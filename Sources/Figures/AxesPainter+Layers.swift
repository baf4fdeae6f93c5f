import Foundation
import Support

extension AxesPainter {
  // MARK: Lines

  func drawLine(_ line: Layer.Line, into list: inout DisplayList) throws {
    guard line.joined != .not else { return }
    let stroke = AxesPainter.stroke(line, style)
    for points in try runs(line) {
      let path = try visible(line.joined == .steps ? stepped(points) : points)
      list.stroke(path, stroke)
    }
  }

  func drawMarkers(_ line: Layer.Line, into list: inout DisplayList) throws {
    let marker = AxesPainter.marker(line)
    guard marker != .none else { return }
    let color = AxesPainter.color(line, style)
    let size = line.style.markerSize ?? style.markerSize
    // An edge keeps a few markers apart; among many it would only eat their neighbours.
    let edge = line.x.count <= 200 && line.style.opacity >= 1 ? style.background : nil
    // Of many markers in one place only so many are drawn as change the picture.
    var crowd = Crowd(
      area, cell: max(size / 4, 0.3), most: color.alpha >= 1 ? 1 : Int((3.5 / max(color.alpha, 0.02))))
    let isCrowded = line.x.count > 5000
    for i in line.x.indices where layout.xMap.contains(line.x[i]) && layout.yMap.contains(line.y[i]) {
      if i % 4096 == 0 { try Cancellation.check() }
      let p = Point(layout.xMap(line.x[i]), layout.yMap(line.y[i]))
      guard p.isFinite, !isCrowded || crowd.takes(p) else { continue }
      marker.draw(at: p, size: size, color: color, edge: edge, into: &list)
    }
  }

  /// The points on the page, cut where a value is missing, thinned to what can be seen.
  func runs(_ line: Layer.Line) throws -> [[Point]] {
    var result: [[Point]] = []
    var run: [Point] = []
    for i in line.x.indices {
      if i % 65536 == 0 { try Cancellation.check() }
      let p = Point(layout.xMap(line.x[i]), layout.yMap(line.y[i]))
      if p.isFinite {
        run.append(p)
      } else if !run.isEmpty {
        result.append(run)
        run = []
      }
    }
    if !run.isEmpty { result.append(run) }
    return try result.map(thinned)
  }

  /// For long runs along x: first, lowest, highest and last point of every tenth of a point.
  private func thinned(_ points: [Point]) throws -> [Point] {
    guard points.count > 4000 else { return points }
    let ordered = zip(points, points.dropFirst()).allSatisfy { $0.x <= $1.x }
    var result: [Point] = []
    if !ordered {
      for (i, p) in points.enumerated() {
        if i % 65536 == 0 { try Cancellation.check() }
        if let last = result.last, hypot(last.x - p.x, last.y - p.y) <= 0.08 { continue }
        result.append(p)
      }
      return result
    }
    var start = 0
    while start < points.count {
      if result.count & 0xFFF == 0 { try Cancellation.check() }
      let column = (points[start].x * 10).rounded(.down)
      var end = start
      var (low, high) = (start, start)
      while end < points.count && (points[end].x * 10).rounded(.down) == column {
        if points[end].y < points[low].y { low = end }
        if points[end].y > points[high].y { high = end }
        end += 1
      }
      for i in Set([start, low, high, end - 1]).sorted() { result.append(points[i]) }
      start = end
    }
    return result
  }

  /// Level to the next point's x, then up or down.
  private func stepped(_ points: [Point]) throws -> [Point] {
    var result: [Point] = []
    for (i, p) in points.enumerated() {
      if i % 65536 == 0 { try Cancellation.check() }
      if let last = result.last, last.y != p.y { result.append(Point(p.x, last.y)) }
      result.append(p)
    }
    return result
  }

  /// The part of a polyline in and near the plot area; far ends would only cost time.
  private func visible(_ points: [Point]) throws -> Path {
    let room = area.inset(by: -20)
    var path = Path()
    if points.count == 1, room.contains(points[0]) { return Path(points) }
    var last: Point?
    for (i, (a, b)) in zip(points, points.dropFirst()).enumerated() {
      if i % 65536 == 0 { try Cancellation.check() }
      guard let (from, to) = room.clip(a, b) else {
        last = nil
        continue
      }
      if last != from { path.move(from) }
      path.line(to)
      last = to
    }
    return path
  }

  // MARK: Areas

  func draw(_ band: Layer.Band, into list: inout DisplayList) throws {
    let color = (band.color ?? style.color(band.cycle)).opacity(band.opacity)
    let room = area.inset(by: -20)
    func held(_ p: Point) -> Point {
      Point(min(max(p.x, room.x), room.right), min(max(p.y, room.y), room.bottom))
    }
    var top: [Point] = []
    var bottom: [Point] = []
    func finish() {
      if top.count > 1 { list.fill(Path(top + bottom.reversed(), closed: true), color) }
      (top, bottom) = ([], [])
    }
    for i in band.x.indices {
      let x = layout.xMap(band.x[i])
      if i % 65536 == 0 { try Cancellation.check() }
      let high = layout.yMap(band.upper[i])
      // On a logarithmic axis what reaches to 0 reaches to the frame.
      let sinks = layout.yMap.scale == .log && band.lower[i] <= 0
      let low = sinks ? room.bottom : layout.yMap(band.lower[i])
      guard x.isFinite, low.isFinite, high.isFinite else {
        finish()
        continue
      }
      top.append(held(Point(x, high)))
      bottom.append(held(Point(x, low)))
    }
    finish()
  }

  func draw(_ bars: Layer.Bars, into list: inout DisplayList) throws {
    let color = AxesPainter.color(bars, style)
    let separate = bars.names.isEmpty
    for (i, box) in layout.boxes(bars).enumerated() {
      if i % 4096 == 0 { try Cancellation.check() }
      guard let box, box.height > 0 else { continue }
      list.fill(Path(box), color)
      // Neighbouring bins and stacked parts are told apart by a thin line of background.
      if separate || layout.axes.stacked, box.width > 2, box.height > 0.8 {
        list.stroke(Path(box), Stroke(style.background, width: 0.4))
      }
    }
    try drawErrors(bars, into: &list)
  }

  func draw(_ rule: Layer.Rule, into list: inout DisplayList) {
    let place = rule.horizontal ? layout.yMap(rule.value) : layout.xMap(rule.value)
    guard place.isFinite else { return }
    let ends =
      rule.horizontal
      ? [Point(area.x, place), Point(area.right, place)] : [Point(place, area.y), Point(place, area.bottom)]
    list.stroke(Path(ends), AxesPainter.stroke(rule, style))
  }

  func draw(_ map: Layer.HeatMap, into list: inout DisplayList) throws {
    let (low, high) = map.range
    let span = Span(low, high)
    func color(_ value: Double) -> Color {
      value.isFinite ? map.options.colors.color(span.fraction(value)) : Color(0xE8E8E8)
    }
    // A map as fine as a photograph is drawn as one.
    if map.values.count > 1024 {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(3 * map.values.count)
      for (i, value) in map.values.enumerated() {
        if i % 65536 == 0 { try Cancellation.check() }
        let c = color(value)
        bytes.append(c.red)
        bytes.append(c.green)
        bytes.append(c.blue)
      }
      let pixels = try Pixels(width: map.columns, height: map.rows, channels: 3, bytes: bytes)
      let (first, last) = (cell(0, 0), cell(map.rows - 1, map.columns - 1))
      let whole = Rect(left: first.x, top: first.y, right: last.right, bottom: last.bottom)
      list.image(pixels, in: whole, .nearest)
      return
    }
    for (i, value) in map.values.enumerated() {
      list.fill(Path(cell(i / map.columns, i % map.columns)), color(value))
    }
  }

  func cell(_ row: Int, _ column: Int) -> Rect {
    Rect(
      left: layout.xMap(Double(column) + 0.5), top: layout.yMap(Double(row) + 0.5),
      right: layout.xMap(Double(column) + 1.5), bottom: layout.yMap(Double(row) + 1.5))
  }

  // MARK: Looks

  static func color(_ line: Layer.Line, _ style: FigureStyle) -> Color {
    let color = line.style.color ?? style.color(line.cycle ?? 0)
    return color.opacity(color.alpha * line.style.opacity)
  }

  static func color(_ bars: Layer.Bars, _ style: FigureStyle) -> Color {
    let color = bars.color ?? style.color(bars.cycle ?? 0)
    return color.opacity(color.alpha * bars.opacity)
  }

  static func stroke(_ line: Layer.Line, _ style: FigureStyle) -> Stroke {
    let dash = line.style.dash ?? line.cycle.map { Dash.cycle[$0 % Dash.cycle.count] } ?? .solid
    return dash.stroke(color(line, style), width: line.style.width ?? style.lineWidth)
  }

  static func stroke(_ rule: Layer.Rule, _ style: FigureStyle) -> Stroke {
    let color = rule.style.color ?? Color(0x606060)
    return (rule.style.dash ?? .dashed).stroke(
      color.opacity(color.alpha * rule.style.opacity), width: rule.style.width ?? 0.8)
  }

  /// Without a choice: a marker for scattered points, and on lines of few points.
  static func marker(_ line: Layer.Line) -> Marker {
    if let marker = line.style.marker { return marker }
    let few = line.joined == .straight && line.x.count <= 16
    guard line.joined == .not || few else { return .none }
    return line.cycle.map { Marker.cycle[$0 % Marker.cycle.count] } ?? .circle
  }

  /// A legend sample of one layer.
  static func sample(of layer: Layer, in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    let middle = box.center
    let level = Path([Point(box.x, middle.y), Point(box.right, middle.y)])
    switch layer {
    case .line(let line):
      if line.joined != .not { list.stroke(level, stroke(line, style)) }
      if line.yError != nil || line.xError != nil {
        let pole = Path([
          Point(middle.x, box.y - box.height * 0.1), Point(middle.x, box.bottom + box.height * 0.1),
        ])
        list.stroke(pole, errorStroke(color(line, style)))
      }
      let size = min(line.style.markerSize ?? style.markerSize, box.height * 1.4)
      marker(line).draw(
        at: middle, size: size, color: color(line, style), edge: line.joined == .not ? nil : style.background,
        into: &list)
    case .bars(let bars): list.fill(Path(box.swatch), color(bars, style))
    case .band(let band):
      list.fill(Path(box.swatch), (band.color ?? style.color(band.cycle)).opacity(band.opacity))
    case .rule(let rule): list.stroke(level, stroke(rule, style))
    case .note, .heatMap: break
    }
  }

  // MARK: For the legend

  func obstacles(_ notes: [Rect]) throws -> Obstacles {
    var result = Obstacles(area)
    for note in notes { result.add(note, 1) }
    for layer in layout.axes.layers {
      switch layer {
      case .line(let line):
        let heavy = AxesPainter.marker(line) != .none
        for run in try runs(line) {
          for p in run { result.add(p, heavy ? 12 : 2) }
          guard line.joined != .not else { continue }
          let path = try line.joined == .steps ? stepped(run) : run
          try Cancellation.check()
          // Of a tangle, a sample in its stead.
          let step = (path.count + 49_999) / 50_000
          for i in stride(from: 1, to: path.count, by: max(step, 1)) {
            result.add(along: path[i - 1], path[i], Double(step))
          }
        }
        for pole in try errorPoles(line).prefix(10_000) { result.add(along: pole.0, pole.1, 1) }
      case .bars(let bars):
        for box in layout.boxes(bars) { if let box { result.add(box, 0.5) } }
        if bars.showValues { for box in try valueBoxes(bars) { result.add(box.rect, 4) } }
      case .band(let band):
        for i in band.x.indices {
          for y in [band.lower[i], band.upper[i]] {
            result.add(Point(layout.xMap(band.x[i]), layout.yMap(y)), 0.3)
          }
        }
      case .rule, .note, .heatMap: break
      }
    }
    result.finish()
    return result
  }
}

extension Rect {
  /// A square-ish patch of colour in the middle of a legend sample.
  fileprivate var swatch: Rect { Rect(x: center.x - height * 0.9, y: y, width: height * 1.8, height: height) }
}
