import Reports
import Support

/// Where the lines of the script that a notebook is are in the notebook: what errors name, as its author sees
/// cells and no script.
struct NotebookLines: Sendable {
  private struct Cell {
    /// The number of the cell in the notebook, from 1.
    let number: Int
    /// The cell's stretch of the script, in lines from 1.
    let lines: Range<Int>
    /// The script's line with the cell's first line.
    let firstLine: Int
  }

  /// In the order of the script.
  private let cells: [Cell]
  private let name: String

  /// Nil where the script has other cells than the notebook.
  init?(of notebook: JupyterNotebook, in script: ScriptFile) {
    guard notebook.cells.count == script.sections.count else { return nil }
    name = script.path.shownName
    let lines = script.source.split(separator: "\n", omittingEmptySubsequences: false)
    cells = zip(notebook.cells, script.sections).enumerated().map { index, pair in
      let (cell, section) = pair
      // Scripts leave out the blank lines above what a cell says, and have some of their own.
      let start =
        lines[section.lines].firstIndex { !$0.trimmed.isEmpty && CellMark.read($0) == .none }
        ?? section.lines.lowerBound
      let blank = cell.source.split(separator: "\n", omittingEmptySubsequences: false)
        .prefix { $0.trimmed.isEmpty }.count
      return Cell(
        number: index + 1, lines: section.lines.lowerBound + 1..<section.lines.upperBound + 1,
        firstLine: start + 1 - blank)
    }
  }

  /// The number of the notebook's cell at a line of the script, and that of the line in it, both from 1; nil
  /// beyond.
  func place(of line: Int) -> (cell: Int, line: Int)? {
    cells.first { $0.lines.contains(line) }.map { ($0.number, max(line - $0.firstLine + 1, 1)) }
  }

  /// The text with `NAME: cell 3, line 2` where it has `NAME:14`.
  func located(_ text: String) -> String {
    var (result, rest) = ("", text[...])
    while let found = rest.range(of: name + ":") {
      result += rest[..<found.upperBound]
      rest = rest[found.upperBound...]
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let line = Int(digits), let place = place(of: line) else { continue }
      result += " cell \(place.cell), line \(place.line)"
      rest = rest[digits.endIndex...]
    }
    return result + rest
  }
}
