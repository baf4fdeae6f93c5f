import Reports
import Support

extension CompletionFinder {
  /// Inside a string: the words that the option or the argument takes; where none begins so, files.
  func insideText(_ token: LuaToken) throws -> InteractiveSession.Completions {
    let code = Array(tokens.filter { $0.kind != .comment }.dropLast())
    let written = String(token.text.dropFirst(token.quoteLength))
    let start = end - written.utf8.count
    let words = fitting(written, try words(behind: code).map { Match($0, kind: "option") })
    return list(from: start, words.isEmpty ? files(written) : words)
  }

  /// The words that a string may be that stands behind these tokens.
  private func words(behind code: [LuaToken]) throws -> [String] {
    guard code.count > 1, let last = code.last else { return [] }
    if last.text == "=" {
      let name = code[code.count - 2].text
      return try call(around: code)?.options.first { $0.name == name }?.words ?? []
    }
    // f "text" and f("text", "text")
    var (callee, argument) = (code.count - 1, 0)
    if last.text == "(" || last.text == "," {
      guard let bracket = Self.open(in: code[...]), code[bracket].text == "(", bracket > 0 else { return [] }
      callee = bracket - 1
      var depth = 0
      for token in code[(bracket + 1)...] where token.kind == .symbol {
        if ["(", "[", "{"].contains(token.text) { depth += 1 }
        if [")", "]", "}"].contains(token.text) { depth -= 1 }
        if token.text == ",", depth == 0 { argument += 1 }
      }
    } else if last.kind != .name {
      return []
    }
    let resolver = NameResolver(session, tokens: Array(code[...callee]))
    guard case .function(let entry) = try resolver.meaning(endingAt: callee),
      entry.parameters.indices.contains(argument)
    else { return [] }
    return entry.parameters[argument].words(in: session.context)
  }

  /// The most names of a folder that are listed.
  private static let mostFiles = 1000

  /// Files and folders whose path begins with the text: of the current folder, and of the script's.
  func files(_ text: String) -> [Match] {
    let cut = text.lastIndex(of: "/").map(text.index(after:)) ?? text.startIndex
    let (folder, name) = (String(text[..<cut]), text[cut...])
    var found: [String: Match] = [:]
    for base in ["", session.context.scriptFolder?.string].compactMap(\.self) {
      let path = folder.hasPrefix("/") || base.isEmpty ? folder : base + "/" + folder
      guard let listing = try? FolderListing(FilePath(path.isEmpty ? "." : path)) else { continue }
      for entry in listing.entries.prefix(100_000) {
        let shown = entry.name.string
        guard shown.hasPrefix(name), name.hasPrefix(".") || !shown.hasPrefix(".") else { continue }
        let isFolder = entry.status?.kind == .folder
        found[shown] = Match(folder + shown + (isFolder ? "/" : ""), kind: "file")
      }
    }
    return found.values.sorted { $0.text < $1.text }.prefix(Self.mostFiles).map(\.self)
  }
}

extension LuaToken {
  /// The bytes of what opens a string: a quote, or `[==[`.
  fileprivate var quoteLength: Int {
    guard text.first == "[" else { return 1 }
    return 2 + text.dropFirst().prefix { $0 == "=" }.count
  }

  /// Whether a string is not closed.
  var isOpenText: Bool {
    guard let quote = text.first else { return false }
    if quote == "[" {
      let level = text.dropFirst().prefix { $0 == "=" }.count
      let closer = "]" + String(repeating: "=", count: level) + "]"
      return text.utf8.count < 2 * (level + 2) || !text.hasSuffix(closer)
    }
    guard text.utf8.count > 1, text.last == quote else { return true }
    // An odd number of backslashes before the quote makes it a part of the string.
    return text.dropLast().reversed().prefix { $0 == "\\" }.count % 2 == 1
  }
}
