import Support

/// A grid of values over a plane: `values[row * columns + column]` stands at `x[column]`, `y[row]`.
struct ContourGrid: Sendable {
  let x: [Double]
  let y: [Double]
  let values: [Double]
  var columns: Int { x.count }
  var rows: Int { y.count }

  /// The lines along which the values, interpolated between neighbours, have one level; a cell with a value that is no
  /// number has none.
  func lines(at level: Double) throws -> [[Point]] {
    // Each cell has up to two pieces, from one of its sides to another; sides are numbered over the whole grid.
    var pieces: [Int: [Int]] = [:]
    func join(_ a: Int, _ b: Int) {
      pieces[a, default: []].append(b)
      pieces[b, default: []].append(a)
    }
    for row in 0..<rows - 1 {
      try Cancellation.check()
      for column in 0..<columns - 1 {
        let corners = [
          values[row * columns + column], values[row * columns + column + 1],
          values[(row + 1) * columns + column + 1], values[(row + 1) * columns + column],
        ]
        guard corners.allSatisfy(\.isFinite) else { continue }
        let above = corners.map { $0 >= level }
        let sides = [
          along(row, column), upright(row, column + 1), along(row + 1, column), upright(row, column),
        ]
        let cut = (0..<4).filter { above[$0] != above[($0 + 1) % 4] }
        if cut.count == 2 { join(sides[cut[0]], sides[cut[1]]) }
        if cut.count == 4 {
          // In a saddle, the middle says which corners belong together.
          let isMiddleAbove = corners.reduce(0) { $0 + $1 / 4 } >= level
          let isFirstApart = above[0] != isMiddleAbove
          join(sides[isFirstApart ? 3 : 0], sides[isFirstApart ? 0 : 1])
          join(sides[isFirstApart ? 1 : 2], sides[isFirstApart ? 2 : 3])
        }
      }
    }
    return chained(pieces).map { $0.map { place($0, level) } }
  }

  // The numbers of sides between two values of a row, and between two of a column.
  private func along(_ row: Int, _ column: Int) -> Int { 2 * (row * columns + column) }
  private func upright(_ row: Int, _ column: Int) -> Int { 2 * (row * columns + column) + 1 }

  /// Joins pieces to lines: open ones begin at a side of one piece, closed ones end where they began.
  private func chained(_ pieces: [Int: [Int]]) -> [[Int]] {
    var left = pieces
    var lines: [[Int]] = []
    func take(from start: Int) {
      var line = [start]
      var here = start
      while let next = left[here]?.first {
        left[here]?.removeFirst()
        if let back = left[next]?.firstIndex(of: here) { left[next]?.remove(at: back) }
        line.append(next)
        here = next
      }
      if line.count > 1 { lines.append(line) }
    }
    // The order of a dictionary changes from run to run, and figures must not.
    let sides = pieces.keys.sorted()
    for side in sides where pieces[side]?.count == 1 { take(from: side) }
    for side in sides where left[side]?.isEmpty == false { take(from: side) }
    return lines
  }

  /// Where a side has the level.
  private func place(_ side: Int, _ level: Double) -> Point {
    let (row, column) = (side / 2 / columns, side / 2 % columns)
    let (a, isUpright) = (values[row * columns + column], side % 2 == 1)
    let b = isUpright ? values[(row + 1) * columns + column] : values[row * columns + column + 1]
    let t = a == b ? 0.5 : Span(a, b).fraction(level)
    return isUpright
      ? Point(x[column], Span(y[row], y[row + 1]).value(at: t))
      : Point(Span(x[column], x[column + 1]).value(at: t), y[row])
  }

  /// The value at a place, between four neighbours; not a number outside.
  func value(_ atX: Double, _ atY: Double) -> Double {
    guard let (column, s) = ContourGrid.find(atX, in: x), let (row, t) = ContourGrid.find(atY, in: y) else {
      return .nan
    }
    let i = row * columns + column
    let upper = values[i] * (1 - s) + values[i + 1] * s
    let lower = values[i + columns] * (1 - s) + values[i + columns + 1] * s
    return upper * (1 - t) + lower * t
  }

  private static func find(_ value: Double, in places: [Double]) -> (index: Int, fraction: Double)? {
    guard let first = places.first, let last = places.last, value >= first, value <= last else { return nil }
    var (low, high) = (0, places.count - 2)
    while low < high {
      let middle = (low + high + 1) / 2
      if places[middle] <= value { low = middle } else { high = middle - 1 }
    }
    return (low, Span(places[low], places[low + 1]).fraction(value))
  }
}
