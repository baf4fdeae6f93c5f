import Foundation
import Support

/// Straight pieces of a path in pixels.
struct Polyline {
  var points: [Point]
  var closed: Bool

  /// True when every side is horizontal or vertical.
  var isAxisParallel: Bool {
    guard points.count > 1 else { return false }
    for i in 1..<points.count where !Polyline.parallel(points[i - 1], points[i]) { return false }
    return !closed || Polyline.parallel(points[points.count - 1], points[0])
  }

  private static func parallel(_ a: Point, _ b: Point) -> Bool { a.x == b.x || a.y == b.y }

  /// Moves the corners to whole pixels; a bar thinner than a pixel keeps one.
  mutating func snapToPixels() {
    let box = (
      points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 0, points.map(\.y).min() ?? 0,
      points.map(\.y).max() ?? 0
    )
    for i in points.indices {
      let p = points[i]
      var x = p.x.rounded()
      var y = p.y.rounded()
      if box.0.rounded() == box.1.rounded() && box.1 > box.0 && p.x == box.1 { x += 1 }
      if box.2.rounded() == box.3.rounded() && box.3 > box.2 && p.y == box.2 { y -= 1 }
      points[i] = Point(x, y)
    }
  }

  /// The pieces that a dash pattern (line, gap, … in pixels) leaves.
  func dashed(_ pattern: [Double]) throws -> [Polyline] {
    let total = pattern.reduce(0, +)
    guard total > 0.25, pattern.allSatisfy({ $0 >= 0 && $0.isFinite }) else { return [self] }
    let path = closed ? points + points.prefix(1) : points
    guard var previous = path.first else { return [] }
    var pieces: [Polyline] = []
    var current: [Point] = [previous]
    var index = 0
    var left = pattern[0]
    for (i, point) in path.dropFirst().enumerated() {
      if i & 0xFFF == 0xFFF { try Cancellation.check() }
      let length = hypot(point.x - previous.x, point.y - previous.y)
      var done = 0.0
      while length - done > left {
        done += left
        let t = done / length
        let cut = Point(previous.x + (point.x - previous.x) * t, previous.y + (point.y - previous.y) * t)
        if index % 2 == 0 {
          current.append(cut)
          pieces.append(Polyline(points: current, closed: false))
          if pieces.count & 0xFFF == 0 { try Cancellation.check() }
        }
        current = [cut]
        index = (index + 1) % (pattern.count % 2 == 0 ? pattern.count : 2 * pattern.count)
        left = pattern[index % pattern.count]
      }
      left -= length - done
      if index % 2 == 0 { current.append(point) }
      previous = point
    }
    if index % 2 == 0 && current.count > 1 { pieces.append(Polyline(points: current, closed: false)) }
    return pieces
  }
}

extension Path {
  /// The path in pixels with curves cut into chords that stay within 0.03 pixels; broken at non-finite points.
  func flattened(scale: Double) throws -> [Polyline] {
    var result: [Polyline] = []
    var points: [Point] = []
    func pixel(_ p: Point) -> Point {
      Point(min(max(p.x * scale, -1e6), 1e6), min(max(p.y * scale, -1e6), 1e6))
    }
    func finish(closed: Bool) {
      if !points.isEmpty { result.append(Polyline(points: points, closed: closed)) }
      points = []
    }
    for (i, element) in elements.enumerated() {
      if i & 0xFFF == 0xFFF { try Cancellation.check() }
      switch element {
      case .move(let p):
        finish(closed: false)
        if p.isFinite { points = [pixel(p)] }
      case .line(let p):
        if p.isFinite { points.append(pixel(p)) } else { finish(closed: false) }
      case .cubic(let c1, let c2, let p):
        guard let start = points.last, c1.isFinite, c2.isFinite, p.isFinite else {
          finish(closed: false)
          continue
        }
        let (a, b, end) = (pixel(c1), pixel(c2), pixel(p))
        // A bound on the second derivative gives the number of chords (Wang's formula).
        let bend = max(
          hypot(start.x - 2 * a.x + b.x, start.y - 2 * a.y + b.y),
          hypot(a.x - 2 * b.x + end.x, a.y - 2 * b.y + end.y))
        let count = min(max(Int((0.75 * bend / 0.03).squareRoot().rounded(.up)), 1), 500)
        for chord in 1...count {
          let t = Double(chord) / Double(count)
          let s = 1 - t
          let (w0, w1, w2, w3) = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
          points.append(
            chord == count
              ? end
              : Point(
                w0 * start.x + w1 * a.x + w2 * b.x + w3 * end.x,
                w0 * start.y + w1 * a.y + w2 * b.y + w3 * end.y))
        }
      case .close: finish(closed: true)
      }
    }
    finish(closed: false)
    return result
  }
}

