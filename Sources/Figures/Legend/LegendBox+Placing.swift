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

  /// The place that hides least: corners come first, then the middles of the sides; a place in between only
  /// if it hides less.
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
