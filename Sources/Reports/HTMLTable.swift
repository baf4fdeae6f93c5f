/// A table of an ``HTMLReport``: numbers to the right, their points below each other, the best of a column in bold.
struct HTMLTable {
  /// The most rows on a page; files have all.
  static let shownRows = 200

  private let table: Notebook.Table
  private let columns: [HTMLTableColumn]
  private let best: [Int: Set<Int>]

  init(_ table: Notebook.Table) {
    self.table = table
    columns = table.columns.indices.map { HTMLTableColumn(table, $0) }
    best = table.bestRows()
  }

  /// Whether readers can sort the table: of one that is cut, the first rows of another order would not be the first.
  static func sorts(_ table: Notebook.Table) -> Bool {
    2...shownRows ~= table.rows.count && !table.columns.isEmpty
  }

  /// The element `table`; ``TableScript`` makes buttons of the names of its columns.
  var element: String {
    var html = "<table class=\"data\(Self.sorts(table) ? " sortable" : "")\">\n<thead><tr>"
    for (name, column) in zip(table.columns, columns) {
      html += "<th scope=\"col\"\(column.isNumeric ? " class=\"number\"" : "")>\(HTMLText.escape(name))</th>"
    }
    html += "</tr></thead>\n<tbody>\n"
    for (number, row) in table.rows.prefix(Self.shownRows).enumerated() {
      html += "<tr>"
      for (index, value) in table.padded(row).enumerated() {
        html += columns[index].cell(value, isBest: best[index]?.contains(number) == true)
      }
      html += "</tr>\n"
    }
    return html + "</tbody>\n</table>"
  }
}

/// How the values of one table column are set.
private struct HTMLTableColumn {
  let isNumeric: Bool
  /// The most characters from the point on, the point included, among the numbers shown without an exponent.
  private let fraction: Int

  init(_ table: Notebook.Table, _ column: Int) {
    isNumeric = table.isNumeric(column)
    var fraction = 0
    if isNumeric {
      for row in table.rows.prefix(HTMLTable.shownRows) where column < row.count {
        fraction = max(fraction, HTMLTableColumn.fractionLength(row[column].shown) ?? 0)
      }
    }
    self.fraction = fraction
  }

  func cell(_ value: Notebook.Table.Value, isBest: Bool) -> String {
    let shown = value.shown
    var content = HTMLText.escape(shown)
    if isBest { content = "<b>\(content)</b>" }
    guard isNumeric else { return "<td\(sortKey(value))>\(content)</td>" }
    var padding = ""
    if let length = HTMLTableColumn.fractionLength(shown), length < fraction {
      // The digits are invisible and drawn by the style sheet, so that copied text does not have them.
      let missing = String(".0000000000000000000000".dropFirst(length > 0 ? 1 : 0).prefix(fraction - length))
      padding = "<span class=\"pad\" data-pad=\"\(missing)\"></span>"
    }
    return "<td class=\"number\"\(sortKey(value))>\(content)\(padding)</td>"
  }

  /// What numbers are sorted by, where it is not what is shown: all digits, and nothing of their uncertainty. What is not a
  /// number has an empty key, and comes last.
  private func sortKey(_ value: Notebook.Table.Value) -> String {
    guard let number = value.number else { return "" }
    let key =
      number.isNaN
      ? "" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : NumberText.shortest(number)
    return isNumeric && key == value.shown ? "" : " data-value=\"\(key)\""
  }

  /// The number of characters from the point on, an uncertainty in parentheses included; nil for exponents, infinities
  /// and empty cells, which are only set to the right.
  private static func fractionLength(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.contains(where: { 0x30...0x39 ~= $0 }),
      text.utf8.allSatisfy({ "-.()0123456789".utf8.contains($0) })
    else { return nil }
    return text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) } ?? 0
  }
}
