extension Notebook.Table {
  /// The table for a terminal: columns under their headings, numbers to the right, one line a row.
  public var text: String {
    let headings = columns.map(Self.oneLine)
    let cells = rows.map { padded($0).map { Self.oneLine($0.shown) } }
    var widths = headings.map(DisplayWidth.of)
    for row in cells {
      for (column, text) in row.enumerated() { widths[column] = max(widths[column], DisplayWidth.of(text)) }
    }
    let toTheRight = columns.indices.map(isNumeric)
    var result = caption.isEmpty ? "" : caption + "\n"
    func add(_ row: [String]) {
      // Blanks are held back until something follows them.
      var blanks = 0
      for (column, text) in row.enumerated() {
        let gap = widths[column] - DisplayWidth.of(text)
        blanks += (column > 0 ? 2 : 0) + (toTheRight[column] ? gap : 0)
        let end = text.lastIndex { $0 != " " }
        if let end {
          for _ in 0..<blanks { result += " " }
          result += text[...end]
          blanks = text.utf8.count - text[...end].utf8.count
        } else {
          blanks += text.utf8.count
        }
        blanks += toTheRight[column] ? 0 : gap
      }
      result += "\n"
    }
    add(headings)
    result += widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
    for row in cells { add(row) }
    return result
  }

  /// The text in one line, without what would move the cursor: line ends become spaces, other control characters a sign
  /// of their own.
  private static func oneLine(_ text: String) -> String {
    if text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) { return text }
    return HTMLText.visible(HTMLText.terminalText(text)).unicodeScalars.split { $0 == "\n" || $0 == "\t" }
      .map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
  }
}
