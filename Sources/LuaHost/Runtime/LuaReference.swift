import CLuaBridge
import Support

/// A value kept alive by the state's registry for as long as Swift holds this object.
public class LuaReference {
  let state: LuaState.Handle
  unowned let owner: LuaState
  private let reference: Int32
  /// The plugin whose code handed the value to the host; nil: the script, or the host itself.
  private let plugin: PluginIdentity?

  /// Takes the value on top of `stack`.
  init(popping stack: LuaStack) {
    owner = stack.state
    state = stack.state.handle
    plugin = stack.state.context.plugin
    reference = gf_reference(stack.pointer)
  }

  deinit {
    // The side thread always has room on its stack, whatever the script is doing.
    if let side = state.side { luaL_unref(side, gf_registry_index(), reference) }
  }

  /// Pushes the value.
  public func push(onto stack: LuaStack) throws {
    guard state.pointer != nil, stack.state.handle === state else {
      throw LuaError("a value of one Lua state was used in another, or after its state was closed")
    }
    try stack.reserve(1)
    lua_rawgeti(stack.pointer, gf_registry_index(), lua_Integer(reference))
  }

  /// Runs `body`, which calls into the value, with the rights of the plugin that it came from and within its limits.
  func withItsRights<Result>(_ body: () throws -> Result) throws -> Result {
    guard let plugin else { return try body() }
    return try owner.running(plugin, body)
  }

  /// The stack to work on; fails once the state is closed.
  func liveStack() throws -> LuaStack {
    guard state.pointer != nil else { throw LuaError("the Lua state of this value was closed") }
    return owner.stack
  }
}

/// A Lua function that Swift can call.
public final class LuaFunction: LuaReference {
  /// Calls the function; throws ``LuaError`` or `Interrupted`.
  @discardableResult
  public func call(_ arguments: any LuaPushable...) throws -> [LuaValue] {
    try call(with: arguments)
  }

  /// Where it is defined, as `sweep.lua:12`; nil for a function that no script wrote.
  public var place: String? {
    guard let stack = try? liveStack(), (try? push(onto: stack)) != nil else { return nil }
    defer { stack.pop() }
    guard (try? stack.reserve(4)) != nil else { return nil }
    gf_push_function_place(stack.pointer, -1)
    defer { stack.pop() }
    return stack.string(at: -1).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Calls the function; throws ``LuaError`` or `Interrupted`.
  @discardableResult
  public func call(with arguments: [any LuaPushable]) throws -> [LuaValue] {
    let stack = try liveStack()
    let base = stack.count
    try push(onto: stack)
    for argument in arguments { try argument.push(onto: stack) }
    try withItsRights { try stack.call(arguments: stack.count - base - 1) }
    defer { stack.count = base }
    return try (base + 1..<stack.count + 1).map { try stack.value(at: $0) }
  }
}

/// A Lua table that Swift can read and fill.
public final class LuaTable: LuaReference {
  /// A new, empty table.
  public convenience init(in state: LuaState) throws {
    let stack = state.stack
    try stack.reserve(2)
    stack.pushTable()
    self.init(popping: stack)
  }

  /// A field, through metamethods.
  public func get(_ key: some LuaPushable) throws -> LuaValue {
    let stack = try liveStack()
    let base = stack.count
    defer { stack.count = base }
    try push(onto: stack)
    try key.push(onto: stack)
    try withItsRights { try stack.getField(ofTableAt: base + 1) }
    return try stack.value(at: -1)
  }

  /// Sets a field, through metamethods.
  public func set(_ key: some LuaPushable, _ value: some LuaPushable) throws {
    let stack = try liveStack()
    let base = stack.count
    defer { stack.count = base }
    try push(onto: stack)
    try key.push(onto: stack)
    try value.push(onto: stack)
    try withItsRights { try stack.setField(ofTableAt: base + 1) }
  }

  /// The number of elements of the sequence part, without metamethods.
  public func count() throws -> Int {
    let stack = try liveStack()
    try push(onto: stack)
    defer { stack.pop() }
    return Int(lua_rawlen(stack.pointer, -1))
  }

  /// The elements 1…#t, without metamethods.
  public func elements() throws -> [LuaValue] {
    let stack = try liveStack()
    let base = stack.count
    defer { stack.count = base }
    try push(onto: stack)
    try stack.reserve(2)
    var meter = CopyMeter()
    let count = Int(lua_rawlen(stack.pointer, -1))
    try MemoryBudget.shared.require(count * MemoryLayout<LuaValue>.stride)
    return try (0..<count).map { index in
      lua_rawgeti(stack.pointer, Int32(base + 1), lua_Integer(index + 1))
      defer { stack.pop() }
      try meter.add(ofValueAt: -1, on: stack)
      return try stack.value(at: -1)
    }
  }

  /// The elements as ``elements()`` gives them, of a table that is to hold nothing else, as that would be
  /// lost without a word.
  ///
  /// - Parameter place: what an error names, such as `gfnet.report.table: option 'rows'`.
  func elements(ofListAt place: @autoclosure () -> String) throws -> [LuaValue] {
    let stack = try liveStack()
    try push(onto: stack)
    defer { stack.pop() }
    if let key = try stack.strayKey(ofListAt: -1, length: Int(lua_rawlen(stack.pointer, -1))) {
      throw LuaError("\(place()) must be a list, got a table with \(key.describedAsKey)")
    }
    return try elements()
  }

  /// All pairs, without metamethods: string keys in alphabetical order after the whole numbers in theirs.
  ///
  /// Lua's own order changes from run to run, and results must not.
  public func pairs() throws -> [(key: LuaValue, value: LuaValue)] {
    let stack = try liveStack()
    let base = stack.count
    defer { stack.count = base }
    try push(onto: stack)
    return try stack.pairs(at: base + 1)
  }
}

/// A Swift object that lives in Lua.
public final class LuaObject: LuaReference {
  /// The Swift value, or nil when it is of another type or was freed.
  public func value<Value>(as type: Value.Type) -> Value? {
    guard let stack = try? liveStack(), (try? push(onto: stack)) != nil else { return nil }
    defer { stack.pop() }
    return stack.object(at: -1, as: type)
  }

  /// The name of the object's registered class.
  public var className: String? {
    guard let stack = try? liveStack(), (try? push(onto: stack)) != nil else { return nil }
    defer { stack.pop() }
    return stack.className(at: -1)
  }
}
