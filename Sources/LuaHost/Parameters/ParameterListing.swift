import CLuaBridge
import Reports
import Support

/// What `gfnet.params` of a script declares, found without running the script.
///
/// The table that stands in the call is evaluated by itself, with Lua's library and without `gfnet`: nothing of the
/// script runs, no file is touched. What depends on the script's variables cannot be known so, and is an error: such a
/// variable is not nil, which would leave its parameter out.
enum ParameterListing {
  static func settings(of script: ScriptFile, limits: LuaState.Limits) throws -> [Setting] {
    let code = script.code
    let tokens = try LuaLexer.tokens(of: code)
    guard let call = call(in: tokens) else {
      guard let mention = mentions(in: tokens).first else { return [] }
      let line = Array(code.utf8)[..<tokens[mention].range.lowerBound].reduce(1) {
        $1 == UInt8(ascii: "\n") ? $0 + 1 : $0
      }
      throw unknown(script, "\(script.path):\(line): gfnet.params is not called where it is named")
    }
    let bytes = Array(code.utf8)
    let text = String(decoding: bytes[call], as: UTF8.self)
    let line = bytes[..<call.lowerBound].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    do {
      let state = try LuaState(limits: limits)
      let stack = state.stack
      let base = stack.count
      defer { stack.count = base }
      // Line ends stand before the text, so that messages name the script's lines.
      try stack.load(
        String(repeating: "\n", count: line - 1) + Self.guardNames + "return " + text,
        name: script.path.shown)
      try stack.reserve(4)
      gf_push_environment(stack.pointer, nil)
      try stack.checkPushes()
      if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
      let table = try Cancellation.withDeadline(Deadline(of: "gfnet.params", seconds: 2, clock: limits.clock))
      {
        try stack.call(arguments: 0, results: 1)
        return try stack.value(at: -1).asTable
      }
      guard let table else { throw LuaError("gfnet.params must get a table") }
      var order: [String: Int] = [:]
      for token in tokens where token.kind == .name && call.contains(token.range.lowerBound) {
        if order[String(token.text)] == nil { order[String(token.text)] = token.range.lowerBound }
      }
      return try Setting.read(table, owner: "gfnet.params").sorted {
        (order[$0.name] ?? .max, $0.name) < (order[$1.name] ?? .max, $1.name)
      }
    } catch let error as Interrupted where error.deadline == nil {
      throw error
    } catch {
      throw unknown(script, (error as? LuaError)?.message ?? "\(error)")
    }
  }

  private static func unknown(_ script: ScriptFile, _ reason: String) -> LuaError {
    LuaError("the parameters of \(script.path) cannot be listed without running it: \(reason)")
  }

  /// Lua that stands on the line of the declaration, before it, and refuses names that Lua's library does not
  /// have: those are the script's.
  private static let guardNames =
    "setmetatable(_G, {__index = function(_, name) error(\"the value of '\" .. tostring(name)"
    + " .. \"' is known only when the script runs\", 2) end}) "

  /// The tokens `params` of all `gfnet.params`.
  private static func mentions(in tokens: [LuaToken]) -> [Int] {
    tokens.indices.filter { index in
      index >= 2 && tokens[index].text == "params" && tokens[index - 1].text == "."
        && tokens[index - 2].text == "gfnet"
    }
  }

  /// The bytes of the argument of the first call of `gfnet.params`: a table, or what stands in parentheses.
  private static func call(in tokens: [LuaToken]) -> Range<Int>? {
    let called = mentions(in: tokens).first { name in
      name + 1 < tokens.count && ["{", "("].contains(tokens[name + 1].text)
    }
    guard let name = called else { return nil }
    var depth = 0
    for token in tokens[(name + 1)...] where token.kind == .symbol {
      if ["{", "(", "["].contains(token.text) { depth += 1 }
      if ["}", ")", "]"].contains(token.text) { depth -= 1 }
      if depth == 0 { return tokens[name + 1].range.lowerBound..<token.range.upperBound }
    }
    return nil
  }
}
