import Reports
import Support

/// Scripts as notebooks of Jupyter, and back.
///
/// A notebook keeps what a script has and a cell has not, such as blank lines or long comments, as
/// `gfnet_lab` in the metadata, in the script's own words. These hold for as long as they say what the cell
/// says; a cell that was changed in Jupyter is written anew. So a script comes back byte by byte.
extension JupyterNotebook {
  /// Our name in metadata.
  private static let key = "gfnet_lab"
  /// What Jupyter and others note about a run or a screen, and is no part of a script; Jupytext leaves out
  /// the same.
  private static let transient: Set = [
    "autoscroll", "collapsed", "execution", "ExecuteTime", "heading_collapsed", "hidden", "jupyter",
    "lines_to_next_cell",
    "papermill", "pycharm", "scrolled", "slideshow", "trusted", "vscode", key,
  ]

  /// The notebook of a script's text.
  public init(script text: String) {
    // Lua skips a first line of `#!…`, and so would `ScriptFile`.
    let shebang = text.hasPrefix("#") ? String(text.prefix { !$0.isNewline }) : ""
    let file = ScriptFile(path: "", source: text)
    let lines = file.source.split(separator: "\n", omittingEmptySubsequences: false)
    var header = lines[..<(file.sections.first?.lines.lowerBound ?? lines.count)].joined(separator: "\n")
    if !file.sections.isEmpty, file.sections[0].lines.lowerBound > 0 { header += "\n" }
    header = shebang + header
    let cells = file.sections.enumerated().map { index, section -> Cell in
      var cell = Cell(section)
      let isLast = index + 1 == file.sections.count
      let own = lines[section.lines].joined(separator: "\n") + (isLast ? "" : "\n")
      if own != cell.scriptText + (isLast ? "\n" : "\n\n") {
        cell.metadata.append(.init(Self.key, ["script": .string(own)]))
      }
      return cell
    }
    let title = JSONValue.Member("title", .string(file.title))
    self.init(
      cells: cells,
      metadata: (header.isEmpty ? [] : [.init(Self.key, ["header": .string(header)])])
        + (file.title.isEmpty ? [] : [title]) + [
          .init("jupytext", ["cell_metadata_filter": .string("-\(Self.key)")])
        ])
  }

  /// The script of the notebook, without what its cells produced.
  public var script: String {
    var text = JSONValue.object(metadata)[Self.key]?["header"]?.asString ?? ""
    for (index, cell) in cells.enumerated() {
      let isLast = index + 1 == cells.count
      if let kept = JSONValue.object(cell.metadata)[Self.key]?["script"]?.asString,
        cell.isSaid(by: kept, isFirst: index == 0, isLast: isLast)
      {
        text += kept
      } else {
        text += cell.scriptText + (isLast ? "\n" : "\n\n")
      }
    }
    return text
  }
}

extension JupyterNotebook.Cell {
  /// The cell that a stretch of a script is.
  fileprivate init(_ section: ScriptFile.Section) {
    var metadata = section.mark.metadata
    if section.mark.kind == .parameters, !section.mark.tags.contains("parameters") {
      metadata.removeAll { $0.name == "tags" }
      metadata.append(.init("tags", .array((["parameters"] + section.mark.tags).map { .string($0) })))
    }
    if !section.mark.title.isEmpty { metadata.append(.init("title", .string(section.mark.title))) }
    let kind: Kind =
      switch section.mark.kind {
      case .code, .parameters: .code
      case .markdown: .markdown
      case .raw: .raw
      }
    self.init(kind: kind, source: section.source, metadata: metadata)
  }

  /// Whether a stretch of a script says what the cell says.
  fileprivate func isSaid(by text: String, isFirst: Bool, isLast: Bool) -> Bool {
    let file = ScriptFile(path: "", source: text)
    guard file.sections.count == 1, let section = file.sections.first, section.lines.lowerBound == 0,
      isLast || text.hasSuffix("\n")
    else { return false }
    // A cell without a mark would belong to the one before it.
    if !isFirst, case .none = CellMark.read(text.prefix { $0 != "\n" }) { return false }
    let said = Self(section)
    return said.kind == kind && said.source == source && said.lasting == lasting
  }

  /// The metadata that a script holds, in alphabetical order throughout.
  private var lasting: [JSONValue.Member] { JSONValue.object(lastingMembers).sorted.asObject ?? [] }

  private var lastingMembers: [JSONValue.Member] {
    metadata.filter { !JupyterNotebook.isTransient($0.name) }
  }

  /// The cell as a script has it, with its mark and without blank lines around it.
  fileprivate var scriptText: String {
    var mark = "-- %%"
    var members = lastingMembers.filter { $0.name != "title" }
    if let title = JSONValue.object(metadata)["title"]?.asString, !title.trimmed.isEmpty {
      mark += " " + title.trimmed.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
    switch kind {
    case .markdown: mark += " [markdown]"
    case .raw: mark += " [raw]"
    case .code:
      if tags.contains("parameters"), !mark.contains("[parameters]") {
        mark += " [parameters]"
        members.removeAll { $0.name == "tags" }
        let others = tags.filter { $0 != "parameters" }
        if !others.isEmpty { members.append(.init("tags", .array(others.map { .string($0) }))) }
      }
    }
    // A name with other characters would end the list of names and values, which then would be a title.
    let isPlain = members.allSatisfy { $0.name.utf8.allSatisfy(Self.isOfName) && !$0.name.isEmpty }
    if !members.isEmpty {
      mark +=
        " "
        + (isPlain
          ? members.map { "\($0.name)=\($0.value.compact)" }.joined(separator: " ")
          : JSONValue.object(members).compact)
    }
    let body = kind == .code ? source : commented
    return body.isEmpty ? mark : mark + "\n" + body
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }

  /// Text as comments: line by line, or as a long one where a line would be taken for a mark.
  private var commented: String {
    guard !source.isEmpty else { return "" }
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "--" : "-- " + $0 }
    guard lines.contains(where: { CellMark.read($0[...]) != .none }) else {
      return lines.joined(separator: "\n")
    }
    var level = 0
    while source.contains("]" + String(repeating: "=", count: level) + "]") { level += 1 }
    let signs = String(repeating: "=", count: level)
    return "--[\(signs)[\n\(source)\n]\(signs)]"
  }
}

extension JupyterNotebook {
  fileprivate static func isTransient(_ name: String) -> Bool { transient.contains(name) }
}

extension JSONValue {
  /// The value with the members of all objects in alphabetical order.
  fileprivate var sorted: JSONValue {
    switch self {
    case .array(let values): .array(values.map(\.sorted))
    case .object(let members):
      .object(members.map { Member($0.name, $0.value.sorted) }.sorted { $0.name < $1.name })
    default: self
    }
  }
}
