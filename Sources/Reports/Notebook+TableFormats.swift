import Foundation

extension Notebook.Table {
  /// The table after RFC 4180 with a header row: CRLF line ends, quotes where needed, numbers in full
  /// precision. A column with uncertainties is followed by one of them.
  public var csv: String {
    let isUncertain = columns.indices.map(hasUncertainties)
    var text = Notebook.Table.csvRow(
      columns.enumerated().flatMap { isUncertain[$0] ? [$1, $1 + " uncertainty"] : [$1] })
    for row in rows {
      text += Notebook.Table.csvRow(
        padded(row).enumerated().flatMap {
          isUncertain[$0] ? [$1.csvText, $1.uncertaintyText] : [$1.csvText]
        })
    }
    return text
  }

  func hasUncertainties(_ column: Int) -> Bool {
    rows.contains { row in
      if column < row.count, case .uncertain = row[column] { true } else { false }
    }
  }

  /// The table for GitHub's Markdown, at most `limit` rows of it.
  func markdown(limit: Int) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    var text = line(columns.map(MarkdownText.cell))
    text += line(columns.indices.map { isNumeric($0) ? "---:" : "---" })
    let best = bestRows()
    for (number, row) in rows.prefix(limit).enumerated() {
      text += line(
        padded(row).enumerated().map { column, value in
          let cell = MarkdownText.cell(value.shown)
          return best[column]?.contains(number) == true ? "**\(cell)**" : cell
        })
    }
    return text
  }

  /// True when the column holds numbers and nothing else but empty cells and dashes, which stand for numbers that there are
  /// not.
  func isNumeric(_ column: Int) -> Bool {
    var found = false
    for row in rows where column < row.count {
      switch row[column] {
      case .number, .integer, .uncertain: found = true
      case .empty: break
      case .text(let text): if !Self.dashes.contains(text) { return false }
      }
    }
    return found
  }

  /// What stands where there is no number.
  private static let dashes: Set = ["–", "—", "-"]

  /// The row with exactly one value per column: short rows are filled, long ones cut.
  func padded(_ row: [Value]) -> [Value] {
    Array(row.prefix(columns.count)) + Array(repeating: .empty, count: max(columns.count - row.count, 0))
  }

  private static func csvRow(_ fields: [String]) -> String {
    fields.map { field in
      // We look at bytes, as "\r\n" is a single Character. A lone empty field would read as a blank line.
      let needsQuotes =
        field.utf8.contains { "\",\r\n".utf8.contains($0) } || (field.isEmpty && fields.count == 1)
      return needsQuotes ? "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : field
    }.joined(separator: ",") + "\r\n"
  }
}

extension Notebook.Table.Value {
  /// The value as a reader sees it.
  public var shown: String {
    switch self {
    case .text(let text): text
    case .number(let value, let digits): NumberText.shown(value, digits: digits)
    case .integer(let value, let digits):
      value.magnitude < 1 << 53 ? NumberText.shown(Double(value), digits: digits) : String(value)
    case .uncertain(let value, let uncertainty, let digits):
      NumberText.shown(value, uncertainty: uncertainty, digits: digits)
    case .empty: ""
    }
  }

  fileprivate var csvText: String {
    switch self {
    case .number(let value, _), .uncertain(let value, _, _): NumberText.shortest(value)
    case .integer(let value, _): String(value)
    case .text, .empty: shown
    }
  }

  fileprivate var uncertaintyText: String {
    if case .uncertain(_, let uncertainty, _) = self { NumberText.shortest(uncertainty) } else { "" }
  }
}

/// Text made safe for GitHub's Markdown.
enum MarkdownText {
  /// The text in a cell of a table.
  static func cell(_ text: String) -> String {
    escape(text.split(whereSeparator: \.isNewline).joined(separator: " "))
  }

  /// The text inline, so that nothing in it is markup.
  static func escape(_ text: String) -> String {
    if HTMLText.isPlain(text, besides: "\\`*_[]|~<>&") { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "`", "*", "_", "[", "]", "|", "~": result += "\\" + String(scalar)
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\u{0}"..<"\t", "\u{B}"..<" ", "\u{7F}"..."\u{9F}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A fenced block that `text` cannot close.
  static func fenced(_ text: String, language: String) -> String {
    var longest = 0
    var current = 0
    for byte in text.utf8 {
      current = byte == UInt8(ascii: "`") ? current + 1 : 0
      longest = max(longest, current)
    }
    let fence = String(repeating: "`", count: max(3, longest + 1))
    let text = HTMLText.visible(text)
    return "\(fence)\(language)\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(fence)\n"
  }
}
