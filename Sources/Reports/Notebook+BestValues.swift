extension Notebook.Table {
  /// Which values of a column are the best.
  public enum Best: String, Sendable, Codable, CaseIterable {
    case highest = "max"
    case lowest = "min"
  }

  /// The rows, from 0, with the best value of each column in ``best``. Values that a reader cannot tell from the best are
  /// as good; an uncertainty does not count.
  func bestRows() -> [Int: Set<Int>] {
    var result: [Int: Set<Int>] = [:]
    for (column, kind) in best where columns.indices.contains(column) {
      let numbers = rows.map { row in
        column < row.count ? row[column].number.flatMap { $0.isFinite ? $0 : nil } : nil
      }
      let sorted = numbers.compactMap { $0 }
      guard let target = kind == .highest ? sorted.max() : sorted.min(),
        let first = numbers.firstIndex(of: target)
      else { continue }
      let shown = rows[first][column].shownWithoutUncertainty
      result[column] = Set(
        rows.indices.filter { numbers[$0] != nil && rows[$0][column].shownWithoutUncertainty == shown })
    }
    return result
  }
}

extension Notebook.Table.Value {
  /// The number in the cell, without its uncertainty; nil for text and nothing.
  var number: Double? {
    switch self {
    case .number(let value, _), .uncertain(let value, _, _): value
    case .integer(let value, _): Double(value)
    case .text, .empty: nil
    }
  }

  /// What a reader compares: 90.42 and e-9 of 90.42(29)e-9.
  fileprivate var shownWithoutUncertainty: String {
    guard case .uncertain = self, let open = shown.firstIndex(of: "("), let close = shown.firstIndex(of: ")")
    else { return shown }
    return String(shown[..<open] + shown[shown.index(after: close)...])
  }
}
