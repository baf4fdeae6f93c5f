import CLuaBridge
import Support

/// Globals of a script: reading one that nothing assigned is an error, and so is making one inside a function.
///
/// Otherwise a misspelt name is nil, and an experiment runs on it.
extension CellSession {
  /// Has the globals of this session's environment checked from here on, for functions of the script's own file.
  public func checkGlobals() throws {
    let cells = try LuaTable(in: state)
    let names = try LuaTable(in: state)
    try names.set("@" + chunkName, true)
    self.cells = cells
    chunkNames = names
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    try stack.reserve(8)
    // The functions of cells are collected as others are.
    try cells.push(onto: stack)
    stack.pushTable(fields: 1)
    stack.push("__mode")
    stack.push("k")
    stack.rawSet(tableAt: -3)
    stack.setMetatable(ofValueAt: -2)
    stack.pop()
    try environment.push(onto: stack)
    try names.push(onto: stack)
    try cells.push(onto: stack)
    stack.push(
      boxed: LuaClosure { [weak self] stack in
        let name = stack.string(at: 2) ?? "?"
        guard let self else { throw LuaError("the global '\(name)' is used after its script has ended") }
        throw LuaError(stack.count > 2 ? madeInside(name) : neverAssigned(name, on: stack))
      })
    gf_check_globals(stack.pointer)
    try stack.checkPushes()
  }

  private func neverAssigned(_ name: String, on stack: LuaStack) -> String {
    let text = "the global '\(name)' was never assigned"
    if let hint = LuaHints.global(name) { return text + "; " + hint }
    let known = namesInScope(on: stack)
    if let near = NearestName.find(name, in: known) { return text + "; did you mean '\(near)'?" }
    return text + "; rawget(_G, \"\(name)\") asks without an error"
  }

  private func madeInside(_ name: String) -> String {
    "the global '\(name)' is made inside a function; write local \(name) = …, or assign it at the top level first"
  }

  /// The names that the function on top of the Lua stack may use.
  private func namesInScope(on stack: LuaStack) -> [String] {
    var names: [String] = []
    var frame = lua_Debug()
    if lua_getstack(stack.pointer, 1, &frame) != 0 {
      var index: Int32 = 1
      while let name = lua_getlocal(stack.pointer, &frame, index) {
        names.append(String(cString: name))
        stack.pop()
        index += 1
      }
      lua_getinfo(stack.pointer, "f", &frame)
      index = 1
      while let name = lua_getupvalue(stack.pointer, -1, index) {
        names.append(String(cString: name))
        stack.pop()
        index += 1
      }
      stack.pop()
    }
    names += visibleLocals
    names += (try? environment.pairs().compactMap(\.key.asString)) ?? []
    return names.filter { !$0.hasPrefix("(") && !$0.hasPrefix("__gfnet") && $0 != "_ENV" }
  }
}
