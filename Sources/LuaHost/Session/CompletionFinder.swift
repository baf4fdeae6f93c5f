import Reports
import Support

/// Finds what may stand at the end of a text.
struct CompletionFinder {
  typealias Match = InteractiveSession.Completions.Match

  let session: InteractiveSession
  private let before: String
  let tokens: [LuaToken]
  let end: Int

  init(session: InteractiveSession, before: String) throws {
    self.session = session
    self.before = before
    end = before.utf8.count
    var lexer = LuaLexer(before, givesComments: true)
    var tokens: [LuaToken] = []
    while let token = lexer.next() { tokens.append(token) }
    self.tokens = tokens
  }

  func find() throws -> InteractiveSession.Completions {
    if let found = commandWords() { return found }
    if let last = tokens.last, last.range.upperBound == end {
      if last.kind == .comment { return list(from: end, []) }
      if last.kind == .string, last.isOpenText { return try insideText(last) }
    }
    let code = tokens.filter { $0.kind != .comment }
    // The word before the cursor, which may be empty.
    let isWord =
      code.last.map { $0.range.upperBound == end && ($0.kind == .name || $0.kind == .keyword) } ?? false
    let word = isWord ? String(code.last?.text ?? "") : ""
    let rest = isWord ? Array(code.dropLast()) : code
    let start = end - word.utf8.count
    if let mark = rest.last, mark.kind == .symbol, mark.text == "." || mark.text == ":", rest.count > 1 {
      let resolver = NameResolver(session, tokens: rest)
      let owner = try resolver.meaning(endingAt: rest.count - 2)
      return list(from: start, fitting(word, try members(of: owner, callsMethod: mark.text == ":", resolver)))
    }
    if let mark = rest.last, ["goto", "::"].contains(mark.text) { return list(from: start, []) }
    let options = try options(at: rest)
    let names = word.isEmpty && !options.isEmpty ? [] : try names(rest)
    return list(from: start, fitting(word, options) + fitting(word, names))
  }

  func list(from start: Int, _ matches: [Match]) -> InteractiveSession.Completions {
    InteractiveSession.Completions(start: start, end: end, matches: matches)
  }

  /// Those that begin with the word; where none does, those that do in other letter case.
  func fitting(_ word: String, _ all: [Match]) -> [Match] {
    let exact = all.filter { $0.text.hasPrefix(word) }
    guard exact.isEmpty, !word.isEmpty else { return exact }
    let lower = word.lowercased()
    return all.filter { $0.text.lowercased().hasPrefix(lower) }
  }

  // MARK: Commands

  /// In a line that is a command: its name, or the file that it takes.
  private func commandWords() -> InteractiveSession.Completions? {
    let line = before[(before.lastIndex(of: "\n").map(before.index(after:)) ?? before.startIndex)...]
    let text = line.drop { $0 == " " }
    guard text.first == "%" else { return nil }
    let rest = text.drop { $0 == "%" }
    guard let blank = rest.firstIndex(where: \.isWhitespace) else {
      let names = SessionCommand.all.map { Match($0.name, kind: "command", signature: $0.usage) }
      return list(from: end - rest.utf8.count, fitting(String(rest), names))
    }
    guard rest[..<blank] == "run" else { return nil }
    let path = rest[blank...].split(separator: " ", omittingEmptySubsequences: false).last ?? ""
    return list(from: end - path.utf8.count, files(String(path)))
  }

  // MARK: Members

  private func members(
    of owner: NameResolver.Meaning?, callsMethod: Bool, _ resolver: NameResolver
  ) throws -> [Match] {
    switch owner {
    case .module(let module): return members(of: module)
    case .instance(let entry): return members(of: entry, callsMethod)
    case .value(.object(let object)):
      let entry = session.catalog.classes.first { $0.name == object.className }
      return entry.map { members(of: $0, callsMethod) } ?? []
    case .value(.table(let table)): return try members(of: table, callsMethod)
    case .value(.string), .value(.bytes), .text:
      return try callsMethod ? resolver.textFunctions().map { try members(of: $0, true) } ?? [] : []
    case .property(_, let property):
      let entry = session.catalog.classes.first { property.type.hasPrefix($0.name) }
      return entry.map { members(of: $0, callsMethod) } ?? []
    default: return []
    }
  }

  private func members(of module: LuaModule) -> [Match] {
    let prefix = module.name + "."
    var matches = module.functions.map { Match($0.name, kind: "function", signature: $0.signature) }
    matches += module.constants.map { Match($0.name, kind: "field", signature: $0.type) }
    matches += session.catalog.modules.filter { $0.name.hasPrefix(prefix) }
      .map { Match(String($0.name.dropFirst(prefix.count)), kind: "field", signature: $0.summary) }
    let known = Set(matches.map(\.text))
    matches += (module.dynamicMembers?.names(session.context) ?? []).filter { !known.contains($0) }
      .map { Match($0, kind: "function", signature: "\(prefix)\($0){…}") }
    return matches.sorted { $0.text < $1.text }
  }

  private func members(of entry: ClassEntry, _ callsMethod: Bool) -> [Match] {
    let methods = entry.methods.map { Match($0.name, kind: "function", signature: $0.signature) }
    // After a dot fields are what is meant; methods are called with a colon.
    let fields = entry.properties.map { Match($0.name, kind: "field", signature: $0.type) }
    return (callsMethod ? methods : fields).sorted { $0.text < $1.text }
  }

