import Reports
import Support

/// Says what a name such as `gfnet.tensor`, `model:infer` or `run.trace` means where the cursor is, without running
/// anything: from the variables of the session, from what scripts can call, and from the assignments above the cursor.
struct NameResolver {
  /// What is known of something that a name means.
  indirect enum Meaning {
    /// A value of the session.
    case value(LuaValue)
    case module(LuaModule)
    case function(FunctionEntry)
    /// An object of the class, of which no more is known.
    case instance(ClassEntry)
    case constant(LuaModule, LuaModule.Constant)
    case property(ClassEntry, PropertyEntry)
    /// An exit rule, a sampler or a backbone.
    case definition(Definition)
    /// A text, of which no more is known.
    case text
  }

  let session: InteractiveSession
  /// The tokens above the cursor.
  let tokens: [LuaToken]
  /// How often an assignment may lead to another.
  private static let mostAssignments = 8

  /// - Parameters:
  ///   - session: whose variables are meant.
  ///   - tokens: the source before the cursor.
  init(_ session: InteractiveSession, tokens: [LuaToken] = []) {
    self.session = session
    self.tokens = tokens
  }

  /// What a name means; nil: nothing that is known.
  func resolve(text: String) throws -> Meaning? {
    let parts = try LuaLexer.tokens(of: text)
    guard let first = parts.indices.first, let (meaning, end) = try expression(parts, at: first, depth: 0),
      end == parts.count
    else { return nil }
    return meaning
  }

  /// What the expression means whose last token is `tokens[last]`.
  func meaning(endingAt last: Int) throws -> Meaning? {
    guard let start = start(ofOperandEndingAt: last) else { return nil }
    let part = Array(tokens[...last])
    guard let (meaning, end) = try expression(part, at: start, depth: 0), end == part.count else {
      return nil
    }
    return meaning
  }

  // MARK: Backwards

  /// Where the operand begins that ends with the token at `last`: `a.b(c)[1]:d`.
  func start(ofOperandEndingAt last: Int) -> Int? {
    var at = last
    while at >= 0 {
      let token = tokens[at]
      switch (token.kind, token.text) {
      case (.name, _):
        if at > 0, tokens[at - 1].text == "." || tokens[at - 1].text == ":", tokens[at - 1].kind == .symbol {
          at -= 2
          continue
        }
        return at
      case (.symbol, ")"), (.symbol, "]"), (.symbol, "}"), (.string, _):
        guard let open = token.kind == .string ? at : opening(of: at) else { return nil }
        // Arguments and indices belong to what is before them.
        guard open > 0, endsOperand(tokens[open - 1]) else { return open }
        at = open - 1
      default: return nil
      }
    }
    return nil
  }

  private func endsOperand(_ token: LuaToken) -> Bool {
    token.kind == .name || token.kind == .string
      || token.kind == .symbol && (token.text == ")" || token.text == "]" || token.text == "}")
  }

  /// The bracket that the one at `last` closes.
  private func opening(of last: Int) -> Int? {
    var depth = 0
    for at in stride(from: last, through: 0, by: -1) where tokens[at].kind == .symbol {
      switch tokens[at].text {
      case ")", "]", "}": depth += 1
      case "(", "[", "{":
        depth -= 1
        if depth == 0 { return at }
      default: break
      }
    }
    return nil
  }

  // MARK: Forwards

  /// What the operand at `start` means, and where it ends.
  private func expression(_ tokens: [LuaToken], at start: Int, depth: Int) throws -> (Meaning, Int)? {
    try Cancellation.check()
    let first = tokens[start]
    var at = start + 1
    var meaning: Meaning?
    switch (first.kind, first.text) {
    case (.name, _): meaning = try root(String(first.text), before: first.range.lowerBound, depth: depth)
    case (.string, _): meaning = .text
    case (.symbol, "("):
      // `("x"):rep(3)` and the like: what is in brackets is known where it is one operand.
      guard at < tokens.count, let inner = try expression(tokens, at: at, depth: depth + 1),
        inner.1 < tokens.count, tokens[inner.1].text == ")"
      else { return nil }
      meaning = inner.0
      at = inner.1 + 1
    default: return nil
    }
    while at < tokens.count, let known = meaning {
      let token = tokens[at]
      if token.kind == .symbol, token.text == "." || token.text == ":" {
        guard at + 1 < tokens.count, tokens[at + 1].kind == .name else { return nil }
        meaning = try member(String(tokens[at + 1].text), of: known)
        at += 2
      } else if token.kind == .string {
        meaning = result(of: known)
        at += 1
      } else if token.kind == .symbol, ["(", "{", "["].contains(token.text) {
        guard let end = Self.end(ofBracketAt: at, in: tokens) else { return nil }
        meaning =
          token.text == "[" ? try element(of: known, Array(tokens[(at + 1)..<end])) : result(of: known)
        at = end + 1
      } else {
        break
      }
    }
    return meaning.map { ($0, at) }
  }

