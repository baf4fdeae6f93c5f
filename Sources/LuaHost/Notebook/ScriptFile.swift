import Foundation
import Reports

/// A Lua script in cells: Jupytext's percent format, or one cell when it has no marks.
///
/// `-- %%` starts a code cell, `-- %% [markdown]` a text cell whose lines are comments, `-- %% [parameters]` the
/// cell of defaults. Words after the marks are the cell's title. Code before the first mark is a cell too.
public struct ScriptFile: Sendable {
  public struct Cell: Sendable, Equatable {
    public let kind: Notebook.Cell.Kind
    /// What follows the mark; empty when nothing does.
    public let title: String
    /// Lua source, or Markdown without its comment marks.
    public let source: String
    /// 1-based line of the first source line.
    public let firstLine: Int
  }

  public let path: String
  public let cells: [Cell]
  public let source: String

  public init(path: String, source: String) {
    self.path = path
    self.source = source
    cells = Self.split(source)
  }

  /// Reads a script; anything that is not a text file is an error of one line.
  public init(contentsOf path: String) throws {
    self.init(path: path, source: try TextFile.read(path, as: "script"))
  }

  /// The first Markdown heading, or the file's name without its folder and ending.
  public var title: String {
    for cell in cells where cell.kind == .markdown {
      for line in cell.source.split(separator: "\n") where line.hasPrefix("# ") {
        return line.dropFirst(2).trimmed
      }
    }
    return stem
  }

  /// The file's name without its folder and ending.
  public var stem: String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.hasSuffix(".lua") ? String(name.dropLast(4)) : name
  }

  // MARK: Parsing

  private struct Mark {
    let kind: Notebook.Cell.Kind
    let title: String
  }

  private static func split(_ source: String) -> [Cell] {
    var cells: [Cell] = []
    var lines: [Substring] = []
    var mark = Mark(kind: .code, title: "")
    var firstLine = 1

    func finish() {
      // Blank lines around a cell are layout.
      var low = 0
      var high = lines.count
      while low < high, lines[low].trimmed.isEmpty { low += 1 }
      while high > low, lines[high - 1].trimmed.isEmpty { high -= 1 }
      guard low < high else { return }
      let kept = lines[low..<high]
      let text = mark.kind == .markdown ? markdown(kept) : kept.joined(separator: "\n")
      cells.append(Cell(kind: mark.kind, title: mark.title, source: text, firstLine: firstLine + low))
    }

    for (index, raw) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var line = raw
      if line.hasSuffix("\r") { line = line.dropLast() }
      // A byte-order mark and a #! line are not Lua.
      if index == 0, line.hasPrefix("\u{FEFF}") { line = line.dropFirst() }
      if index == 0, line.hasPrefix("#") { line = "" }
      if let next = parseMark(line) {
        finish()
        mark = next
        lines = []
        firstLine = index + 2
      } else {
        lines.append(line)
      }
    }
    finish()
    return cells
  }

  private static func parseMark(_ line: Substring) -> Mark? {
    guard line.hasPrefix("--") else { return nil }
    let rest = line.dropFirst(2).drop { $0 == " " }
    guard rest.hasPrefix("%%"), rest.dropFirst(2).first.map({ $0 == " " || $0 == "[" }) ?? true else {
      return nil
    }
    var title = rest.dropFirst(2).trimmed
    var kind = Notebook.Cell.Kind.code
    for (word, meaning) in [
      ("[markdown]", Notebook.Cell.Kind.markdown), ("[md]", .markdown), ("[parameters]", .parameters),
    ] {
      guard let range = title.range(of: word) else { continue }
      kind = meaning
      title.removeSubrange(range)
    }
    return Mark(kind: kind, title: title[...].trimmed)
  }

  /// Text cells are comments: `-- text` line by line, or one long comment.
  private static func markdown(_ lines: ArraySlice<Substring>) -> String {
    if let first = lines.first, let last = lines.last, first.hasPrefix("--[["), last.hasSuffix("]]") {
      let text = lines.joined(separator: "\n").dropFirst(4).dropLast(2)
      return text[...].trimmed
    }
    return lines.map { line in
      guard line.hasPrefix("--") else { return String(line) }
      let text = line.dropFirst(2)
      return String(text.hasPrefix(" ") ? text.dropFirst() : text)
    }.joined(separator: "\n")
  }
}

extension Substring {
  /// Without white space at both ends.
  var trimmed: String {
    var text = self
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
