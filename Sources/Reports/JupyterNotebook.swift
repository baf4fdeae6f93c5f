import Foundation
import Support

/// What editors and front ends of Jupyter know the language and the kernel by.
public enum JupyterLanguage {
  /// The kernel's name in folders and notebooks.
  public static let kernelName = "gfnet-lab"
  public static let displayName = "Lua (gfnet-lab)"

  /// The `kernelspec` of a notebook.
  public static let kernel: JSONValue = [
    "display_name": .string(displayName), "language": "lua", "name": .string(kernelName),
  ]

  /// The `language_info` of a notebook and of the kernel.
  public static let info: JSONValue = [
    "codemirror_mode": "lua", "file_extension": ".lua", "mimetype": "text/x-lua", "name": "lua",
    "nbconvert_exporter": "script", "pygments_lexer": "lua", "version": "5.4",
  ]
}

/// A file of Jupyter's notebook format, nbformat 4.
public struct JupyterNotebook: Sendable {
  /// A cell of the file.
  public struct Cell: Sendable, Equatable {
    public enum Kind: String, Sendable { case code, markdown, raw }

    public var kind: Kind
    public var source: String
    public var metadata: [JSONValue.Member]
    /// What a code cell produced, in nbformat's words.
    public var outputs: [JSONValue] = []
    /// The number of the execution; nil before it ran.
    public var executionCount: Int?
    /// Its name in the file; nil: one is made from its place.
    public var identifier: String?

    public init(kind: Kind, source: String, metadata: [JSONValue.Member] = []) {
      self.kind = kind
      self.source = source
      self.metadata = metadata
    }

    /// The tags, by which Papermill finds the cell of parameters.
    public var tags: [String] {
      JSONValue.object(metadata)["tags"]?.asArray?.compactMap(\.asString) ?? []
    }
  }

  public var cells: [Cell]
  public var metadata: [JSONValue.Member]

  /// A notebook of these cells for this program's kernel.
  public init(cells: [Cell], metadata: [JSONValue.Member] = []) {
    self.cells = cells
    self.metadata = metadata
    for (name, value) in [("kernelspec", JupyterLanguage.kernel), ("language_info", JupyterLanguage.info)]
    where !metadata.contains(where: { $0.name == name }) {
      self.metadata.append(.init(name, value))
    }
  }

  // MARK: Reading

  /// Reads the text of a file.
  ///
  /// - Throws: ``Support/TextProblem`` for what is not JSON, and for JSON that is no notebook of format 4.
  public init(parsing bytes: [UInt8]) throws {
    let json = try JSONValue(parsing: bytes)
    guard let format = json["nbformat"]?.asInteger,
      let cells = json["cells"]?.asArray ?? (format == 4 ? [] : nil)
    else {
      let version = json["nbformat"]?.asInteger
      throw TextProblem(
        line: 1,
        reason: version.map {
          "it is a notebook of format \($0); open and save it in Jupyter to have format 4"
        }
          ?? "it has no \"nbformat\", so it is no notebook")
    }
    guard format == 4 else {
      throw TextProblem(line: 1, reason: "it is a notebook of format \(format), expected 4")
    }
    metadata = json["metadata"]?.asObject ?? []
    self.cells = try cells.enumerated().map { index, cell in
      guard let kind = (cell["cell_type"]?.asString).flatMap(Cell.Kind.init),
        let source = Self.text(cell["source"])
      else {
        throw TextProblem(line: 1, reason: "cell \(index + 1) has no cell_type or source that notebooks have")
      }
      var read = Cell(kind: kind, source: source, metadata: cell["metadata"]?.asObject ?? [])
      read.outputs = cell["outputs"]?.asArray ?? []
      read.executionCount = cell["execution_count"]?.asInteger
      read.identifier = cell["id"]?.asString
      return read
    }
  }

  /// A text, which files have as one string or as a list of lines.
  private static func text(_ value: JSONValue?) -> String? {
    switch value {
    case .string(let text): text
    case .array(let lines):
      lines.allSatisfy { $0.asString != nil } ? lines.compactMap(\.asString).joined() : nil
    default: nil
    }
  }

  // MARK: Writing

  /// The file's text, laid out as Jupyter itself writes it: one blank a level, members in alphabetical order.
  public var text: String {
    var used: Set<String> = []
    let cells = self.cells.enumerated().map { index, cell -> JSONValue in
      var identifier = cell.identifier ?? "cell-\(index + 1)"
      while !used.insert(identifier).inserted { identifier += "-\(index + 1)" }
      var members: [JSONValue.Member] = [
        .init("cell_type", .string(cell.kind.rawValue)), .init("id", .string(identifier)),
        .init("metadata", .object(cell.metadata)), .init("source", Self.lines(cell.source)),
      ]
      if cell.kind == .code {
        members.append(.init("execution_count", cell.executionCount.map { .integer($0) } ?? .null))
        members.append(.init("outputs", .array(cell.outputs)))
      }
      return .object(members)
    }
    var text = ""
    Self.write(
      ["cells": .array(cells), "metadata": .object(metadata), "nbformat": 4, "nbformat_minor": 5], level: 0,
      to: &text)
    return text + "\n"
  }

  /// A text as files have it: a list of lines with their ends.
  static func lines(_ text: String) -> JSONValue {
    var lines: [JSONValue] = []
    var rest = text.utf8[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 10).map { rest.index(after: $0) } ?? rest.endIndex
      lines.append(.string(String(Substring(rest[..<end]))))
      rest = rest[end...]
    }
    return .array(lines)
  }

  private static func write(_ value: JSONValue, level: Int, to text: inout String) {
    let margin = "\n" + String(repeating: " ", count: level + 1)
    switch value {
    case .array(let elements) where !elements.isEmpty:
      for (index, element) in elements.enumerated() {
        text += (index == 0 ? "[" : ",") + margin
        write(element, level: level + 1, to: &text)
      }
      text += margin.dropLast() + "]"
    case .object(let members) where !members.isEmpty:
      for (index, member) in members.sorted(by: { $0.name < $1.name }).enumerated() {
        text += (index == 0 ? "{" : ",") + margin + JSONText.quoted(member.name) + ": "
        write(member.value, level: level + 1, to: &text)
      }
      text += margin.dropLast() + "}"
    default: text += value.compact
    }
  }
}
