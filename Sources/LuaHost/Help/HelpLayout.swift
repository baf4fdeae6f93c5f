/// Text in lines of a terminal's width.
struct HelpLayout {
  /// The number of columns of a line; 80 is what pagers, logs and mail show.
  var width = 100

  /// The lines of `text` with `indent` spaces before each, broken at spaces. Its own line ends and indented
  /// lines stay.
  func paragraph(_ text: String, indent: Int = 0) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line -> [String] in
      let own = line.prefix { $0 == " " }.count
      return wrapped(line.dropFirst(own), first: indent + own, rest: indent + own)
    }
  }

  /// The lines of two columns; a long left entry has its text on the next line.
  func columns(_ rows: [(String, String)], widest: Int = 30) -> [String] {
    let left = min(rows.map(\.0.count).max() ?? 0, widest)
    return rows.flatMap { name, text -> [String] in
      guard name.count <= left else {
        return wrapped(name[...], first: 2, rest: 6) + wrapped(text[...], first: left + 4, rest: left + 4)
      }
      let lines = wrapped(text[...], first: left + 4, rest: left + 4)
      let head = "  " + name.padding(to: left + 2)
      guard let first = lines.first else { return ["  " + name] }
      return [head + first.dropFirst(left + 4)] + lines.dropFirst()
    }
  }

  private func wrapped(_ text: Substring, first: Int, rest: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, (lines.isEmpty ? first : rest) + line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines.enumerated().map { number, line in
      line.isEmpty ? "" : String(repeating: " ", count: number == 0 ? first : rest) + line
    }
  }
}
