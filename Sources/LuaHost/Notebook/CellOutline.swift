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
  private var tokens: [LuaToken] = []
  private var at = 0
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
    tokens = try LuaLexer.tokens(of: source)
    findNames()
    while at < tokens.count { skipStatement() }
    isHidden = tokens.last?.text == ";"
    if isHidden { semicolons = tokens.reversed().prefix { $0.text == ";" }.map(\.range) }
    tokens = []
    at = 0
  }

  /// Finds all names but those after `.` and `:`, those of labels, and the keys of `{key = value}`.
  private mutating func findNames() {
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

  private var current: Substring { at < tokens.count ? tokens[at].text : "" }
  private var kind: LuaToken.Kind? { at < tokens.count ? tokens[at].kind : nil }
  private func isSymbol(_ text: Substring) -> Bool { kind == .symbol && current == text }
  private func isKeyword(_ text: Substring) -> Bool { kind == .keyword && current == text }

  private mutating func skipStatement() {
    let start = at
    if isSymbol("::") {
      // A label is `::name::`.
      at += 3
      labelsAtEnd = labelsAtEnd ?? tokens[start].range.lowerBound
      return
    }
    if isSymbol(";") {
      at += 1
      return
    }
    labelsAtEnd = nil
    switch (kind, current) {
    case (.keyword?, "local"):
      declareLocals()
      noteDeclaration()
    case (.keyword?, "function"):
      if at + 1 < tokens.count, tokens[at + 1].kind == .name {
        skipBlock()
      } else {
        skipExpressionStatement()
      }
    case (.keyword?, "if"), (.keyword?, "while"), (.keyword?, "for"), (.keyword?, "do"),
      (.keyword?, "repeat"):
      skipBlock()
      noteExit(from: start)
    case (.keyword?, "return"):
      let keyword = tokens[at].range
      at += 1
      ending = .returns(keyword, hasValues: at < tokens.count && !isSymbol(";"))
      skipExpressionList()
      if isSymbol(";") { at += 1 }
      return
    case (.keyword?, "break"): at += 1
    case (.keyword?, "goto"):
      at += 2
      noteExit(from: start)
    default: skipExpressionStatement()
    }
    // Whatever happens, the walk goes on.
    if at == start { at += 1 }
  }

  private mutating func declareLocals() {
    at += 1
    if isKeyword("function") {
      if at + 1 < tokens.count { declare(String(tokens[at + 1].text), attribute: nil) }
      skipBlock()
      return
    }
    while kind == .name {
      let name = String(current)
      at += 1
      var attribute: Substring?
      if isSymbol("<"), at + 2 < tokens.count {
        attribute = tokens[at + 1].text
        at += 3
      }
      declare(name, attribute: attribute)
      guard isSymbol(",") else { break }
      at += 1
    }
    if isSymbol("=") {
      at += 1
      skipExpressionList()
    }
  }

  /// Remembers a statement that may end the cell before its end, which would lose its locals.
  private mutating func noteExit(from start: Int) {
    let end = min(at, tokens.count)
    guard start < end, !order.isEmpty, order.count < 400,
      tokens[start..<end].contains(where: {
        $0.kind == .keyword && ($0.text == "return" || $0.text == "goto")
      })
    else { return }
    exits.append((tokens[start].range.lowerBound, locals))
  }

  /// Remembers the end of a declaration.
  private mutating func noteDeclaration() {
    guard notesDeclarations, at > 0, at <= tokens.count, order.count < 400 else { return }
    exits.append((tokens[at - 1].range.upperBound, locals))
  }

  private mutating func declare(_ name: String, attribute: Substring?) {
    if let before = places.removeValue(forKey: name) { order[before] = nil }
    // A to-be-closed variable ends with its cell, and a local _ENV would change what globals are.
    guard attribute != "close", name != "_ENV" else { return }
    places[name] = order.count
    order.append(Local(name: name, isConstant: attribute == "const"))
  }

  /// Skips a statement or function body that ends with `end` or `until …`.
  private mutating func skipBlock() {
    var depth = 0
    // `while … do` and `for … do` open one block, with their `do`.
    if isKeyword("while") || isKeyword("for") {
      while at < tokens.count, !isKeyword("do") {
        if isKeyword("function") { skipBlock() } else { at += 1 }
      }
    }
    while at < tokens.count {
      let token = tokens[at]
      at += 1
      guard token.kind == .keyword else { continue }
      switch token.text {
      case "function", "do", "if", "repeat": depth += 1
      case "end": depth -= 1
      case "until":
        depth -= 1
        if depth == 0 { skipExpression() }
      default: break
      }
      if depth == 0 { return }
    }
  }

  private mutating func skipExpressionStatement() {
    let start = at
    skipExpressionList()
    if isSymbol("=") {
      at += 1
      skipExpressionList()
      return
    }
    var rest = at
    while rest < tokens.count, tokens[rest].text == ";" { rest += 1 }
    if rest == tokens.count, at > start { ending = .expression(at: tokens[start].range.lowerBound) }
  }

  // MARK: Expressions

  private mutating func skipExpressionList() {
    skipExpression()
    while isSymbol(",") {
      at += 1
      skipExpression()
    }
  }

  private static let binary: Set<Substring> = [
    "+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<", ">", "<=", ">=", "&", "|", "~", "<<", ">>",
  ]

  private mutating func skipExpression() {
    while true {
      while isSymbol("-") || isSymbol("#") || isSymbol("~") || isKeyword("not") { at += 1 }
      guard skipOperand() else { return }
      guard isKeyword("and") || isKeyword("or") || (kind == .symbol && Self.binary.contains(current)) else {
        return
      }
      at += 1
    }
  }

  /// Skips a value with its suffixes; false when no expression starts here.
  private mutating func skipOperand() -> Bool {
    switch kind {
    case .number, .string:
      at += 1
      return true
    case .keyword:
      switch current {
      case "nil", "true", "false":
        at += 1
        return true
      case "function":
        skipBlock()
        return true
      default: return false
      }
    case .symbol:
      if current == "..." {
        at += 1
        return true
      }
      if current == "{" {
        skipBrackets()
        return true
      }
      guard current == "(" else { return false }
      skipBrackets()
    case .name: at += 1
    case .comment, nil: return false
    }
    skipSuffixes()
    return true
  }

  private mutating func skipSuffixes() {
    while true {
      if isSymbol(".") || isSymbol(":") {
        at += 2
      } else if isSymbol("[") || isSymbol("(") || isSymbol("{") {
        skipBrackets()
      } else if kind == .string {
        at += 1
      } else {
        return
      }
    }
  }

  private mutating func skipBrackets() {
    var depth = 0
    while at < tokens.count {
      if kind == .symbol {
        switch current {
        case "(", "[", "{": depth += 1
        case ")", "]", "}": depth -= 1
        default: break
        }
      }
      at += 1
      if depth == 0 { return }
    }
  }
}