  private static func end(ofBracketAt start: Int, in tokens: [LuaToken]) -> Int? {
    var depth = 0
    for at in start..<tokens.count where tokens[at].kind == .symbol {
      switch tokens[at].text {
      case "(", "[", "{": depth += 1
      case ")", "]", "}":
        depth -= 1
        if depth == 0 { return at }
      default: break
      }
    }
    return nil
  }

  /// What a variable means: what the text above assigns to it, or what it holds.
  private func root(_ name: String, before place: Int, depth: Int) throws -> Meaning? {
    if depth < Self.mostAssignments {
      for at in stride(from: tokens.count - 2, through: 0, by: -1)
      where tokens[at].range.upperBound < place && tokens[at].kind == .name && tokens[at].text == name {
        guard tokens[at + 1].text == "=", tokens[at + 1].kind == .symbol, at + 2 < tokens.count,
          tokens[at + 2].range.upperBound <= place,
          at == 0 || ![".", ":", "{", ","].contains(tokens[at - 1].text)
        else { continue }
        let earlier = Array(tokens.prefix { $0.range.upperBound <= place })
        if let (meaning, _) = try expression(earlier, at: at + 2, depth: depth + 1) { return meaning }
        break
      }
    }
    return try session.value(of: name).flatMap(meaning)
  }

  /// A value as what is known of it.
  private func meaning(of value: LuaValue) throws -> Meaning {
    if case .table(let table) = value, let name = try table.moduleName(),
      let module = session.catalog.modules.first(where: { $0.name == name })
    {
      return .module(module)
    }
    return .value(value)
  }

  // MARK: Members

  private func classEntry(_ name: String?) -> ClassEntry? {
    name.flatMap { name in session.catalog.classes.first { $0.name == name } }
  }

  private func member(_ name: String, of known: Meaning) throws -> Meaning? {
    switch known {
    case .module(let module):
      if let function = module.functions.first(where: { $0.name == name }) { return .function(function) }
      if let constant = module.constants.first(where: { $0.name == name }) {
        return .constant(module, constant)
      }
      if let child = session.catalog.modules.first(where: { $0.name == "\(module.name).\(name)" }) {
        return .module(child)
      }
      let kind = DefinitionKind.allCases.first { "gfnet." + $0.rawValue == module.name }
      return kind.flatMap { kind in try? session.context.definitions.find(kind, name) }.map(
        Meaning.definition)
    case .instance(let entry): return member(name, of: entry)
    case .value(.object(let object)): return classEntry(object.className).flatMap { member(name, of: $0) }
    case .value(.table(var table)):
      for _ in 0..<8 {
        let value = try table.rawValue(of: name)
        if !value.isNil { return try meaning(of: value) }
        guard let parent = try table.parent() else { return nil }
        table = parent
      }
      return nil
    case .value(.string), .value(.bytes), .text: return try textFunctions()?.rawValue(of: name).asMeaning
    case .property(_, let property):
      return instance(in: property.type).flatMap {
        if case .instance(let entry) = $0 { member(name, of: entry) } else { nil }
      }
    case .value, .function, .constant, .definition: return nil
    }
  }

  private func member(_ name: String, of entry: ClassEntry) -> Meaning? {
    if let method = entry.methods.first(where: { $0.name == name }) { return .function(method) }
    return entry.properties.first { $0.name == name }.map { .property(entry, $0) }
  }

  func textFunctions() throws -> LuaTable? { try cellsValue("string")?.asTable }

  private func cellsValue(_ name: String) throws -> LuaValue? {
    try session.cells.environment.rawValue(of: name)
  }

  private func result(of known: Meaning) -> Meaning? {
    switch known {
    case .function(let entry): instance(in: entry.returns)
    case .module(let module): module.call.flatMap { instance(in: $0.returns) }
    case .definition: classEntry("configured").map(Meaning.instance)
    default: nil
    }
  }

  /// The class that a text on a result begins with: `tensor: the mean`, `a model`.
  private func instance(in text: String) -> Meaning? {
    let words = text.prefix(60).split { !$0.isLetter && $0 != "_" }.prefix(2).map(String.init)
    if let entry = words.lazy.compactMap(classEntry).first { return .instance(entry) }
    return words.first == "string" ? .text : nil
  }

  private func element(of known: Meaning, _ index: [LuaToken]) throws -> Meaning? {
    guard case .value(.table(let table)) = known, index.count == 1, let token = index.first else {
      return nil
    }
    let value: LuaValue
    switch token.kind {
    case .number: value = try Int(token.text).map { try table.rawValue(of: $0) } ?? .nil
    case .string: value = try table.rawValue(of: String(token.text.dropFirst().dropLast()))
    default: return nil
    }
    return value.isNil ? nil : try meaning(of: value)
  }
}

extension LuaValue {
  fileprivate var asMeaning: NameResolver.Meaning? { isNil ? nil : .value(self) }
}