/// Cuts the outline of a stroked polyline into convex pieces, in pixels.
struct StrokeOutline {
  var halfWidth: Double
  var cap: Stroke.Cap
  /// True when sides are axis-parallel: they are moved to whole pixels and have square corners.
  var square: Bool

  /// Calls `body` with the outline of each side but those that `isHidden`.
  func pieces(
    of line: Polyline, isHidden: (Point, Point) -> Bool, _ body: ([Point]) throws -> Void
  ) throws {
    var points: [Point] = []
    for p in line.points where points.last != p { points.append(p) }
    if line.closed, let first = points.first, points.count > 1, points.last != first { points.append(first) }
    guard points.count > 1 else {
      if let only = points.first, cap == .round { try body(disc(only)) }
      return
    }
    for i in 1..<points.count {
      if i & 0x3F == 0 { try Cancellation.check() }
      let (a, b) = (points[i - 1], points[i])
      if isHidden(a, b) { continue }
      let joinsBefore = line.closed || i > 1
      let joinsAfter = line.closed || i < points.count - 1
      if square {
        try body(bar(a, b, joinsBefore, joinsAfter))
      } else {
        try body(
          capsule(a, b, roundStart: joinsBefore || cap == .round, roundEnd: joinsAfter || cap == .round))
      }
    }
  }

  /// A side with half discs at its joins: pieces that overlap around a join leave no seam there.
  private func capsule(_ a: Point, _ b: Point, roundStart: Bool, roundEnd: Bool) -> [Point] {
    let direction = atan2(b.y - a.y, b.x - a.x)
    var outline: [Point] = []
    for (center, side, round) in [
      (a, direction + Double.pi / 2, roundStart), (b, direction - Double.pi / 2, roundEnd),
    ] {
      let count = round ? (arcs + 1) / 2 : 1
      for i in 0...count {
        let angle = side + Double.pi * Double(i) / Double(count)
        outline.append(Point(center.x + halfWidth * cos(angle), center.y + halfWidth * sin(angle)))
      }
    }
    return outline
  }

  /// The number of chords of a whole circle that stay within 0.03 pixels of it.
  private var arcs: Int { max(8, Int(Double.pi * (halfWidth / 0.06).squareRoot().rounded(.up))) }

  private func disc(_ c: Point) -> [Point] {
    (0..<arcs).map { i in
      let angle = 2 * Double.pi * Double(i) / Double(arcs)
      return Point(c.x + halfWidth * cos(angle), c.y + halfWidth * sin(angle))
    }
  }

  /// A side as a rectangle of whole pixels across, and along where it ends in a corner or a butt.
  private func bar(_ a: Point, _ b: Point, _ joinsBefore: Bool, _ joinsAfter: Bool) -> [Point] {
    let horizontal = a.y == b.y
    let across = ((horizontal ? a.y : a.x) - halfWidth).rounded()
    func end(_ v: Double, _ joins: Bool, _ outward: Double) -> Double {
      // A corner covers the whole width of the side it meets, which was itself moved to whole pixels.
      joins || cap == .round ? (v - halfWidth).rounded() + (outward > 0 ? 2 * halfWidth : 0) : v.rounded()
    }
    let (from, to) = horizontal ? (a.x, b.x) : (a.y, b.y)
    let forward = to > from
    let start = end(from, joinsBefore, forward ? -1 : 1)
    let stop = end(to, joinsAfter, forward ? 1 : -1)
    let (low, high) = (min(start, stop), max(start, stop))
    let far = across + 2 * halfWidth
    return horizontal
      ? [Point(low, across), Point(high, across), Point(high, far), Point(low, far)]
      : [Point(across, low), Point(far, low), Point(far, high), Point(across, high)]
  }
}
