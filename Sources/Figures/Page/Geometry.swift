/// A place in points (1/72 inch) from the figure's top-left corner; y grows downwards.
public struct Point: Sendable, Hashable {
  /// The distance from the left.
  public var x: Double
  /// The distance from the top.
  public var y: Double

  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  var isFinite: Bool { x.isFinite && y.isFinite }
}

/// Width and height in points.
public struct Size: Sendable, Hashable {
  public var width: Double
  public var height: Double

  public init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }
}

/// An axis-parallel rectangle in points.
public struct Rect: Sendable, Hashable {
  public var x: Double
  public var y: Double
  public var width: Double
  public var height: Double

  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  init(left: Double, top: Double, right: Double, bottom: Double) {
    self.init(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// The right side.
  public var right: Double { x + width }
  /// The lower side.
  public var bottom: Double { y + height }
  /// False where a side is nowhere.
  var isFinite: Bool { x.isFinite && y.isFinite && width.isFinite && height.isFinite }
  /// The middle.
  public var center: Point { Point(x + width / 2, y + height / 2) }

  /// True for a point inside or on the rim.
  public func contains(_ p: Point) -> Bool { p.x >= x && p.x <= right && p.y >= y && p.y <= bottom }

  /// Moves every side inwards by `d` (outwards when negative).
  public func inset(by d: Double) -> Rect {
    Rect(x: x + d, y: y + d, width: width - 2 * d, height: height - 2 * d)
  }

  /// The area that two rectangles share.
  func overlap(_ other: Rect) -> Double {
    let w = min(right, other.right) - max(x, other.x)
    let h = min(bottom, other.bottom) - max(y, other.y)
    return w > 0 && h > 0 ? w * h : 0
  }

  /// The part of the segment a–b inside the rectangle (Liang and Barsky); nil when there is none.
  func clip(_ a: Point, _ b: Point) -> (Point, Point)? {
    var t0 = 0.0
    var t1 = 1.0
    let dx = b.x - a.x
    let dy = b.y - a.y
    for (p, q) in [(-dx, a.x - x), (dx, right - a.x), (-dy, a.y - y), (dy, bottom - a.y)] {
      if p == 0 {
        if q < 0 { return nil }
      } else if p < 0 {
        t0 = max(t0, q / p)
      } else {
        t1 = min(t1, q / p)
      }
    }
    guard t0 <= t1 else { return nil }
    // Whole ends are returned as they came, so that consecutive pieces join exactly.
    let start = t0 == 0 ? a : Point(a.x + t0 * dx, a.y + t0 * dy)
    let end = t1 == 1 ? b : Point(a.x + t1 * dx, a.y + t1 * dy)
    return (start, end)
  }

  /// The part of a polygon inside the rectangle (Sutherland and Hodgman). Parts that hang together outside alone are joined
  /// along the rim.
  func clip(_ polygon: [Point]) -> [Point] {
    if polygon.allSatisfy(contains) { return polygon }
    func crossX(_ a: Point, _ b: Point, _ x: Double) -> Point {
      Point(x, a.y + (x - a.x) / (b.x - a.x) * (b.y - a.y))
    }
    func crossY(_ a: Point, _ b: Point, _ y: Double) -> Point {
      Point(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x), y)
    }
    let sides: [(isInside: (Point) -> Bool, cross: (Point, Point) -> Point)] = [
      ({ $0.x >= x }, { crossX($0, $1, x) }), ({ $0.x <= right }, { crossX($0, $1, right) }),
      ({ $0.y >= y }, { crossY($0, $1, y) }), ({ $0.y <= bottom }, { crossY($0, $1, bottom) }),
    ]
    var points = polygon
    for side in sides {
      guard var last = points.last else { break }
      var kept: [Point] = []
      kept.reserveCapacity(points.count + 4)
      for point in points {
        if side.isInside(point) != side.isInside(last) { kept.append(side.cross(last, point)) }
        if side.isInside(point) { kept.append(point) }
        last = point
      }
      points = kept
    }
    return points
  }
}

/// Straight lines and cubic Bézier curves, open or closed.
public struct Path: Sendable, Hashable {
  /// A step of a path.
  public enum Element: Sendable, Hashable {
    /// Begins a new part at a point.
    case move(Point)
    /// Goes straight to a point.
    case line(Point)
    /// Goes along a cubic Bézier curve with two control points to its end.
    case cubic(Point, Point, Point)
    /// Goes straight back to where the part began.
    case close
  }

