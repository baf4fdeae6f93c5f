import Foundation

/// What a legend should not cover: weights on a grid over the plot area, so that millions of points cost as little as
/// a few.
struct Obstacles {
  private let area: Rect
  private let columns: Int
  private let rows: Int
  private var weights: [Double]
  /// The sums of all weights above and to the left of each place of the grid.
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

  /// Adds `weight` for each square point of a box.
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

  /// Adds points of `weight` every few points of length along the visible part of a–b.
  mutating func add(along a: Point, _ b: Point, _ weight: Double) {
    guard let (from, to) = area.clip(a, b) else { return }
    let count = Int(hypot(to.x - from.x, to.y - from.y) / 3)
    guard count > 0 else { return }
    for i in 0...count {
      let t = Double(i) / Double(count)
      add(Point(from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t), weight)
    }
  }

  /// Sums up the weights; called after the last obstacle.
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
