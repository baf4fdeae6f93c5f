import CLuaBridge
import Support

/// What `gfnet.params` of a script declares, found without running the script.
///
/// The table that stands in the call is evaluated by itself, with Lua's library and without `gfnet`: nothing of the
/// script runs, no file is touched. What depends on the script's variables cannot be known so.
enum ParameterListing {
  static func specs(of script: ScriptFile, limits: LuaState.Limits) throws -> [ParameterSpec] {
    let code = script.code
    let tokens = try LuaLexer.tokens(of: code)
    guard let call = call(in: tokens) else { return [] }
    let bytes = Array(code.utf8)
    let text = String(decoding: bytes[call], as: UTF8.self)
    let line = bytes[..<call.lowerBound].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    do {
      let state = try LuaState(limits: limits)
      let stack = state.stack
      let base = stack.count
      defer { stack.count = base }
      // Line ends before the text, so that messages name the script's lines.
      try stack.load(String(repeating: "\n", count: line - 1) + "return " + text, name: script.path.shown)
      try stack.reserve(4)
      gf_push_environment(stack.pointer)
      try stack.checkPushes()
      if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
      let table = try state.withTimeLimit(seconds: 2, of: "gfnet.params") {
        try stack.call(arguments: 0, results: 1)
        return try stack.value(at: -1).asTable
      }
      guard let table else { throw LuaError("gfnet.params must get a table") }
      var order: [String: Int] = [:]
      for token in tokens where token.kind == .name && call.contains(token.range.lowerBound) {
        if order[String(token.text)] == nil { order[String(token.text)] = token.range.lowerBound }
      }
      return try ParameterSpec.read(table, owner: "gfnet.params").sorted {
        (order[$0.name] ?? .max, $0.name) < (order[$1.name] ?? .max, $1.name)
      }
    } catch let error as Interrupted where error.deadline == nil {
      throw error
    } catch {
      let reason = (error as? LuaError)?.message ?? "\(error)"
      throw LuaError("the parameters of \(script.path) cannot be listed without running it: \(reason)")
    }
  }

  /// The bytes of the argument of the first `gfnet.params`: a table, or what stands in parentheses.
  private static func call(in tokens: [LuaToken]) -> Range<Int>? {
    guard
      let name = tokens.indices.first(where: { index in
        index >= 2 && tokens[index].text == "params" && tokens[index - 1].text == "."
          && tokens[index - 2].text == "gfnet"
      }), name + 1 < tokens.count, ["{", "("].contains(tokens[name + 1].text)
    else { return nil }
    var depth = 0
    for token in tokens[(name + 1)...] where token.kind == .symbol {
      if ["{", "(", "["].contains(token.text) { depth += 1 }
      if ["}", ")", "]"].contains(token.text) { depth -= 1 }
      if depth == 0 { return tokens[name + 1].range.lowerBound..<token.range.upperBound }
    }
    return nil
  }
}
