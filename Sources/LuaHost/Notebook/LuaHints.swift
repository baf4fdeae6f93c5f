import Reports
import Support

/// What people who know other languages type, and what Lua writes instead.
enum LuaHints {
  /// What to write instead of a global that other languages have, or that Lua has and scripts do not.
  static func global(_ name: String) -> String? {
    if let hint = globals[name] { return hint }
    if absent.contains(name) { return "it is not available to scripts (docs/scripts.md)" }
    return nil
  }

  private static let absent: Set<String> = [
    "dofile", "loadfile", "module", "setfenv", "getfenv", "warn",
  ]

  private static let globals: [String: String] = [
    "None": "Lua writes nil", "null": "Lua writes nil", "NULL": "Lua writes nil",
    "undefined": "Lua writes nil",
    "True": "Lua writes true", "False": "Lua writes false",
    "range": "Lua counts with 'for i = 1, n do'",
    "enumerate": "Lua lists with 'for i, value in ipairs(list) do'",
    "len": "Lua writes #list", "str": "Lua writes tostring(value)",
    "int": "Lua writes math.floor(x) or x // 1",
    "float": "Lua writes tonumber(text)", "isinstance": "Lua writes type(value) == \"table\"",
    "np": "arrays are gfnet.tensor", "numpy": "arrays are gfnet.tensor", "torch": "arrays are gfnet.tensor",
    "plt": "figures are gfnet.plot", "unpack": "Lua 5.4 writes table.unpack",
    "loadstring": "Lua 5.4 writes load",
    "abs": "Lua writes math.abs", "min": "Lua writes math.min", "max": "Lua writes math.max",
    "round": "Lua writes math.floor(x + 0.5)", "sqrt": "Lua writes math.sqrt", "exp": "Lua writes math.exp",
    "log": "Lua writes math.log", "floor": "Lua writes math.floor", "ceil": "Lua writes math.ceil",
    "pi": "Lua writes math.pi", "random": "Lua writes math.random; numbers that repeat: gfnet.random",
    "format": "Lua writes string.format", "sum": "sums of tensors are t:sum()",
    "f": "if this was meant as an f-string: Lua writes string.format(\"%g\", x) or \"text \" .. x",
    "console": "Lua writes print(value)", "printf": "Lua writes print(string.format(…))",
    "try": "Lua writes pcall(function() … end)", "self": "methods declared with a colon have 'self'",
    "help":
      "at the prompt ?NAME explains a name and %help lists the commands; in a shell, gfnet-lab help NAME",
    "this": "methods declared with a colon have 'self'",
  ]

  /// The message of a syntax error with what Lua writes instead, where the source line shows what was meant.
  ///
  /// - Parameter source: the whole script; lines end with `\n`.
  static func explain(syntax message: String, source: String) -> String {
    guard let line = line(named: message, in: source) else { return message }
    if let hint = syntaxHint(line, message) { return message + "; " + hint }
    if let number = valueLine(message, in: source) {
      return message
        + "; line \(number): a value is shown only at the end of a cell; use print(x) or begin a new cell"
    }
    // `for i in range(3):` goes on over line ends, as a method call, and Lua stumbles later.
    for back in 1...3 {
      guard let before = Self.line(named: message, in: source, back: back) else { break }
      if let hint = blockHint(LuaLineCode(before), message) { return message + "; " + hint }
    }
    return message
  }

  /// The message of an error while the script ran with what Lua writes instead, where the source line shows
  /// what was meant.
  static func explain(runtime message: String, source: String) -> String {
    guard let line = line(named: message, in: source) else { return message }
    let code = LuaLineCode(line)
    if message.contains("a nil value (field '?')") || message.contains("(field 'integer index')"),
      code.contains("[", "0", "]")
    {
      return message + "; lists begin at 1: t[1] is the first element"
    }
    if message.contains("attempt to perform arithmetic on a string value"), code.has("+") {
      return message + "; Lua joins strings with '..'"
    }
    if message.contains("attempt to index a number value"),
      let name = tensorWords.keys.sorted().first(where: { code.contains(":", $0) || code.contains(".", $0) }),
      let advice = tensorWords[name]
    {
      return message + "; sums, means and losses are numbers where no gradient is recorded: \(advice)"
    }
    return message
  }

  private static let recording =
    "gfnet.grad(function(x) … end, x) gives the gradients of what the function returns"
  private static let ready = "it is one of Lua's numbers already"

  /// What is asked of the result of a sum in PyTorch, with what to do about a number.
  private static let tensorWords: [String: String] = [
    "backward": recording, "grad": recording, "requires_grad": recording, "requires_grad_": recording,
    "retain_grad": recording, "item": ready, "detach": ready, "cpu": ready, "numpy": ready, "clone": ready,
    "tolist": ready, "totable": ready, "float": ready,
  ]

  /// The source line that a message begins with, as `file:12: …`, or one before it.
  private static func line(named message: String, in source: String, back: Int = 0) -> Substring? {
    guard let match = message.firstMatch(of: #/:([0-9]+): /#), let named = Int(match.1), named > back else {
      return nil
    }
    let number = named - back
    return source.split(separator: "\n", maxSplits: number, omittingEmptySubsequences: false)
      .dropFirst(number - 1).first
  }

