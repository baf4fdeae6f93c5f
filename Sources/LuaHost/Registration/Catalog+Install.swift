import CLuaBridge
import Support

extension Catalog {
  /// Makes the classes known to `state`; once per state, before any environment.
  public func install(in state: LuaState) throws {
    for entry in classes { try state.install(entry) }
  }

  /// Sets `gfnet` in the environment table on top of the stack.
  ///
  /// Each environment has module tables of its own, so that a plugin cannot change what another sees. They are
  /// read-only, and a name that is not there is an error that names the nearest one.
  func pushModules(on stack: LuaStack) throws {
    try stack.reserve(12)
    let environment = stack.count
    // This is the hidden table of `gfnet`, for its modules.
    var root: LuaTable?
    for module in modules {
      let parts = module.name.split(separator: ".").map(String.init)
      stack.pushTable()
      let table = stack.count
      try fill(module, on: stack)
      // Members live behind __index, so that writes to the visible, empty table reach __newindex.
      stack.pushTable()
      let shown = stack.count
      try pushMetatable(of: module, members: table, on: stack)
      // Whatever found no memory is nil, which no metatable may be.
      try stack.checkPushes()
      lua_setmetatable(stack.pointer, Int32(shown))
      if parts.count == 1 {
        stack.push(parts[0])
        lua_pushvalue(stack.pointer, Int32(shown))
        stack.rawSet(tableAt: environment)
        lua_pushvalue(stack.pointer, Int32(table))
        root = LuaTable(popping: stack)
      } else {
        try root?.push(onto: stack)
        stack.push(parts[1])
        lua_pushvalue(stack.pointer, Int32(shown))
        stack.rawSet(tableAt: -3)
      }
      stack.count = environment
    }
  }

  private func fill(_ module: LuaModule, on stack: LuaStack) throws {
    for constant in module.constants {
      stack.push(constant.name)
      try constant.value(stack.state).push(onto: stack)
      stack.rawSet(tableAt: -3)
    }
  }

  private func pushMetatable(of module: LuaModule, members: Int, on stack: LuaStack) throws {
    let prefix = module.name + "."
    let submodules = modules.compactMap {
      $0.name.hasPrefix(prefix) ? String($0.name.dropFirst(prefix.count)) : nil
    }
    let known = module.functions.map(\.name) + module.constants.map(\.name) + submodules
    let owner = stack.state.context.plugin
    stack.pushTable(fields: 8)
    // The members that were asked for before are found in C; the others and the error come from Swift.
    stack.pushTable(fields: 2)
    stack.push("__index")
    stack.push { stack in
      guard let name = stack.string(at: 2) else { throw LuaError("\(module.name) has no such field") }
      if let function = module.functions.first(where: { $0.name == name }) {
        // A function is made when first asked for: every plugin has all of `gfnet` again, and uses a few
        // functions of it.
        stack.push(function, of: owner)
        stack.push(name)
        lua_pushvalue(stack.pointer, -2)
        stack.rawSet(tableAt: 1)
        try stack.checkPushes()
        return 1
      }
      if let value = try module.dynamicMembers?.value(stack.state, name) {
        try value.push(onto: stack)
        return 1
      }
      let dynamic = module.dynamicMembers?.names(stack.state.context) ?? []
      let absence = try module.dynamicMembers?.absence(stack.state, name)
      throw LuaError(
        "\(module.name) has no field '\(name)'"
          + (absence ?? MemberNames.hint(name, of: module.name, known: known + dynamic)))
    }
    stack.rawSet(tableAt: -3)
    try stack.checkPushes()
    lua_setmetatable(stack.pointer, Int32(members))
    stack.push("__index")
    lua_pushvalue(stack.pointer, Int32(members))
    stack.rawSet(tableAt: -3)
    stack.push("__newindex")
    stack.push { stack in
      throw LuaError(
        "\(module.name) is read-only; keep '\(stack.string(at: 2) ?? "the value")' in a variable of your own")
    }
    stack.rawSet(tableAt: -3)
    // rawset would reach the empty table, and what it put there would hide the member.
    lua_pushlightuserdata(stack.pointer, gf_read_only_key())
    stack.push(true)
    stack.rawSet(tableAt: -3)
    if let call = module.call {
      stack.push("__call")
      stack.push(call, of: owner)
      stack.rawSet(tableAt: -3)
    }
    pushListing(of: module, known: known, on: stack)
    stack.push("__name")
    stack.push(module.name)
    stack.rawSet(tableAt: -3)
    stack.push("__metatable")
    stack.push(false)
    stack.rawSet(tableAt: -3)
  }

  /// Has `pairs(gfnet.tensor)` go through all members in alphabetical order, and `print` say what the module
  /// is.
  private func pushListing(of module: LuaModule, known: [String], on stack: LuaStack) {
    stack.push("__pairs")
    stack.push { stack in
      let names = Set(known + (module.dynamicMembers?.names(stack.state.context) ?? [])).sorted()
      let following = Dictionary(uniqueKeysWithValues: zip(names, names.dropFirst()))
      stack.push { stack in
        let next = stack.kind(at: 2) == .nil ? names.first : stack.string(at: 2).flatMap { following[$0] }
        guard let next else {
          stack.pushNil()
          return 1
        }
        stack.push(next)
        stack.push(next)
        try stack.getField(ofTableAt: 1)
        return 2
      }
      lua_pushvalue(stack.pointer, 1)
      return 2
    }
    stack.rawSet(tableAt: -3)
    stack.push("__tostring")
    stack.push { stack in
      stack.push("\(module.name): \(module.summary) (gfnet-lab help \(module.name))")
      return 1
    }
    stack.rawSet(tableAt: -3)
  }
}
