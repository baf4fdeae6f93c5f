import Foundation

/// What a legend should not cover: weights on a grid over the plot area, so that millions of points cost as little as
/// a few.
struct Obstacles {
  private let area: Rect
  private let columns: Int
  private let rows: Int
  private var weights: [Double]
  /// Sums of everything above and left.
  private var sums: [Double] = []
  private static let cell = 2.0

  init(_ area: Rect) {
    self.area = area
    columns = min(max(Int((area.width / Self.cell).rounded(.up)), 1), 2000)
    rows = min(max(Int((area.height / Self.cell).rounded(.up)), 1), 2000)
    weights = [Double](repeating: 0, count: columns * rows)
  }

  mutating func add(_ p: Point, _ weight: Double) {
    guard p.isFinite, area.contains(p) else { return }
    let column = min(Int((p.x - area.x) / Self.cell), columns - 1)
    let row = min(Int((p.y - area.y) / Self.cell), rows - 1)
    weights[row * columns + column] += weight
  }

  /// `weight` for each square point of a box.
  mutating func add(_ box: Rect, _ weight: Double) {
    guard let cells = cells(box.inset(by: -Self.cell)) else { return }
    for row in cells.rows {
      for column in cells.columns {
        let cell = Rect(
          x: area.x + Double(column) * Self.cell, y: area.y + Double(row) * Self.cell, width: Self.cell,
          height: Self.cell)
        weights[row * columns + column] += weight * cell.overlap(box)
      }
    }
  }

  /// Points of `weight` every few points of length along the visible part of a–b.
  mutating func add(along a: Point, _ b: Point, _ weight: Double) {
    guard let (from, to) = area.clip(a, b) else { return }
    let count = Int(hypot(to.x - from.x, to.y - from.y) / 3)
    guard count > 0 else { return }
    for i in 0...count {
      let t = Double(i) / Double(count)
      add(Point(from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t), weight)
    }
  }

  /// After the last obstacle.
  mutating func finish() {
    sums = [Double](repeating: 0, count: (columns + 1) * (rows + 1))
    for row in 0..<rows {
      var line = 0.0
      for column in 0..<columns {
        line += weights[row * columns + column]
        sums[(row + 1) * (columns + 1) + column + 1] = sums[row * (columns + 1) + column + 1] + line
      }
    }
  }

  /// What a box there would hide.
  func cost(_ box: Rect) -> Double {
    guard let cells = cells(box.inset(by: -2)) else { return 0 }
    func sum(_ row: Int, _ column: Int) -> Double { sums[row * (columns + 1) + column] }
    let (top, bottom) = (cells.rows.lowerBound, cells.rows.upperBound)
    let (left, right) = (cells.columns.lowerBound, cells.columns.upperBound)
    return max(sum(bottom, right) - sum(top, right) - sum(bottom, left) + sum(top, left), 0)
  }

  private func cells(_ box: Rect) -> (rows: Range<Int>, columns: Range<Int>)? {
    func range(_ low: Double, _ high: Double, _ count: Int) -> Range<Int>? {
      let first = (low / Self.cell).rounded().clamped(0, Double(count))
      let end = (high / Self.cell).rounded().clamped(0, Double(count))
      return first < end ? Int(first)..<Int(end) : nil
    }
    guard let rows = range(box.y - area.y, box.bottom - area.y, rows),
      let columns = range(box.x - area.x, box.right - area.x, columns)
    else { return nil }
    return (rows, columns)
  }
}

extension LegendBox {
  /// Moves the box to a named place, or to where it hides least, in more columns if that helps.
  mutating func place(
    _ place: LegendOptions.Place, in area: Rect, avoiding obstacles: Obstacles, below: Double = 0
  ) {
    if place != .best {
      origin = named(place, in: area, below: below)
      return
    }
    var best: (cost: Double, columns: Int, origin: Point)?
    let start = columns
    for count in start...max(start, 3) where count <= entries.count || count == start {
      arrange(count)
      // A legend as wide as the axes looks like a table.
      if count > start && size.width > 0.75 * area.width { break }
      let found = leastHiding(in: area, avoiding: obstacles)
      if best.map({ found.cost < $0.cost - 1e-9 }) ?? true { best = (found.cost, count, found.place) }
      if found.cost == 0 { break }
    }
    guard let best else { return }
    arrange(best.columns)
    origin = best.origin
    hidesData = best.cost > 3 || !fits(in: area)
  }

  /// True when it leaves room beside it.
  func fits(in area: Rect) -> Bool { size.width <= area.width - 6 && size.height <= area.height - 6 }

  private func named(_ place: LegendOptions.Place, in area: Rect, below: Double = 0) -> Point {
    let room = area.inset(by: 5)
    let (x0, x1) = (room.x, max(room.right - size.width, room.x))
    let (y0, y1) = (room.y, max(room.bottom - size.height, room.y))
    let (xm, ym) = ((x0 + x1) / 2, (y0 + y1) / 2)
    let middle = area.x + (area.width - size.width) / 2
    return switch place {
    case .upperRight, .best, .none: Point(x1, y0)
    case .upperLeft: Point(x0, y0)
    case .lowerLeft: Point(x0, y1)
    case .lowerRight: Point(x1, y1)
    case .right: Point(x1, ym)
    case .left: Point(x0, ym)
    case .lower: Point(xm, y1)
    case .upper: Point(xm, y0)
    case .center: Point(xm, ym)
    case .outside: Point(area.right + aside + 6, area.y)
    case .above: Point(middle, area.y - size.height - lift)
    case .below: Point(middle, area.bottom + below)
    }
  }

  /// Corners first, then the middles of the sides; a place in between only if it hides less.
  private func leastHiding(in area: Rect, avoiding obstacles: Obstacles) -> (cost: Double, place: Point) {
    var best = (cost: Double.infinity, place: named(.upperRight, in: area))
    func consider(_ p: Point) {
      let cost = obstacles.cost(Rect(x: p.x, y: p.y, width: size.width, height: size.height))
      if cost < best.cost - 1e-9 { best = (cost, p) }
    }
    for place: LegendOptions.Place in [
      .upperRight, .upperLeft, .lowerRight, .lowerLeft, .right, .left, .upper, .lower,
    ] { consider(named(place, in: area)) }
    guard best.cost > 0 else { return best }
    let (first, last) = (named(.upperLeft, in: area), named(.lowerRight, in: area))
    for row in 0...8 {
      for column in 0...8 {
        consider(
          Point(
            first.x + (last.x - first.x) * Double(column) / 8, first.y + (last.y - first.y) * Double(row) / 8)
        )
      }
    }
    return best
  }
}
