import Reports

/// A way through the tokens of Lua's source that skips what has an end of its own: blocks and expressions.
///
/// Only well-formed source is skipped right; of anything else Lua reports the error first.
struct TokenWalk {
  let tokens: [LuaToken]
  /// The token that comes next, as an index; past the end where the source ended too early.
  var at = 0

  init(_ tokens: [LuaToken]) { self.tokens = tokens }

  /// Whether every token was passed.
  var isAtEnd: Bool { at >= tokens.count }
  var current: Substring { at < tokens.count ? tokens[at].text : "" }
  var kind: LuaToken.Kind? { at < tokens.count ? tokens[at].kind : nil }
  func isSymbol(_ text: Substring) -> Bool { kind == .symbol && current == text }
  func isKeyword(_ text: Substring) -> Bool { kind == .keyword && current == text }

  /// Skips a statement or function body that ends with `end` or `until …`.
  mutating func skipBlock() {
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

  mutating func skipExpressionList() {
    skipExpression()
    while isSymbol(",") {
      at += 1
      skipExpression()
    }
  }

  private static let binary: Set<Substring> = [
    "+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<", ">", "<=", ">=", "&", "|", "~", "<<", ">>",
  ]

  mutating func skipExpression() {
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
