import Foundation
import Reports
import Support

/// A Lua script in cells: Jupytext's percent format, or one cell when it has no marks (`docs/scripts.md`).
///
/// A mark is a line of code's own, never one inside a long string or comment. Code before the first mark is a cell too.
public struct ScriptFile: Sendable {
  /// A cell of a script.
  public struct Cell: Sendable, Equatable {
    /// What the cell is.
    public let kind: Notebook.Cell.Kind
    /// What follows the mark; empty when nothing does.
    public let title: String
    /// Lua source, or Markdown without its comment marks.
    public let source: String
    /// The script's line, from 1, with the first source line.
    public let firstLine: Int
    /// Jupytext's tags.
    public let tags: [String]
  }

  /// A stretch of the text from one mark to the next, with its mark: also cells that hold nothing, and raw ones, which
  /// ``cells`` leaves out.
  struct Section {
    let mark: CellMark
    /// The cell's source, as in ``Cell``.
    let source: String
    /// Its lines, from 0, the mark's and blank ones included.
    let lines: Range<Int>
  }

  /// The text's stretches, in order; what is before the first is a header.
  let sections: [Section]
  /// The file, as it was asked for.
  public let path: FilePath
  /// The cells, in order.
  public let cells: [Cell]
  /// The whole text, with `\n` for every line end.
  public let source: String
  /// The Lua of all cells, each on its lines: in text between them, an opening bracket or quote means nothing.
  public var code: String {
    var text = ""
    var line = 1
    for cell in cells where cell.kind != .markdown {
      text += String(repeating: "\n", count: max(cell.firstLine - line, 0)) + cell.source
      line = cell.firstLine + cell.source.utf8.count { $0 == 10 }
    }
    return text
  }
  /// A line that was meant to be a mark and is none: file, line and what is wrong with it. Such a script does not run:
  /// its cells are not those that its author sees.
  public let mistake: String?

  /// Where the lines are in the notebook that the script was; nil for scripts.
  private(set) var notebookLines: NotebookLines?

  /// The script that a notebook is; messages call it `path`, and name the notebook's cells.
  public init(path: FilePath, notebook: JupyterNotebook) {
    self.init(path: path, source: notebook.script)
    notebookLines = NotebookLines(of: notebook, in: self)
  }

  /// A message of Lua's as the author of the script understands it: lines of a notebook are those of its cells.
  func located(_ message: String) -> String { notebookLines?.located(message) ?? message }

  /// What people call a cell, and the number of its first line there.
  ///
  /// - Parameter index: the cell's place in ``cells``, from 0.
  func place(ofCell index: Int) -> (number: Int, firstLine: Int) {
    let line = cells[index].firstLine
    guard let place = notebookLines?.place(of: line) else { return (index + 1, line) }
    return (place.cell, place.line)
  }

  /// Finds the cells of a text; messages call it `path`.
  public init(path: FilePath, source: String) {
    self.path = path
    self.source = LuaText.normalised(source)
    var splitter = CellSplitter(self.source)
    splitter.run()
    cells = splitter.cells
    sections = splitter.sections
    mistake = splitter.mistake.map { "\(path):\($0.line): this looks like the mark of a cell: \($0.problem)" }
  }

  /// Reads a script; anything that is not a text file is an error of one line.
  public init(contentsOf path: FilePath) throws {
    // The numbers of descriptors, which a shell's `<(…)` gives, are no names.
    let isStream = InputFile.openDescriptor(path) != nil
    self.init(path: isStream ? "stdin" : path, source: try TextFile.readScript(path))
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
    path.ending == "lua" ? path.shownStem : path.shownName
  }
}

/// Finds the cells of a script.
private struct CellSplitter {
  private(set) var cells: [ScriptFile.Cell] = []
  private(set) var sections: [ScriptFile.Section] = []
  private(set) var mistake: (line: Int, problem: String)?

  private let source: String
  private var state = LuaLineState()
  private var mark = CellMark.first
  /// Whether the cell began with a mark; the first may not.
  private var hasMark = false
  /// The lines of the cell so far.
  private var lines: [Substring] = []
  private var firstLine = 1
  /// The levels of long comments that the rest of a cell of text does not close.
  private var unclosed: Set<Int> = []

  /// - Parameter source: with `\n` line ends.
  init(_ source: String) {
    self.source = source
  }

  mutating func run() {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    var next = Self.headerEnd(lines)
    firstLine = next + 1
    while next < lines.count {
      if isText, let end = endOfComment(lines[next...]) {
        self.lines += lines[next..<end]
        next = end
        continue
      }
      read(lines[next], number: next + 1)
      next += 1
    }
    finish()
  }

  /// True in text, where what Lua takes for strings and comments means nothing.
  private var isText: Bool { mark.kind == .markdown || mark.kind == .raw }

