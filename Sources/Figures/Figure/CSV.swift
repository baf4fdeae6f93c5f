import Foundation
import Support

/// Comma-separated values (RFC 4180) of the numbers behind a figure; columns that no row uses are left out.
struct CSV {
  private(set) var text = ""
  private let header: [String]
  private var isUsed: [Bool]
  private var columns: [Int] = []

  init(_ header: [String]) {
    self.header = header
    isUsed = header.map { _ in false }
  }

  /// Marks the columns that a row fills; before ``begin()``.
  mutating func use(_ row: [String]) {
    for (i, field) in row.enumerated() where !field.isEmpty { isUsed[i] = true }
  }

  /// Writes the header.
  mutating func begin() {
    let used = header.indices.filter { isUsed[$0] }
    columns = used.isEmpty ? Array(header.indices) : used
    add(header)
  }

  /// Writes a row, which may end early.
  mutating func add(_ row: [String]) {
    for (i, column) in columns.enumerated() {
      if i > 0 { text += "," }
      if column < row.count { text += CSV.field(row[column]) }
    }
    text += "\n"
  }

  /// The whole text, where the rows are few.
  static func text(header: [String], rows: [[String]]) -> String {
    var table = CSV(header)
    for row in rows { table.use(row) }
    table.begin()
    for row in rows { table.add(row) }
    return table.text
  }

  /// The shortest text that reads back as the same number; "nan" where there is none.
  static func number(_ value: Double) -> String { value.isNaN ? "nan" : NumberSpelling.plain(value) }

  private static func field(_ text: String) -> String {
    // We look at bytes: Swift takes "\r\n" for one character, and numbers need no look at their characters.
    let isPlain = text.utf8.allSatisfy { $0 != 44 && $0 != 34 && $0 != 10 && $0 != 13 }
    return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
