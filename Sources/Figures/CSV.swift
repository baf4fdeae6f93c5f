import Foundation

/// Comma-separated values (RFC 4180) of the numbers behind a figure.
enum CSV {
  /// A header and rows; columns that are empty everywhere are left out.
  static func text(header: [String], rows: [[String]]) -> String {
    let used = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let columns = used.isEmpty ? Array(header.indices) : used
    let lines = [header] + rows
    return lines.map { row in columns.map { field(row[$0]) }.joined(separator: ",") + "\n" }.joined()
  }

  /// The shortest text that reads back as the same number; "nan" where there is none.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
    return "\(value)"
  }

  private static func field(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