  private static func syntaxHint(_ line: Substring, _ message: String) -> String? {
    let code = LuaLineCode(line)
    if let name = code.foreignName {
      return "names are made of the letters a to z, digits and _; '\(name)' is none"
    }
    if code.contains("!", "=") || code.contains("!", "==") { return "Lua writes ~= for 'not equal'" }
    if code.contains("&", "&") { return "Lua writes 'and' for &&" }
    if code.contains("|", "|") { return "Lua writes 'or' for ||" }
    if code.has("!") { return "Lua writes 'not'" }
    for sign in ["+", "-", "*", "/", "%", "^", ".."] where code.contains(sign, "=") {
      return "Lua has no \(sign)=; write x = x \(sign) …"
    }
    if code.contains("+", "+") { return "Lua has no ++; write x = x + 1" }
    if code.contains("*", "*") { return "Lua writes ^ for a power" }
    if code.has("?"), code.has(":") { return "Lua has no ? :; write condition and a or b" }
    switch code.first {
    case "elif": return "Lua writes elseif … then"
    case "def": return "Lua writes function name(…) … end"
    case "import", "from": return "Lua writes local name = require(\"name\")"
    case "let", "var", "const": return "Lua writes local name = …"
    case "try", "except", "catch": return "Lua writes pcall(function() … end)"
    case "class": return "Lua has no classes; tables with functions serve"
    case "#": return "comments begin with --"
    case "//": return "comments begin with --"
    default: break
    }
    if let hint = blockHint(code, message) { return hint }
    if code.has("{"), code.has(":"), message.contains("expected near") {
      return "fields of a table are written {name = value}"
    }
    if code.has("lambda") { return "Lua writes function(x) return … end" }
    if message.contains("near '['") || message.contains("near ','") || message.contains("']' expected"),
      code.contains("=", "[") || code.contains("(", "[") || code.contains("return", "[")
    {
      return "lists are written {1, 2, 3}"
    }
    return nil
  }
}

extension LuaHints {
  /// The line of a value that stands where Lua wants a statement; nil when the message is about something else.
  private static func valueLine(_ message: String, in source: String) -> Int? {
    guard message.contains("syntax error near") || message.contains("'=' expected near"),
      let match = message.firstMatch(of: #/:([0-9]+): .* near '([^']*)'/#), let named = Int(match.1)
    else { return nil }
    let lines = source.split(separator: "\n", maxSplits: named, omittingEmptySubsequences: false)
    guard 1...lines.count ~= named else { return nil }
    // Lua stumbles over what follows the value: in its line, or where the next one begins.
    if LuaLineCode(lines[named - 1]).first != match.2 { return isValue(lines[named - 1]) ? named : nil }
    for number in stride(from: named - 1, through: max(named - 20, 1), by: -1) {
      let line = lines[number - 1]
      if case .mark = CellMark.read(line) { return nil }
      if !LuaLineCode(line).first.isEmpty { return isValue(line) ? number : nil }
    }
    return nil
  }

  /// Whether a line is an expression by itself, and no call.
  private static func isValue(_ line: Substring) -> Bool {
    let text = String(line.prefix(2000))
    guard let tokens = try? LuaLexer.tokens(of: text), let first = tokens.first, let last = tokens.last,
      last.kind != .string, last.text != ")", last.text != "}", let outline = try? CellOutline(of: text),
      case .expression(let at) = outline.ending
    else { return false }
    return at == first.range.lowerBound
  }

  /// What to write instead of a line such as `if x == 3:`, and of `for i in range(3): print(i)`, which Lua
  /// reads as a call of a method.
  private static func blockHint(_ code: LuaLineCode, _ message: String) -> String? {
    let misses = ["do", "then"].contains { message.contains("'\($0)' expected") && !code.has($0) }
    guard code.last == ":" || code.has(":") && misses || code.contains("else", ":") else { return nil }
    switch code.first {
    case "if", "elseif": return "Lua writes if … then … end"
    case "for": return "Lua writes for i = 1, n do … end"
    case "while": return "Lua writes while … do … end"
    case "else": return "Lua writes else without a colon"
    default: return nil
    }
  }
}

/// The tokens of one line, to look for what other languages write.
private struct LuaLineCode {
  private let tokens: [Substring]

  init(_ line: Substring) {
    // Some of the text of a line of a string of many lines may look like code: a hint too many, at worst.
    tokens = ((try? LuaLexer.tokens(of: String(line.prefix(2000)))) ?? []).filter { $0.kind != .string }.map(
      \.text)
  }

  var first: Substring { tokens.first ?? "" }
  var last: Substring { tokens.last ?? "" }

  func has(_ text: String) -> Bool { tokens.contains(text[...]) }

  /// Whether the texts follow each other.
  func contains(_ texts: String...) -> Bool {
    tokens.indices.contains { start in
      start + texts.count <= tokens.count && zip(tokens[start...], texts).allSatisfy { $0 == $1[...] }
    }
  }

  /// The whole of a name with letters that Lua's names do not have; nil where there is none.
  var foreignName: String? {
    guard let at = tokens.firstIndex(where: { ($0.utf8.first ?? 0) >= 0x80 && ($0.first?.isLetter ?? false) })
    else { return nil }
    func isPart(_ index: Int) -> Bool {
      guard tokens.indices.contains(index), let character = tokens[index].first else { return false }
      return character.isLetter || character == "_" || character.isNumber
    }
    func touches(_ index: Int) -> Bool {
      tokens[index].endIndex == tokens[index + 1].startIndex
    }
    var low = at
    var high = at
    while low > 0, isPart(low - 1), touches(low - 1) { low -= 1 }
    while high + 1 < tokens.count, isPart(high + 1), touches(high) { high += 1 }
    return tokens[low...high].joined()
  }
}