  private func members(of table: LuaTable, _ callsMethod: Bool) throws -> [Match] {
    var matches: [String: Match] = [:]
    var next: LuaTable? = table
    for _ in 0..<8 {
      guard let table = next else { break }
      for (name, value) in try table.namedFields() where matches[name] == nil {
        if case .function(let function) = value {
          matches[name] = Match(
            name, kind: "function", signature: FunctionFacts(function, name: name)?.signature ?? "")
        } else if !callsMethod {
          matches[name] = Match(name, kind: "field", signature: session.typeName(of: value))
        }
      }
      next = try table.parent()
    }
    return matches.values.sorted { $0.text < $1.text }
  }

  // MARK: Options

  /// The options of the call in whose table the cursor is, where a key may begin.
  private func options(at rest: [LuaToken]) throws -> [Match] {
    guard let last = rest.last, last.kind == .symbol, ["{", ",", ";"].contains(last.text),
      let call = try call(around: rest)
    else { return [] }
    let given = Set(
      zip(call.inside, call.inside.dropFirst()).filter { $0.kind == .name && $1.text == "=" }.map {
        String($0.0.text)
      })
    return call.options.filter { !given.contains($0.name) }
      .map { Match($0.name + " = ", kind: "option", signature: $0.signature) }
  }

  struct Call {
    var options: [(name: String, signature: String, words: [String])]
    /// The tokens in its table so far.
    var inside: [LuaToken]
  }

  /// The call whose table of options is open at the end of the tokens.
  func call(around rest: [LuaToken]) throws -> Call? {
    guard let brace = Self.open(in: rest[...]), rest[brace].text == "{", brace > 0 else { return nil }
    var callee = brace - 1
    if rest[callee].text != ")", let bracket = Self.open(in: rest[..<brace]), rest[bracket].text == "(" {
      callee = bracket - 1
    }
    guard callee >= 0 else { return nil }
    let resolver = NameResolver(session, tokens: Array(rest[...callee]))
    let options: [(String, String, [String])]
    switch try resolver.meaning(endingAt: callee) {
    case .function(let entry): options = self.options(of: entry)
    case .module(let module): options = module.call.map(self.options) ?? []
    case .definition(let definition):
      options = definition.parameters.map { ($0.name, $0.kind.described, []) }
    default: return nil
    }
    return Call(
      options: options.map { (name: $0.0, signature: $0.1, words: $0.2) },
      inside: Array(rest[(brace + 1)...])
    )
  }

  private func options(of entry: FunctionEntry) -> [(String, String, [String])] {
    entry.parameters.flatMap { $0.options ?? [] }.map { option in
      (option.name, "\(option.type.signature): \(option.summary)", option.words(in: session.context))
    }
  }

  /// The innermost bracket that is not closed.
  static func open(in tokens: ArraySlice<LuaToken>) -> Int? {
    var depth = 0
    for at in tokens.indices.reversed() where tokens[at].kind == .symbol {
      switch tokens[at].text {
      case ")", "]", "}": depth += 1
      case "(", "[", "{":
        if depth == 0 { return at }
        depth -= 1
      default: break
      }
    }
    return nil
  }

  // MARK: Names

  /// Names that may begin here: locals, globals, reserved words.
  private func names(_ rest: [LuaToken]) throws -> [Match] {
    var matches: [String: Match] = [:]
    for word in LuaLexer.keywords { matches[String(word)] = Match(String(word), kind: "keyword") }
    for (name, value) in try session.cells.environment.namedFields(5000) {
      matches[name] = Match(name, kind: "global", signature: signature(of: value, name))
    }
    for name in session.cells.visibleLocals {
      let value = try session.cells.value(ofLocal: name) ?? .nil
      matches[name] = Match(name, kind: "local", signature: signature(of: value, name))
    }
    for name in Self.declared(in: rest) { matches[name] = Match(name, kind: "local") }
    return matches.values.sorted { $0.text < $1.text }
  }

  private func signature(of value: LuaValue, _ name: String) -> String {
    if case .function(let function) = value { return FunctionFacts(function, name: name)?.signature ?? "" }
    return value.isNil ? "" : session.typeName(of: value)
  }

  /// The names that the text above declares: after `local` and `for`, and as parameters.
  private static func declared(in tokens: [LuaToken]) -> Set<String> {
    var names: Set<String> = []
    var isList = false
    for (at, token) in tokens.enumerated() {
      switch (token.kind, token.text) {
      case (.keyword, "local"), (.keyword, "for"): isList = true
      case (.keyword, "function"): isList = at > 0 && tokens[at - 1].text == "local" || isList
      case (.symbol, "("):
        // Parameters of a function, named or not.
        var back = at - 1
        while back >= 0, tokens[back].kind == .name || [".", ":"].contains(tokens[back].text) { back -= 1 }
        isList = back >= 0 && tokens[back].text == "function"
      case (.name, _): if isList { names.insert(String(token.text)) }
      case (.symbol, ","), (.symbol, "<"), (.symbol, ">"): break
      default: isList = false
      }
    }
    return names
  }
}
