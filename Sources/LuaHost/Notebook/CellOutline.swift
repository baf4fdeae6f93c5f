import Reports

/// What the host must know about a cell before Lua compiles it: the locals that it leaves to later cells, the
/// names that it uses, and the expression that it ends with.
///
/// Lua has no hook for either, so the top level of the cell is walked statement by statement. Only well-formed
/// source is described right; of anything else Lua reports the error first.
package struct CellOutline: Equatable {
  /// A local declared at the top level of the cell.
  package struct Local: Equatable {
    package let name: String
    package let isConstant: Bool
  }

  /// What the cell ends with.
  package enum Ending: Equatable {
    /// The last statement is no expression.
    case statement
    /// An expression that starts at this byte.
    case expression(at: Int)
    /// A `return` whose keyword has these bytes.
    case returns(Range<Int>, hasValues: Bool)
  }

  /// The locals at the top level, each name once, as it was declared last.
  package var locals: [Local] { order.compactMap { $0 } }
  /// Names that the cell may mean as variables: fields, methods and keys are none.
  package private(set) var names: Set<String> = []
  /// What the cell ends with.
  package private(set) var ending = Ending.statement
  /// True when a `;` follows the last expression.
  package private(set) var isHidden = false
  /// The bytes of the `;` at the end, of which a `return` takes one only.
  package private(set) var semicolons: [Range<Int>] = []
  /// The byte where labels at the very end begin: a `goto` to them may pass over locals.
  package private(set) var labelsAtEnd: Int?
  /// Where the cell may end before its end, and the locals that are declared there: statements with a `return` or a `goto`
  /// within and, where it was asked for, what follows each declaration, as a later statement may fail.
  package private(set) var exits: [(at: Int, declared: [Local])] = []

  private var order: [Local?] = []
  private var places: [String: Int] = [:]
  private var walk: TokenWalk
  private let notesDeclarations: Bool

  package static func == (a: CellOutline, b: CellOutline) -> Bool {
    a.locals == b.locals && a.names == b.names && a.ending == b.ending && a.isHidden == b.isHidden
  }

  /// Walks over the source of a cell.
  ///
  /// - Parameters:
  ///   - source: the cell's Lua.
  ///   - notesDeclarations: whether ``exits`` has a place behind each declaration.
  /// - Throws: `Interrupted`.
  package init(of source: String, notesDeclarations: Bool = false) throws {
    self.notesDeclarations = notesDeclarations
    let tokens = try LuaLexer.tokens(of: source)
    walk = TokenWalk(tokens)
    findNames(tokens)
    while !walk.isAtEnd { skipStatement() }
    isHidden = tokens.last?.text == ";"
    if isHidden { semicolons = tokens.reversed().prefix { $0.text == ";" }.map(\.range) }
    walk = TokenWalk([])
  }

  /// Finds all names but those after `.` and `:`, those of labels, and the keys of `{key = value}`.
  private mutating func findNames(_ tokens: [LuaToken]) {
    var brackets: [Substring] = []
    for (index, token) in tokens.enumerated() {
      switch (token.kind, token.text) {
      case (.symbol, "{"), (.symbol, "("), (.symbol, "["): brackets.append(token.text)
      case (.symbol, "}"), (.symbol, ")"), (.symbol, "]"): _ = brackets.popLast()
      case (.name, _):
        let before = index > 0 ? tokens[index - 1].text : ""
        if before == "." || before == ":" || before == "::" || before == "goto" { continue }
        let isKey =
          brackets.last == "{" && (before == "{" || before == "," || before == ";")
          && index + 1 < tokens.count && tokens[index + 1].text == "="
        if !isKey { names.insert(String(token.text)) }
      default: break
      }
    }
  }

  // MARK: Statements

  private mutating func skipStatement() {
    let start = walk.at
    if walk.isSymbol("::") {
      // A label is `::name::`.
      walk.at += 3
      labelsAtEnd = labelsAtEnd ?? walk.tokens[start].range.lowerBound
      return
    }
    if walk.isSymbol(";") {
      walk.at += 1
      return
    }
    labelsAtEnd = nil
    switch (walk.kind, walk.current) {
    case (.keyword?, "local"):
      declareLocals()
      noteDeclaration()
    case (.keyword?, "function"):
      if walk.at + 1 < walk.tokens.count, walk.tokens[walk.at + 1].kind == .name {
        walk.skipBlock()
      } else {
        skipExpressionStatement()
      }
    case (.keyword?, "if"), (.keyword?, "while"), (.keyword?, "for"), (.keyword?, "do"),
      (.keyword?, "repeat"):
      walk.skipBlock()
      noteExit(from: start)
    case (.keyword?, "return"):
      let keyword = walk.tokens[walk.at].range
      walk.at += 1
      ending = .returns(keyword, hasValues: !walk.isAtEnd && !walk.isSymbol(";"))
      walk.skipExpressionList()
      if walk.isSymbol(";") { walk.at += 1 }
      return
    case (.keyword?, "break"): walk.at += 1
    case (.keyword?, "goto"):
      walk.at += 2
      noteExit(from: start)
    default: skipExpressionStatement()
    }
    // Whatever happens, the walk goes on.
    if walk.at == start { walk.at += 1 }
  }

  private mutating func declareLocals() {
    walk.at += 1
    if walk.isKeyword("function") {
      if walk.at + 1 < walk.tokens.count { declare(String(walk.tokens[walk.at + 1].text), attribute: nil) }
      walk.skipBlock()
      return
    }
    while walk.kind == .name {
      let name = String(walk.current)
      walk.at += 1
      var attribute: Substring?
      if walk.isSymbol("<"), walk.at + 2 < walk.tokens.count {
        attribute = walk.tokens[walk.at + 1].text
        walk.at += 3
      }
      declare(name, attribute: attribute)
      guard walk.isSymbol(",") else { break }
      walk.at += 1
    }
    if walk.isSymbol("=") {
      walk.at += 1
      walk.skipExpressionList()
    }
  }

  /// Remembers a statement that may end the cell before its end, which would lose its locals.
  private mutating func noteExit(from start: Int) {
    let end = min(walk.at, walk.tokens.count)
    guard start < end, !order.isEmpty, order.count < 400,
      walk.tokens[start..<end].contains(where: {
        $0.kind == .keyword && ($0.text == "return" || $0.text == "goto")
      })
    else { return }
    exits.append((walk.tokens[start].range.lowerBound, locals))
  }

  /// Remembers the end of a declaration.
  private mutating func noteDeclaration() {
    guard notesDeclarations, walk.at > 0, walk.at <= walk.tokens.count, order.count < 400 else { return }
    exits.append((walk.tokens[walk.at - 1].range.upperBound, locals))
  }

  private mutating func declare(_ name: String, attribute: Substring?) {
    if let before = places.removeValue(forKey: name) { order[before] = nil }
    // A to-be-closed variable ends with its cell, and a local _ENV would change what globals are.
    guard attribute != "close", name != "_ENV" else { return }
    places[name] = order.count
    order.append(Local(name: name, isConstant: attribute == "const"))
  }

  private mutating func skipExpressionStatement() {
    let start = walk.at
    walk.skipExpressionList()
    if walk.isSymbol("=") {
      walk.at += 1
      walk.skipExpressionList()
      return
    }
    var rest = walk.at
    while rest < walk.tokens.count, walk.tokens[rest].text == ";" { rest += 1 }
    if rest == walk.tokens.count, walk.at > start {
      ending = .expression(at: walk.tokens[start].range.lowerBound)
    }
  }
}
