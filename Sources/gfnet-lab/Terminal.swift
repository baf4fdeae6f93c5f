import Foundation
import Reports
import Support
import Synchronization

/// Shows results on standard output and remarks on standard error.
enum Terminal {
  static let isInteractive = isatty(STDOUT_FILENO) == 1

  /// Writes to standard output. When that fails the run goes on, for its report.
  static func write(_ text: String) {
    let code = Console.write(text, to: STDOUT_FILENO)
    // A reader that went away (`| head`) has what it wanted.
    if code != 0, code != EPIPE { lostOutput.store(code, ordering: .relaxed) }
  }

  /// The `errno` of the last write of results that failed; 0: all were written.
  private static let lostOutput = Atomic<Int32>(0)

  /// Says so when results could not be written, and returns true.
  static func reportLostOutput() -> Bool {
    let code = lostOutput.load(ordering: .relaxed)
    guard code != 0 else { return false }
    complain("cannot write to standard output: \(String(cString: strerror(code)))")
    return true
  }

  /// One line on standard error, under the program's name.
  static func complain(_ message: String) { note("gfnet-lab: " + message) }

  /// One line on standard error.
  static func note(_ line: String) { Console.note(line) }

  static func show(_ output: Notebook.Output) {
    switch output {
    case .text(let text): write(text)
    case .value(let text): write(text + "\n")
    case .markdown(let text): write((isInteractive ? emphasised(text) : text) + "\n")
    case .table(let table): write(render(table))
    case .figure(let picture): write("[figure \(picture.name)] \(picture.caption)\n")
    case .error: break  // shown once, on standard error, when the run ends
    }
  }

  private static func emphasised(_ markdown: String) -> String {
    markdown.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.hasPrefix("#") else { return String(line) }
      return "\u{1B}[1m" + line.drop { $0 == "#" || $0 == " " } + "\u{1B}[0m"
    }.joined(separator: "\n")
  }

  /// Columns under their headings, numbers to the right.
  private static func render(_ table: Notebook.Table) -> String {
    let cells = table.rows.map { $0.map(text) }
    let widths = table.columns.indices.map { column in
      cells.map { column < $0.count ? $0[column].count : 0 }.reduce(table.columns[column].count, max)
    }
    let isNumeric = table.columns.indices.map { column in
      table.rows.allSatisfy { row in
        guard column < row.count, case .text = row[column] else { return true }
        return false
      }
    }
    func line(_ row: [String]) -> String {
      row.enumerated().map { column, text in
        let gap = String(repeating: " ", count: max(widths[column] - text.count, 0))
        return isNumeric[column] ? gap + text : text + gap
      }.joined(separator: "  ").trimmingSuffix(" ") + "\n"
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
    let caption = table.caption.isEmpty ? "" : table.caption + "\n"
    return caption + line(table.columns) + rule + cells.map(line).joined()
  }

  private static func text(_ value: Notebook.Table.Value) -> String {
    switch value {
    case .text(let text): text
    case .empty: ""
    case .number(let number, let digits):
      if let digits, number.isFinite {
        String(format: "%.\(digits)f", number)
      } else if let whole = Int(exactly: number), abs(whole) < 1 << 53 {
        "\(whole)"
      } else {
        "\(number)"
      }
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self
    while text.last == character { text.removeLast() }
    return text
  }
}
