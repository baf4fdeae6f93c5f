/// Counts points in small squares, to leave out those that nobody could see.
struct Crowd {
  private let area: Rect
  private let cell: Double
  private let most: UInt8
  private let columns: Int
  private var counts: [UInt8]

  init(_ area: Rect, cell: Double, most: Int) {
    self.area = area.inset(by: -2)
    self.cell = cell
    self.most = UInt8(most.clamped(1, 200))
    columns = Int((self.area.width / cell).rounded(.up)).clamped(1, 20_000)
    counts = [UInt8](
      repeating: 0, count: columns * Int((self.area.height / cell).rounded(.up)).clamped(1, 20_000))
  }

  /// True for the first few in each square.
  mutating func takes(_ p: Point) -> Bool {
    let column = ((p.x - area.x) / cell).clamped(0, Double(columns - 1))
    let row = ((p.y - area.y) / cell).clamped(0, Double(counts.count / columns - 1))
    let i = Int(row) * columns + Int(column)
    guard counts[i] < most else { return false }
    counts[i] += 1
    return true
  }
}
