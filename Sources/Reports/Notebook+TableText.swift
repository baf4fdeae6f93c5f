extension Notebook.Table {
  /// The table for a terminal: columns under their headings, numbers to the right, one line a row.
  public var text: String {
    let headings = columns.map(Self.oneLine)
    let cells = rows.map { padded($0).map { Self.oneLine($0.shown) } }
    let widths = columns.indices.map { column in
      cells.reduce(DisplayWidth.of(headings[column])) { max($0, DisplayWidth.of($1[column])) }
    }
    let toTheRight = columns.indices.map(isNumeric)
    func line(_ row: [String]) -> String {
      var line = ""
      for (column, text) in row.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - DisplayWidth.of(text))
        line += (column > 0 ? "  " : "") + (toTheRight[column] ? gap + text : text + gap)
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
    let heading = caption.isEmpty ? "" : caption + "\n"
    return heading + line(headings) + rule + cells.map(line).joined()
  }

  /// The text in one line, without what would move the cursor: line ends become spaces, other control characters a sign
  /// of their own.
  private static func oneLine(_ text: String) -> String {
    HTMLText.visible(HTMLText.terminalText(text)).unicodeScalars.split { $0 == "\n" || $0 == "\t" }
      .map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
  }
}
