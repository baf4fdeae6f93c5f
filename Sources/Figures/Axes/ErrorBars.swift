import Support

/// How far error bars reach from their points: distances, not values.
public struct Spread: Sendable, Hashable {
  /// How far each bar reaches downwards or to the left, at least 0.
  public var lower: [Double]
  /// How far each bar reaches upwards or to the right, at least 0.
  public var upper: [Double]

  public init(lower: [Double], upper: [Double]) {
    self.lower = lower
    self.upper = upper
  }

  /// The same distances to both sides.
  public init(_ both: [Double]) { self.init(lower: both, upper: both) }

  /// Throws ``FigureError`` unless there are `count` distances to both sides, none of them negative.
  func check(_ what: String, count: Int) throws(FigureError) {
    guard lower.count == count, upper.count == count else {
      let given = lower.count == upper.count ? "\(lower.count)" : "\(lower.count) and \(upper.count)"
      throw FigureError("\(what): \(given) for \(count) points")
    }
    if let wrong = (lower + upper).first(where: { $0 < 0 }) {
      throw FigureError("\(what) are distances from the point and must not be negative, got \(wrong)")
    }
  }

  /// The values at the ends of one bar; nil where a distance is not a number.
  func ends(_ i: Int, around value: Double) -> (lower: Double, upper: Double)? {
    let ends = (lower: value - lower[i], upper: value + upper[i])
    return ends.lower.isFinite && ends.upper.isFinite ? ends : nil
  }
}

/// The error bars of points.
public struct Errors: Sendable, Hashable {
  /// How far level bars reach; nil for none.
  public var x: Spread?
  /// How far upright bars reach; nil for none.
  public var y: Spread?

  public init(x: Spread? = nil, y: Spread? = nil) {
    self.x = x
    self.y = y
  }
}

extension AxesPainter {
  static func errorStroke(_ color: Color) -> Stroke { Stroke(color, width: 0.8) }

  /// Paints error bars between the ends of `poles`, with caps that reach `cap` to both sides.
  func paint(
    _ poles: [(Point, Point)], cap: Double, _ color: Color, into list: inout DisplayList
  ) throws {
    let stroke = AxesPainter.errorStroke(color)
    let room = area.inset(by: -30)
    for (i, (a, b)) in poles.enumerated() {
      if i % 4096 == 0 { try Cancellation.check() }
      guard let (from, to) = room.clip(a, b) else { continue }
      list.stroke(Path([from, to]), stroke)
      let isUpright = a.x == b.x
      for end in [a, b] where room.contains(end) {
        let (dx, dy) = isUpright ? (cap, 0) : (0, cap)
        list.stroke(Path([Point(end.x - dx, end.y - dy), Point(end.x + dx, end.y + dy)]), stroke)
      }
    }
  }
}