  /// The line behind a long comment that begins the first of these and ends before the next cell; nil where
  /// none does.
  private mutating func endOfComment(_ lines: ArraySlice<Substring>) -> Int? {
    guard let first = lines.first, let level = first.openingLevel, !unclosed.contains(level) else {
      return nil
    }
    let closer = "]" + String(repeating: "=", count: level) + "]"
    for (number, line) in zip(lines.indices, lines) {
      let inside = number == lines.startIndex ? line.dropFirst(level + 4) : line
      if inside.contains(closer) { return number + 1 }
      if case .mark = CellMark.read(line) { break }
    }
    // Thousands of such lines would each search the whole cell.
    unclosed.insert(level)
    return nil
  }

  private mutating func read(_ line: Substring, number: Int) {
    if state.isInCode {
      switch CellMark.read(line) {
      case .none: break
      case .mark(let next):
        finish()
        mark = next
        hasMark = true
        lines = []
        unclosed = []
        firstLine = number + 1
        return
      case .mistake(let problem):
        if mistake == nil { mistake = (number, "'\(line.trimmed.prefix(60))': \(problem)") }
      }
    }
    lines.append(line)
    guard !isText else { return }
    line.utf8.withContiguousStorageIfAvailable { state.pass($0[...]) }
  }

  /// The number of lines before the first that counts: Jupytext's YAML header is `-- ---` to `-- ---`, and above
  /// it, or alone, Jupytext says the encoding where there are characters beyond ASCII.
  private static func headerEnd(_ lines: [Substring]) -> Int {
    let isHeaded = { (line: Substring) in line.trimmed.isEmpty || line.hasPrefix("-- -*- coding:") }
    let start = lines.firstIndex { !isHeaded($0) } ?? lines.count
    let encodingEnd = lines[..<start].lastIndex { !$0.trimmed.isEmpty }.map { $0 + 1 } ?? 0
    guard start < lines.count, lines[start].trimmed == "-- ---" else { return encodingEnd }
    for index in lines.indices where index > start {
      guard lines[index].hasPrefix("--") else { return encodingEnd }
      if lines[index].trimmed == "-- ---" { return index + 1 }
      if case .mark = CellMark.read(lines[index]) { return encodingEnd }
    }
    return encodingEnd
  }

  private mutating func finish() {
    // Blank lines around a cell are layout.
    var low = 0
    var high = lines.count
    while low < high, lines[low].trimmed.isEmpty { low += 1 }
    while high > low, lines[high - 1].trimmed.isEmpty { high -= 1 }
    let kept = lines[low..<high]
    let text = isText ? Self.markdown(kept) : kept.joined(separator: "\n")
    if hasMark || low < high {
      let start = firstLine - (hasMark ? 2 : 1)
      sections.append(.init(mark: mark, source: text, lines: start..<(firstLine - 1 + lines.count)))
    }
    guard low < high, let kind = mark.kind.shown else { return }
    cells.append(
      .init(kind: kind, title: mark.title, source: text, firstLine: firstLine + low, tags: mark.tags))
  }

  /// The text of comments: `-- text` line by line, and long comments of any level.
  private static func markdown(_ lines: ArraySlice<Substring>) -> String {
    var text: [Substring] = []
    var rest = lines
    while let line = rest.popFirst() {
      if let level = line.openingLevel {
        let closer = "]" + String(repeating: "=", count: level) + "]"
        var inside = line.dropFirst(level + 4)
        // The line of the brackets themselves is text only if it has some.
        var isFirst = true
        while true {
          if let end = inside.range(of: closer) {
            let last = inside[..<end.lowerBound]
            if !last.trimmed.isEmpty { text.append(last) }
            break
          }
          if !isFirst || !inside.trimmed.isEmpty { text.append(inside) }
          isFirst = false
          guard let next = rest.popFirst() else { break }
          inside = next
        }
      } else if line.hasPrefix("--") {
        let words = line.dropFirst(2)
        text.append(words.hasPrefix(" ") ? words.dropFirst() : words)
      } else {
        text.append(line)
      }
    }
    return text.joined(separator: "\n").trimmedLines
  }
}

extension Substring {
  /// The number of `=` of a long comment that begins the line.
  fileprivate var openingLevel: Int? {
    guard hasPrefix("--[") else { return nil }
    let level = dropFirst(3).prefix { $0 == "=" }.count
    return dropFirst(3 + level).first == "[" ? level : nil
  }
}

extension CellMark.Kind {
  /// What the notebook calls it; nil for raw cells, which are for other programs.
  fileprivate var shown: Notebook.Cell.Kind? {
    switch self {
    case .code: .code
    case .markdown: .markdown
    case .parameters: .parameters
    case .raw: nil
    }
  }
}

extension String {
  /// The text without blank lines at both ends.
  var trimmedLines: String {
    var lines = split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let first = lines.first, first.trimmed.isEmpty { lines.removeFirst() }
    while let last = lines.last, last.trimmed.isEmpty { lines.removeLast() }
    return lines.joined(separator: "\n")
  }
}

extension StringProtocol {
  /// The text without white space at both ends.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
