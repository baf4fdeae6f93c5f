import Foundation

extension AxesPainter {
  // MARK: Lines

  func drawLine(_ line: Layer.Line, into list: inout DisplayList) {
    guard line.joined != .not else { return }
    let stroke = AxesPainter.stroke(line, style)
    for points in runs(line) {
      let path = visible(line.joined == .steps ? stepped(points) : points)
      list.stroke(path, stroke)
    }
  }

  func drawMarkers(_ line: Layer.Line, into list: inout DisplayList) {
    let marker = AxesPainter.marker(line)
    guard marker != .none else { return }
    let color = AxesPainter.color(line, style)
    // An edge keeps a few markers apart; among many it would only eat their neighbours.
    let edge = line.x.count <= 200 && line.style.opacity >= 1 ? style.background : nil
    for (x, y) in zip(line.x, line.y) where layout.xMap.contains(x) && layout.yMap.contains(y) {
      let p = Point(layout.xMap(x), layout.yMap(y))
      guard p.isFinite else { continue }
      marker.draw(
        at: p, size: line.style.markerSize ?? style.markerSize, color: color, edge: edge, into: &list)
    }
  }

  /// The points on the page, cut where a value is missing, thinned to what can be seen.
  func runs(_ line: Layer.Line) -> [[Point]] {
    var result: [[Point]] = []
    var run: [Point] = []
    for (x, y) in zip(line.x, line.y) {
      let p = Point(layout.xMap(x), layout.yMap(y))
      if p.isFinite && x.isFinite && y.isFinite {
        run.append(p)
      } else if !run.isEmpty {
        result.append(run)
        run = []
      }
    }
    if !run.isEmpty { result.append(run) }
    return result.map(thinned)
  }

