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
    let metatable = Metatable(on: stack)
    metatable.set("__index") {
      pushMembers(of: entry)
      gf_push_index(stack.pointer, entry.directElements)
    }
    metatable.set("__newindex") {
      stack.push(
        boxed: LuaClosure { stack in try entry.assignMember(on: stack) })
      gf_push_assign(stack.pointer, entry.directElements)
    }
    metatable.setFunction("__tostring") { try entry.pushText(on: $0) }
    if let count = entry.count {
      metatable.setFunction("__len") { stack in
        stack.push(try count(try stack.liveObject(of: entry)))
        return 1
      }
      metatable.set("__pairs") { gf_push_c_function(stack.pointer, gf_ipairs) }
    }
    for operation in entry.operators {
      metatable.setFunction(operation.name) { try entry.run(operation, on: $0) }
    }
    if let called = entry.called { metatable.set("__call") { stack.push(called) } }
    // There is no __gc: the bridge sees boxes go.
    if entry.isFreeable {
      metatable.set("__close") { gf_push_c_function(stack.pointer, gf_close_metamethod) }
    }
    metatable.set("__name") { stack.push(entry.name) }
    metatable.set("__metatable") { stack.push(false) }
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

/// A metatable in the making, on top of a stack.
private struct Metatable {
  private let stack: LuaStack
  private let place: Int

  init(on stack: LuaStack) {
    self.stack = stack
    stack.pushTable(fields: 12)
    place = stack.count
  }

  /// Sets a field to the value that `push` pushes.
  func set(_ name: String, _ push: () -> Void) {
    stack.push(name)
    push()
    stack.rawSet(tableAt: place)
  }

  /// Sets a field to a function that runs `body`, which returns how many results it pushed.
  func setFunction(_ name: String, _ body: @escaping (LuaStack) throws -> Int32) {
    set(name) { stack.push(function: body) }
  }
}

extension ClassEntry {
  /// How single elements are reached, as the bridge takes it.
  fileprivate var directElements: gf_elements {
    gf_elements(type: type.pointer, read: elements?.read, write: elements?.write)
  }

  /// Pushes what `tostring` makes of the object at slot 1.
  fileprivate func pushText(on stack: LuaStack) throws -> Int32 {
    guard let object = stack.anyObject(at: 1) else {
      stack.push("\(name) (freed)")
      return 1
    }
    stack.push(try describe?(object) ?? name)
    return 1
  }

  /// Runs an operator on the operands in the first slots.
  fileprivate func run(_ operation: OperatorEntry, on stack: LuaStack) throws -> Int32 {
    let before = stack.count
    do {
      try operation.body(stack)
    } catch let error as MemoryRefused {
      throw LuaError("\(name) \(operation.sign): \(error)")
    }
    return Int32(stack.count - before)
  }

  /// Answers `object[key]` for keys that are no member.
  fileprivate func indexMember(on stack: LuaStack) throws -> Int32 {
    if stack.kind(at: 2) != .string, let index {
      try index(try stack.liveObject(of: self), stack)
      return 1
    }
    let key = try stack.value(at: 2)
    guard let name = key.asString else {
      throw LuaError("\(article(name)) \(name) has no element \(key.described)")
    }
    if let field, let value = try field(try stack.liveObject(of: self), name, stack) {
      try value.push(onto: stack)
      return 1
    }
    throw LuaError(
      "\(article(self.name)) \(self.name) has no field '\(name)'"
        + MemberNames.hint(name, of: self.name, known: memberNames))
  }

  /// Answers `object.key = value`.
  fileprivate func assignMember(on stack: LuaStack) throws -> Int32 {
    if stack.kind(at: 2) != .string, let assign {
      try assign(try stack.liveObject(of: self), stack)
      return 0
    }
    let key = try stack.value(at: 2)
    guard let name = key.asString else {
      throw LuaError("the elements of \(article(self.name)) \(self.name) cannot be set")
    }
    if let assignField, !memberNames.contains(name),
      try assignField(try stack.liveObject(of: self), name, stack)
    {
      return 0
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
