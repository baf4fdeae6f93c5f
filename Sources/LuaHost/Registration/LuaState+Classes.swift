import CLuaBridge
import Support

extension LuaState {
  /// Makes the metatable of a class. Scripts cannot reach it: `getmetatable` of an object is `false`.
  func install(_ entry: ClassEntry) throws {
    guard classes[entry.valueType] == nil else { return }
    let stack = stack
    let base = stack.count
    defer { stack.count = base }
    try stack.reserve(12)
    stack.pushTable(fields: 12)

    func set(_ name: String, _ body: @escaping (LuaStack) throws -> Int32) {
      stack.push(name)
      stack.push(function: body)
      stack.rawSet(tableAt: base + 1)
    }

    func set(_ name: String, _ function: @escaping lua_CFunction) {
      stack.push(name)
      gf_push_c_function(stack.pointer, function)
      stack.rawSet(tableAt: base + 1)
    }

    stack.push("__index")
    pushMembers(of: entry)
    gf_push_index(stack.pointer)
    stack.rawSet(tableAt: base + 1)
    set("__newindex") { try entry.assignMember(on: $0) }
    set("__tostring") { stack in
      guard let object = stack.anyObject(at: 1) else {
        stack.push("\(entry.name) (freed)")
        return 1
      }
      stack.push(try entry.describe?(object) ?? entry.name)
      return 1
    }
    if let count = entry.count {
      set("__len") { stack in
        stack.push(try count(try stack.liveObject(of: entry)))
        return 1
      }
      set("__pairs", gf_ipairs)
    }
    for operation in entry.operators {
      set(operation.name) { stack in
        let before = stack.count
        do {
          try operation.body(stack)
        } catch let error as MemoryRefused {
          throw LuaError("\(entry.name) \(operation.sign): \(error)")
        }
        return Int32(stack.count - before)
      }
    }
    set("__gc", gf_release_metamethod)
    if entry.isFreeable {
      set("__close", gf_release_metamethod)
    }
    stack.push("__name")
    stack.push(entry.name)
    stack.rawSet(tableAt: base + 1)
    stack.push("__metatable")
    stack.push(false)
    stack.rawSet(tableAt: base + 1)
    try stack.checkPushes()

    let installed = InstalledClass(entry: entry, metatable: gf_reference(stack.pointer))
    try stack.checkPushes()
    classes[entry.valueType] = installed
    if let type = entry.type.pointer { classesByBox[type] = installed }
  }

  /// Pushes the methods, the getters and the fallback that `gf_push_index` takes.
  private func pushMembers(of entry: ClassEntry) {
    let stack = stack
    stack.pushTable(fields: entry.methods.count)
    for method in entry.methods {
      stack.push(method.name)
      stack.push(method)
      stack.rawSet(tableAt: -3)
    }
    stack.pushTable(fields: entry.properties.count)
    for property in entry.properties {
      let qualified = "\(entry.name).\(property.name)"
      let closure = LuaClosure { stack in
        do {
          try property.get(stack, qualified)
        } catch let error as MemoryRefused {
          throw LuaError("\(qualified): \(error)")
        }
        return 1
      }
      stack.push(property.name)
      stack.push(boxed: closure)
      stack.rawSet(tableAt: -3)
    }
    let fallback = LuaClosure { try entry.indexMember(on: $0) }
    stack.push(boxed: fallback)
  }
}

extension ClassEntry {
  /// `object[key]` for keys that are no member.
  fileprivate func indexMember(on stack: LuaStack) throws -> Int32 {
    if stack.kind(at: 2) != .string, let index {
      let object = try stack.liveObject(of: self)
      try index(object, try stack.value(at: 2), stack).push(onto: stack)
      return 1
    }
    let key = try stack.value(at: 2)
    guard let name = key.asString else {
      throw LuaError("\(article(name)) \(name) has no element \(key.described)")
    }
    throw LuaError(
      "\(article(self.name)) \(self.name) has no field '\(name)'"
        + MemberNames.hint(name, of: self.name, known: memberNames))
  }

  /// `object.key = value`.
  fileprivate func assignMember(on stack: LuaStack) throws -> Int32 {
    if stack.kind(at: 2) != .string, let assign {
      try assign(try stack.liveObject(of: self), stack)
      return 0
    }
    let key = try stack.value(at: 2)
    guard let name = key.asString else {
      throw LuaError("the elements of \(article(self.name)) \(self.name) cannot be set")
    }
    guard let property = properties.first(where: { $0.name == name }) else {
      let shown = name.printable(upTo: 80)
      let near = NearestName.find(name, in: properties.filter { $0.set != nil }.map(\.name))
      throw LuaError(
        "\(article(self.name)) \(self.name) has no field '\(shown)'"
          + (near.map { "; did you mean '\($0)'?" }
            ?? " and takes none; keep '\(shown)' in a variable of your own"))
    }
    guard let set = property.set else {
      throw LuaError("\(self.name).\(name) is read-only; keep the value in a variable of your own")
    }
    try set(stack, "\(self.name).\(name)")
    return 0
  }
}

extension LuaStack {
  /// The object at slot 1, or an error when it was freed.
  fileprivate func liveObject(of entry: ClassEntry) throws -> AnyObject {
    guard let object = anyObject(at: 1) else { throw LuaError("this \(entry.name) was freed") }
    return object
  }
}
