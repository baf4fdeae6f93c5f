import Reports
import Support

extension InteractiveSession {
  /// What is told of a name.
  public struct Inspection: Equatable, Sendable {
    public var plain: String
    /// The same for a browser; nil: the text as it is.
    public var html: String?
  }

  /// What is known of the name at the cursor: of `gfnet` its help, of a variable its value, of a Lua function how it is
  /// called, the comment above it and, where it is asked for, its source. Nil where nothing is.
  ///
  /// - Parameters:
  ///   - source: the cell so far.
  ///   - offset: where the cursor is, in UTF-8 bytes.
  ///   - showsSource: whether the source of Lua functions is shown.
  public func inspection(of source: String, at offset: Int, showsSource: Bool) -> Inspection? {
    let found = quietly { () -> Inspection? in
      let tokens = try LuaLexer.tokens(of: source)
      guard let at = Self.name(at: offset, in: tokens) else { return nil }
      let resolver = NameResolver(self, tokens: tokens)
      let path = resolver.start(ofOperandEndingAt: at).map { start in
        Self.text(from: tokens[start], to: tokens[at], in: source)
      }
      let name = path ?? String(tokens[at].text)
      let text: String?
      if let meaning = try resolver.meaning(endingAt: at) {
        text = describe(meaning, called: name, showsSource: showsSource)
      } else {
        text = try? helpPages.page(on: name)
      }
      return text.map { Inspection(plain: $0, html: "<pre>\(HTMLText.escape($0))</pre>") }
    }
    return found ?? nil
  }

  /// The name at or before the cursor; within the arguments of a call, the function that is called.
  private static func name(at offset: Int, in tokens: [LuaToken]) -> Int? {
    if let at = tokens.lastIndex(where: {
      $0.range.lowerBound <= offset && offset <= $0.range.upperBound && $0.kind == .name
    }) {
      return at
    }
    var depth = 0
    for at in tokens.indices.reversed() where tokens[at].range.upperBound <= offset {
      switch (tokens[at].kind, tokens[at].text) {
      case (.symbol, ")"), (.symbol, "}"), (.symbol, "]"): depth += 1
      case (.symbol, "("), (.symbol, "{"), (.symbol, "["):
        if depth == 0, at > 0, tokens[at - 1].kind == .name { return at - 1 }
        depth = max(depth - 1, 0)
      default: break
      }
    }
    return nil
  }

  private static func text(from first: LuaToken, to last: LuaToken, in source: String) -> String {
    let bytes = source.utf8
    let low = bytes.index(bytes.startIndex, offsetBy: first.range.lowerBound)
    return String(source[low..<bytes.index(low, offsetBy: last.range.upperBound - first.range.lowerBound)])
  }

  /// What `?NAME` shows; throws ``LuaError`` where nothing is called so.
  func help(on name: String, showsSource: Bool) throws -> String {
    if name.isEmpty { return SessionCommand.overview }
    if let command = SessionCommand.all.first(where: { "%" + $0.name == name }) {
      return "\(command.usage)\n  \(command.summary)"
    }
    if name == "topics" { return helpPages.topics }
    let resolver = NameResolver(self)
    if let known = quietly({ try resolver.resolve(text: name) }), let meaning = known,
      let text = describe(meaning, called: name, showsSource: showsSource)
    {
      return text
    }
    let farewell = farewells.contains(name) ? "\(name) at the prompt\n  ends it, as Ctrl-D does" : nil
    do {
      let text = try helpPages.text(on: name)
      return farewell.map { "\($0)\n\n\(text)" } ?? text
    } catch let error as UsageError {
      if let farewell { return farewell }
      // The prompt's own words for the command line's.
      throw LuaError(error.description.replacing("gfnet-lab help ", with: "?"))
    }
  }

  private var helpPages: Help {
    Help(catalog: catalog, definitions: context.definitions, width: helpWidth)
  }

  private func describe(_ meaning: NameResolver.Meaning, called name: String, showsSource: Bool) -> String? {
    switch meaning {
    case .function(let entry): return try? helpPages.page(on: entry.qualifiedName)
    case .module(let module): return try? helpPages.page(on: module.name)
    case .constant(let module, let constant):
      return try? helpPages.page(on: "\(module.name).\(constant.name)")
    case .property(let entry, let property): return try? helpPages.page(on: "\(entry.name).\(property.name)")
    case .instance(let entry): return try? helpPages.page(on: entry.name)
    case .definition(let definition):
      return try? helpPages.page(on: "\(definition.kind.rawValue).\(definition.name)")
    case .text: return nil
    case .value(.function(let function)):
      return describe(function, called: name, showsSource: showsSource) ?? (try? helpPages.page(on: name))
        ?? "\(name)  function\n  A function of Lua's own library (Lua 5.4 reference manual, §6)."
    case .value(let value):
      let shown = quietly { try ValueDisplay(state: state).text(of: value) } ?? ""
      let heading = "\(name)  \(typeName(of: value))\n  " + shown.replacing("\n", with: "\n  ")
      guard case .object(let object) = value, let owner = object.className,
        let page = try? helpPages.page(on: owner)
      else { return heading }
      return heading + "\n\n" + page
    }
  }

  /// How a Lua function is called and where it is; nil for one that no script wrote.
  private func describe(_ function: LuaFunction, called name: String, showsSource: Bool) -> String? {
    guard let facts = FunctionFacts(function, name: name) else { return nil }
    var lines = ["\(facts.signature)  \(facts.chunk):\(facts.lines.lowerBound)"]
    guard let text = sources[facts.chunk] ?? moduleText(facts.chunk) else {
      return showsSource ? lines[0] + "\n  (its source is not known any more)" : lines[0]
    }
    let comment = facts.comment(in: text)
    if !comment.isEmpty {
      lines += comment.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    }
    if showsSource, let source = facts.source(in: text) { lines += ["", source] }
    return lines.joined(separator: "\n")
  }

  /// The text of a module or plugin, from its file.
  private func moduleText(_ chunk: String) -> String? {
    let path = FilePath(chunk)
    return path.exists ? try? TextFile.read(path, as: "source") : nil
  }
}
