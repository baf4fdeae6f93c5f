import CLuaBridge

/// Knows which globals of a script were ever assigned, and whether the script has laid hands on how they are checked.
///
/// Both are kept in the metatable of the globals (`strict.c`), which no walk through values meets.
struct GlobalWatch {
  private let environment: LuaTable
  private let metatable: UnsafeRawPointer
  private let members: [String: UnsafeRawPointer]
  private let assigned: LuaTable

  /// Throws ``Incomparable`` where globals are not checked.
  init(of environment: LuaTable) throws {
    self.environment = environment
    let found = try Self.look(at: environment)
    metatable = found.metatable
    members = found.members
    let stack = environment.owner.stack
    let base = stack.count
    defer { stack.count = base }
    try environment.push(onto: stack)
    guard lua_getmetatable(stack.pointer, -1) != 0 else { throw Self.unknown }
    stack.push("__index")
    lua_rawget(stack.pointer, -2)
    // The second upvalue of both functions is the table of names.
    guard lua_getupvalue(stack.pointer, -1, 2) != nil, stack.kind(at: -1) == .table else {
      throw Self.unknown
    }
    assigned = LuaTable(popping: stack)
  }

  private static let unknown = Incomparable(reason: "the script has changed how globals are read")

  private static func look(
    at environment: LuaTable
  ) throws -> (metatable: UnsafeRawPointer, members: [String: UnsafeRawPointer]) {
    let stack = try environment.liveStack()
    let base = stack.count
    defer { stack.count = base }
    try environment.push(onto: stack)
    try stack.reserve(4)
    guard lua_getmetatable(stack.pointer, -1) != 0, let metatable = lua_topointer(stack.pointer, -1) else {
      throw unknown
    }
    let table = stack.absolute(-1)
    var members: [String: UnsafeRawPointer] = [:]
    stack.pushNil()
    while lua_next(stack.pointer, table) != 0 {
      guard let name = stack.string(at: -2), let pointer = lua_topointer(stack.pointer, -1) else {
        throw unknown
      }
      members[name] = pointer
      stack.pop()
    }
    return (metatable, members)
  }

  /// Throws ``Incomparable`` where the script has changed the metatable of its globals.
  func check() throws {
    let now = try Self.look(at: environment)
    guard now.metatable == metatable, now.members == members else { throw Self.unknown }
  }

  /// The names that were assigned at some time, also nil.
  func assignedNames() throws -> Set<String> {
    try check()
    return Set(try assigned.pairs().compactMap(\.key.asString))
  }
}
