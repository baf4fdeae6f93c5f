import Foundation
import Reports
import Support

/// A line such as `-- %% Load the data` or `-- %% [markdown]` that begins a cell.
struct CellMark: Equatable {
  enum Kind: String, CaseIterable {
    case code, markdown, parameters, raw
  }

  let kind: Kind
  /// What the cell is called; empty when nothing is said.
  let title: String
  /// What Jupytext writes behind the title, tags among them.
  let metadata: [JSONValue.Member]
  /// The tags in the cell's metadata.
  var tags: [String] { JSONValue.object(metadata)["tags"]?.asArray?.compactMap(\.asString) ?? [] }

  static let first = CellMark(kind: .code, title: "", metadata: [])

  /// What a line is: no mark, a mark, or something that was meant to be one.
  enum Reading: Equatable {
    case none
    case mark(CellMark)
    /// What is wrong with it.
    case mistake(String)
  }

  private static let kindsByName: [String: Kind] = [
    "markdown": .markdown, "md": .markdown, "parameters": .parameters, "raw": .raw, "code": .code,
  ]

  /// Reads a line that begins in code.
  static func read(_ line: Substring) -> Reading {
    // For nearly all lines this is the end.
    guard let first = line.utf8.first(where: { $0 != 32 && $0 != 9 }), "-#/%".utf8.contains(first),
      line.utf8.contains(UInt8(ascii: "%"))
    else { return .none }
    let isIndented = line.utf8.first != first
    let text = line.trimmed
    let opener = text.prefix { $0 == "-" || $0 == "#" || $0 == "/" }
    let rest = text.dropFirst(opener.count).drop { $0 == " " || $0 == "\t" }
    let percents = rest.prefix { $0 == "%" }.count
    let header = rest.dropFirst(percents)
    let isSeparate = header.isEmpty || " \t[{".contains(header.first ?? " ")

    switch (opener, percents) {
    case ("--", 2...) where isSeparate:
      guard !isIndented else {
        return .mistake("it is indented, and a mark begins its line; a comment is written without %%")
      }
      return read(header: header.trimmed)
    case ("--", 2) where header.first?.isLetter == true:
      return .mistake("a blank is missing after %%; a comment is written without %%")
    case ("-", 2...) where isSeparate, ("---", 2) where isSeparate, ("#", 2...) where isSeparate,
      ("//", 2...) where isSeparate, ("", 2...) where isSeparate:
      return .mistake("a mark begins with '-- %%'")
    case ("--", 1), ("#", 1):
      let word = header.drop { $0 == " " }.prefix { $0 != "]" }
      guard word.first == "[", kindsByName[word.dropFirst().lowercased()] != nil else { return .none }
      return .mistake("a mark begins with '-- %%'")
    default: return .none
    }
  }

  private static func read(header: String) -> Reading {
    var header = header
    let metadata = CellMetadata(takenFrom: &header)
    var kind: Kind?
    var rest = header[...]
    while let open = rest.firstIndex(of: "["), kind == nil {
      let after = rest[rest.index(after: open)...].drop { $0 == " " || $0 == "\t" }
      let name = after.prefix { $0.isASCII && $0.isLetter }.lowercased()
      let behind = after.dropFirst(name.count).drop { $0 == " " || $0 == "\t" }
      let isClosed = behind.first == "]"
      if isClosed, let known = kindsByName[name] {
        kind = known
        header.removeSubrange(open...behind.startIndex)
        break
      }
      if !name.isEmpty, let problem = misspelt(name, isClosed: isClosed, isFirst: open == header.startIndex) {
        return .mistake(problem)
      }
      rest = after
    }
    var mark = CellMark(kind: kind ?? .code, title: header[...].trimmed, metadata: metadata.members)
    if mark.kind == .code, mark.tags.contains("parameters") {
      mark = CellMark(kind: .parameters, title: mark.title, metadata: mark.metadata)
    }
    return .mark(mark)
  }

  /// What is wrong with `[name`; nil when it belongs to a title.
  private static func misspelt(_ name: String, isClosed: Bool, isFirst: Bool) -> String? {
    let near = name.count > 2 ? NearestName.find(name, in: kindsByName.keys.sorted()) : nil
    if let near, isClosed { return "there is no kind of cell '[\(name)]'; did you mean '[\(near)]'?" }
    if near == name { return "']' is missing after '[\(name)'" }
    guard isFirst, isClosed else { return nil }
    return
      "there is no kind of cell '[\(name)]'; known: [markdown], [parameters], [raw]; titles need no brackets"
  }
}

/// The metadata that Jupytext writes behind a mark: `tags=["a", "b"] name="x"`, or one JSON object.
struct CellMetadata {
  /// The most bytes of a mark with metadata; a longer one has a title only.
  private static let longest = 4096
  private(set) var members: [JSONValue.Member] = []

  /// Takes metadata off the end of a mark's text, where there is some.
  init(takenFrom header: inout String) {
    // It may begin behind every blank, and each beginning is read to its end.
    guard header.utf8.count <= Self.longest else { return }
    let text = Array(header)
    for start in text.indices where start == 0 || text[start - 1] == " " || text[start - 1] == "]" {
      guard let members = Self.members(of: text[start...]) else { continue }
      self.members = members
      header = String(text[..<start])
      return
    }
  }

  /// The metadata that a text is from end to end; nil when it is something else.
  private static func members(of text: ArraySlice<Character>) -> [JSONValue.Member]? {
    if text.first == "{" { return (try? JSONValue(parsing: Array(String(text).utf8)))?.asObject }
    var rest = text
    var members: [JSONValue.Member] = []
    while true {
      rest = rest.drop { $0 == " " }
      guard !rest.isEmpty else { return members.isEmpty ? nil : members }
      let key = rest.prefix { $0.isLetter || $0.isNumber || "_-.".contains($0) }
      rest = rest.dropFirst(key.count)
      guard !key.isEmpty, rest.first == "=" else { return nil }
      rest = rest.dropFirst()
      guard let length = valueLength(rest) else { return nil }
      let value = String(rest.prefix(length))
      // A value that is not JSON, such as a text in single quotes, stays the text that it is.
      members.append(.init(String(key), (try? JSONValue(parsing: Array(value.utf8))) ?? .string(value)))
      rest = rest.dropFirst(length)
      guard rest.isEmpty || rest.first == " " else { return nil }
    }
  }

  /// The length of a string, list, object or word at the beginning; nil when there is none. Numbers are none: `n=5` is a
  /// title that a person may write.
  private static func valueLength(_ text: ArraySlice<Character>) -> Int? {
    for word in ["true", "false", "null"] where text.starts(with: word) { return word.count }
    var closers: [Character] = []
    var quote: Character?
    var isEscaped = false
    for (index, character) in text.enumerated() {
      if let open = quote {
        if isEscaped {
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == open {
          quote = nil
        }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "[" || character == "{" {
        closers.append(character == "[" ? "]" : "}")
      } else if character == closers.last {
        closers.removeLast()
      } else if closers.isEmpty {
        return nil
      }
      if quote == nil, closers.isEmpty { return index + 1 }
    }
    return nil
  }
}