  /// The steps, in order; each part begins with a `move`.
  public private(set) var elements: [Element] = []

  public init() {}

  /// The polyline through `points`.
  public init(_ points: some Sequence<Point>, closed: Bool = false) {
    for point in points { elements.isEmpty ? move(point) : line(point) }
    if closed && !elements.isEmpty { close() }
  }

  /// The outline of a rectangle.
  public init(_ rect: Rect) { add(rect) }

  /// True for a path without steps.
  public var isEmpty: Bool { elements.isEmpty }

  /// Begins a new part at `p`.
  public mutating func move(_ p: Point) { elements.append(.move(p)) }

  /// Goes straight to `p`.
  public mutating func line(_ p: Point) { elements.append(.line(p)) }

  /// Goes along the cubic Bézier curve with the control points `a` and `b` to `end`.
  public mutating func cubic(_ a: Point, _ b: Point, _ end: Point) { elements.append(.cubic(a, b, end)) }

  /// Goes straight back to where the part began.
  public mutating func close() { elements.append(.close) }

  /// Adds the outline of a rectangle as a part of its own, clockwise from the top left.
  public mutating func add(_ r: Rect) {
    move(Point(r.x, r.y))
    line(Point(r.right, r.y))
    line(Point(r.right, r.bottom))
    line(Point(r.x, r.bottom))
    close()
  }

  /// The path with every point moved.
  func mapped(_ move: (Point) -> Point) -> Path {
    var path = Path()
    path.elements = elements.map { element in
      switch element {
      case .move(let p): .move(move(p))
      case .line(let p): .line(move(p))
      case .cubic(let a, let b, let p): .cubic(move(a), move(b), move(p))
      case .close: .close
      }
    }
    return path
  }

  /// A circle as four cubic arcs (radial error below 3e-4 of the radius).
  public static func circle(_ center: Point, radius r: Double) -> Path {
    let k = 0.5522847498 * r
    let (x, y) = (center.x, center.y)
    var path = Path()
    path.move(Point(x + r, y))
    path.cubic(Point(x + r, y + k), Point(x + k, y + r), Point(x, y + r))
    path.cubic(Point(x - k, y + r), Point(x - r, y + k), Point(x - r, y))
    path.cubic(Point(x - r, y - k), Point(x - k, y - r), Point(x, y - r))
    path.cubic(Point(x + k, y - r), Point(x + r, y - k), Point(x + r, y))
    path.close()
    return path
  }

  /// A rectangle with quarter-circle corners.
  public static func rounded(_ r: Rect, radius: Double) -> Path {
    let q = min(radius, r.width / 2, r.height / 2)
    let k = q * (1 - 0.5522847498)
    var path = Path()
    path.move(Point(r.x + q, r.y))
    path.line(Point(r.right - q, r.y))
    path.cubic(Point(r.right - k, r.y), Point(r.right, r.y + k), Point(r.right, r.y + q))
    path.line(Point(r.right, r.bottom - q))
    path.cubic(Point(r.right, r.bottom - k), Point(r.right - k, r.bottom), Point(r.right - q, r.bottom))
    path.line(Point(r.x + q, r.bottom))
    path.cubic(Point(r.x + k, r.bottom), Point(r.x, r.bottom - k), Point(r.x, r.bottom - q))
    path.line(Point(r.x, r.y + q))
    path.cubic(Point(r.x, r.y + k), Point(r.x + k, r.y), Point(r.x + q, r.y))
    path.close()
    return path
  }
}