  /// For long runs along x: first, lowest, highest and last point of every tenth of a point.
  private func thinned(_ points: [Point]) -> [Point] {
    guard points.count > 4000 else { return points }
    let ordered = zip(points, points.dropFirst()).allSatisfy { $0.x <= $1.x }
    var result: [Point] = []
    if !ordered {
      for p in points where result.last.map({ hypot($0.x - p.x, $0.y - p.y) > 0.08 }) ?? true {
        result.append(p)
      }
      return result
    }
    var start = 0
    while start < points.count {
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
  private func stepped(_ points: [Point]) -> [Point] {
    var result: [Point] = []
    for p in points {
      if let last = result.last, last.y != p.y { result.append(Point(p.x, last.y)) }
      result.append(p)
    }
    return result
  }

  /// The part of a polyline in and near the plot area; far ends would only cost time.
  private func visible(_ points: [Point]) -> Path {
    let room = area.inset(by: -20)
    var path = Path()
    if points.count == 1, room.contains(points[0]) { return Path(points) }
    var last: Point?
    for (a, b) in zip(points, points.dropFirst()) {
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

  func draw(_ band: Layer.Band, into list: inout DisplayList) {
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
      let (low, high) = (layout.yMap(band.lower[i]), layout.yMap(band.upper[i]))
      guard x.isFinite, low.isFinite, high.isFinite else {
        finish()
        continue
      }
      top.append(held(Point(x, high)))
      bottom.append(held(Point(x, low)))
    }
    finish()
  }

  /// The rectangles of bars on the page; nil where a value is missing.
  func boxes(_ bars: Layer.Bars) -> [Rect?] {
    bars.top.indices.map { i in
      let floor = layout.yMap.scale == .log ? layout.yMap.lower : bars.foot[i]
      let foot = bars.foot[i] > 0 || layout.yMap.scale == .linear ? bars.foot[i] : floor
      let (a, b) = (
        Point(layout.xMap(bars.left[i]), layout.yMap(foot)),
        Point(layout.xMap(bars.right[i]), layout.yMap(bars.top[i]))
      )
      guard a.isFinite, b.isFinite else { return nil }
      return Rect(left: min(a.x, b.x), top: min(a.y, b.y), right: max(a.x, b.x), bottom: max(a.y, b.y))
    }
  }

  func draw(_ bars: Layer.Bars, into list: inout DisplayList) {
    let color = AxesPainter.color(bars, style)
    let separate = bars.names.isEmpty
    for box in boxes(bars).compactMap({ $0 }) where box.height > 0 {
      list.fill(Path(box), color)
      // Neighbouring bins and stacked parts are told apart by a thin line of background.
      if separate || layout.axes.stacked, box.width > 2, box.height > 0.8 {
        list.stroke(Path(box), Stroke(style.background, width: 0.4))
      }
    }
  }

  func draw(_ rule: Layer.Rule, into list: inout DisplayList) {
    let place = rule.horizontal ? layout.yMap(rule.value) : layout.xMap(rule.value)
    guard place.isFinite else { return }
    let ends =
      rule.horizontal
      ? [Point(area.x, place), Point(area.right, place)] : [Point(place, area.y), Point(place, area.bottom)]
    list.stroke(Path(ends), AxesPainter.stroke(rule, style))
  }

  func draw(_ map: Layer.HeatMap, into list: inout DisplayList) {
    let (low, high) = map.range
    let colors = map.values.map {
      $0.isFinite ? map.options.colors.color(($0 - low) / (high - low)) : Color(0xE8E8E8)
    }
    // A map as fine as a photograph is drawn as one.
    if colors.count > 1024,
      let pixels = try? Pixels(
        width: map.columns, height: map.rows, channels: 3,
        bytes: colors.flatMap { [$0.red, $0.green, $0.blue] })
    {
      let (first, last) = (cell(0, 0), cell(map.rows - 1, map.columns - 1))
      let whole = Rect(left: first.x, top: first.y, right: last.right, bottom: last.bottom)
      list.image(pixels, in: whole, .nearest)
      return
    }
    for (i, color) in colors.enumerated() { list.fill(Path(cell(i / map.columns, i % map.columns)), color) }
  }

  private func cell(_ row: Int, _ column: Int) -> Rect {
    Rect(
      left: layout.xMap(Double(column) + 0.5), top: layout.yMap(Double(row) + 0.5),
      right: layout.xMap(Double(column) + 1.5), bottom: layout.yMap(Double(row) + 1.5))
  }

  // MARK: Numbers

  func drawNumbers(_ map: Layer.HeatMap, into list: inout DisplayList) throws(FigureError) {
    guard let digits = map.options.digits else { return }
    let (low, high) = map.range
    for row in 0..<map.rows {
      for column in 0..<map.columns {
        let value = map.values[row * map.columns + column]
        guard value.isFinite else { continue }
        let box = cell(row, column)
        let size = min(style.fontSize * 0.9, box.height * 0.55)
        let text = try setter.line(Ticks.number(value, places: digits), size: size)
        guard size >= 3, text.width < box.width - 1 else { continue }
        let behind = map.options.colors.color((value - low) / (high - low))
        text.draw(
          at: Point(box.center.x - text.width / 2, box.center.y + setter.digitHeight * size / 2),
          color: behind.luminance > 0.3 ? .black : .white, into: &list)
      }
    }
  }

  func drawValues(_ bars: Layer.Bars, into list: inout DisplayList) throws(FigureError) {
    let size = valueSize
    let places = AxesPainter.places(bars.values)
    for (i, box) in boxes(bars).enumerated() {
      guard let box, bars.values[i].isFinite else { continue }
      let text = try setter.line(AxesPainter.short(bars.values[i], places: places), size: size)
      // Above the bar, or below one that hangs.
      let y = bars.values[i] < 0 ? box.bottom + 2 + setter.digitHeight * size : box.y - 2
      guard text.width < box.width * 1.6, y - text.ascent > area.y, y < area.bottom else { continue }
      text.draw(at: Point(box.center.x - text.width / 2, y), color: style.ink, into: &list)
    }
  }

  private var valueSize: Double { style.fontSize * 0.85 }

  /// Decimal places, the same for all bars: as many as the values have, up to three digits in all.
  private static func places(_ values: [Double]) -> Int {
    let finite = values.filter(\.isFinite)
    let largest = finite.map(abs).max() ?? 0
    let most = largest >= 100 ? 0 : largest >= 10 ? 1 : largest >= 0.1 ? 2 : 3
    for places in 0..<most {
      let scale = pow(10, Double(places))
      if finite.allSatisfy({ abs($0 * scale - ($0 * scale).rounded()) < 1e-6 }) { return places }
    }
    return most
  }

  private static func short(_ value: Double, places: Int) -> String {
    let size = abs(value)
    guard size >= 1e6 || size > 0 && size < 1e-3 else { return Ticks.number(value, places: places) }
    let exponent = max(Int(log10(size).rounded(.down)), -300)
    return Ticks.number(value / pow(10, Double(exponent)), places: 1) + Ticks.factor(exponent)
  }

  // MARK: Looks

  static func color(_ line: Layer.Line, _ style: FigureStyle) -> Color {
    let color = line.style.color ?? style.color(line.cycle)
    return color.opacity(color.alpha * line.style.opacity)
  }

  static func color(_ bars: Layer.Bars, _ style: FigureStyle) -> Color {
    let color = bars.color ?? style.color(bars.cycle)
    return color.opacity(color.alpha * bars.opacity)
  }

  static func stroke(_ line: Layer.Line, _ style: FigureStyle) -> Stroke {
    let dash = line.style.dash ?? Dash.cycle[line.cycle % Dash.cycle.count]
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
    return line.joined == .not || few ? Marker.cycle[line.cycle % Marker.cycle.count] : .none
  }

  /// A legend sample of one layer.
  static func sample(of layer: Layer, in box: Rect, style: FigureStyle, into list: inout DisplayList) {
    let middle = box.center
    let level = Path([Point(box.x, middle.y), Point(box.right, middle.y)])
    switch layer {
    case .line(let line):
      if line.joined != .not { list.stroke(level, stroke(line, style)) }
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

  func obstacles(_ notes: [Rect]) -> LegendBox.Obstacles {
    var result = LegendBox.Obstacles()
    result.boxes = notes.map { ($0, 1) }
    for layer in layout.axes.layers {
      switch layer {
      case .line(let line):
        let heavy = AxesPainter.marker(line) != .none
        for run in runs(line) {
          result.points += run.map { ($0, heavy ? 12 : 2) }
          guard line.joined != .not else { continue }
          let path = line.joined == .steps ? stepped(run) : run
          for (a, b) in zip(path, path.dropFirst()) { result.add(along: a, b, in: area) }
        }
      case .bars(let bars):
        let room = bars.showValues ? valueSize + 3 : 0
        result.boxes += boxes(bars).compactMap { box in
          box.map { (Rect(left: $0.x, top: $0.y - room, right: $0.right, bottom: $0.bottom), 0.5) }
        }
      case .band(let band):
        for i in band.x.indices {
          for y in [band.lower[i], band.upper[i]] {
            result.points.append((Point(layout.xMap(band.x[i]), layout.yMap(y)), 0.3))
          }
        }
      case .rule, .note, .heatMap: break
      }
    }
    return result
  }
}

extension LegendBox.Obstacles {
  /// Points every few points of length along the visible part of a–b.
  fileprivate mutating func add(along a: Point, _ b: Point, in area: Rect) {
    guard let (from, to) = area.clip(a, b) else { return }
    let count = Int(hypot(to.x - from.x, to.y - from.y) / 3)
    guard count > 0 else { return }
    for i in 0...count {
      let t = Double(i) / Double(count)
      points.append((Point(from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t), 1))
    }
  }
}

extension Rect {
  /// A square-ish patch of colour in the middle of a legend sample.
  fileprivate var swatch: Rect { Rect(x: center.x - height * 0.9, y: y, width: height * 1.8, height: height) }
}
