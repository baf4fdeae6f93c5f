import Reports
import Support

extension CompletionFinder {
  /// Inside a string: the words that the option takes, else files.
  func insideText(_ token: LuaToken) throws -> InteractiveSession.Completions {
    let code = Array(tokens.filter { $0.kind != .comment }.dropLast())
    let written = String(token.text.dropFirst(token.quoteLength))
    let start = end - written.utf8.count
    if code.count > 1, code[code.count - 1].text == "=", let call = try call(around: code),
      let option = call.options.first(where: { $0.name == code[code.count - 2].text }),
      !option.choices.isEmpty
    {
      return list(from: start, fitting(written, option.choices.map { Match($0, kind: "option") }))
    }
    return list(from: start, files(written))
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
