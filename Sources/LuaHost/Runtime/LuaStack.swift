import CLuaBridge
import Support

/// A Lua stack: of the main thread, or of the coroutine that called Swift.
///
/// Indices are Lua's: 1 is the first slot, −1 the top. Everything that can fail throws.
public struct LuaStack {
  let pointer: OpaquePointer
  /// The state that the stack belongs to. A stack is a value of a moment, which the state outlives, and is copied often: what
  /// each call does asks this one, and counts no references.
  let owner: Unmanaged<LuaState>

  init(pointer: OpaquePointer, state: LuaState) {
    self.pointer = pointer
    owner = .passUnretained(state)
  }

  init(pointer: OpaquePointer, owner: Unmanaged<LuaState>) {
    self.pointer = pointer
    self.owner = owner
  }

  /// The state that the stack belongs to.
  public var state: LuaState { owner.takeUnretainedValue() }

  /// The number of values; setting it pops, or pads with nil.
  public var count: Int {
    get { Int(lua_gettop(pointer)) }
    nonmutating set { lua_settop(pointer, Int32(newValue)) }
  }

  /// Makes room for `slots` more values; tells what an earlier push could not do.
  public func reserve(_ slots: Int) throws {
    try checkPushes()
    guard slots < 1_000_000, lua_checkstack(pointer, Int32(slots) + 8) != 0 else {
      throw LuaError("too many values at once for Lua's stack")
    }
  }

  /// The number of elements of a list that Swift walks between two looks at the stop flag.
  static let pollInterval = 1 << 12

  /// Throws where `tables` lists of together `values` elements are more than Lua may hold.
  func requireRoom(values: Double, tables: Double = 1) throws {
    try state.requireRoom(values: values, tables: tables)
  }

  /// Takes values off the top.
  public func pop(_ values: Int = 1) { gf_pop(pointer, Int32(values)) }

  func absolute(_ index: Int) -> Int32 { lua_absindex(pointer, Int32(index)) }

  // MARK: Pushing
  //
  // Strings, tables, functions and objects need memory, and Lua answers a want of it with a jump, which must not cross
  // Swift's frames. So they are made under a protected call; one that fails leaves nil, and the next function here that
  // throws says why. If none comes, the call from Lua fails when Swift has returned.

  /// Throws what a push before it could not do.
  @inline(__always)
  func checkPushes() throws {
    // The bridge is reached from every Lua thread.
    guard gf_host_of(pointer).pointee.starved != LUA_OK else { return }
    try failPushes()
  }

  private func failPushes() throws {
    _ = gf_take_failure(pointer)
    defer { pop() }
    throw LuaError(string(at: -1) ?? "not enough memory")
  }

  /// Pushes nil.
  @inline(__always) public func pushNil() { lua_pushnil(pointer) }
  /// Pushes true or false.
  @inline(__always) public func push(_ value: Bool) { lua_pushboolean(pointer, value ? 1 : 0) }
  /// Pushes a whole number.
  @inline(__always) public func push(_ value: Int) { lua_pushinteger(pointer, lua_Integer(value)) }
  /// Pushes a number that Lua takes for no whole one, whatever its value.
  @inline(__always) public func push(_ value: Double) { lua_pushnumber(pointer, value) }

  /// Pushes a string as UTF-8.
  public func push(_ value: String) {
    var value = value
    value.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { gf_push_text(pointer, $0.baseAddress, $0.count) }
    }
  }

  /// Pushes a string of any bytes.
  public func push(bytes: UnsafeRawBufferPointer) {
    gf_push_text(pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
  }

  /// Pushes a string of any bytes.
  public func push(bytes: [UInt8]) { bytes.withUnsafeBytes { push(bytes: $0) } }

  /// Pushes the value at `index` once more.
  public func pushCopy(ofValueAt index: Int) { lua_pushvalue(pointer, Int32(index)) }

  /// Pushes an empty table with room for `array` elements and `fields` fields.
  public func pushTable(array: Int = 0, fields: Int = 0) {
    gf_push_table(pointer, Int32(clamping: array), Int32(clamping: fields))
  }

  /// Pushes a list of `count` elements, each of which `element` pushes, given its 0-based place.
  public func pushList(_ count: Int, _ element: (Int) throws -> Void) throws {
    try reserve(3)
    pushTable(array: count)
    try checkPushes()
    let table = Int32(self.count)
    for index in 0..<count {
      if index & 0xFFF == 0xFFF { try Cancellation.check() }
      try element(index)
      // The table was made as long as that: storing allocates nothing.
      lua_rawseti(pointer, table, lua_Integer(index + 1))
    }
  }

  /// Pushes a list of numbers, in one go.
  public func push(list values: [Double]) {
    values.withUnsafeBufferPointer { gf_push_doubles(pointer, $0.baseAddress, $0.count) }
  }

  /// Pushes a list of numbers, in one go.
  public func push(list values: UnsafeBufferPointer<Float>) {
    gf_push_floats(pointer, values.baseAddress, values.count)
  }

  /// Pushes a function that runs `body`, which returns how many results it pushed.
  ///
  /// - Parameters:
  ///   - name: what it is, where it keeps nothing of its own; nil where it does.
  ///   - body: what it does.
  public func push(named name: String? = nil, function body: @escaping (LuaStack) throws -> Int32) {
    let closure = Unmanaged.passRetained(LuaClosure(named: name, body))
    if !gf_push_function(pointer, closure.toOpaque()) { closure.release() }
  }

  /// Pushes a box that owns `closure`, for the metamethods of the bridge.
  func push(boxed closure: LuaClosure) {
    let closure = Unmanaged.passRetained(closure)
    if !gf_push_closure_box(pointer, closure.toOpaque()) { closure.release() }
  }

  /// Pushes what Lua raises for a Swift error: the script's line, then the error's own line.
  func pushError(_ error: any Error) {
    lua_settop(pointer, 0)
    gf_push_where(pointer)
    let place = string(at: -1) ?? ""
    let text = Self.shortened((error as? LuaError)?.message ?? "\(error)")
    // An error that comes back from a callback already names the line where it began.
    let message = (error as? LuaError)?.line != nil ? text : place + text
    push(message)
    if !(error is LuaError) { state.lastThrown = (message, error) }
  }

  /// Messages quote what a script passed, which may be of any length: the middle of a long one is left out.
  static func shortened(_ message: String) -> String {
    // We count bytes, so that a long text is not walked through.
    guard message.utf8.count > 4000 else { return message }
    let start = String(decoding: message.utf8.prefix(2000), as: UTF8.self)
    let end = String(decoding: message.utf8.suffix(300), as: UTF8.self)
    return "\(start)… (\(message.utf8.count) bytes) …\(end)".replacing("\u{FFFD}", with: "")
  }

  // MARK: Reading

  /// The type of a value.
  public enum Kind: Int32, Sendable {
    /// There is no value at the index.
    case none = -1
    case `nil` = 0
    case boolean, lightUserdata, number, string, table, function, object, thread
  }

  /// The type of the value at `index`.
  @inline(__always) public func kind(at index: Int) -> Kind {
    Kind(rawValue: lua_type(pointer, Int32(index))) ?? .none
  }

  /// The number, or nil when the value is not a number; strings do not convert.
  @inline(__always) public func number(at index: Int) -> Double? {
    guard lua_type(pointer, Int32(index)) == LUA_TNUMBER else { return nil }
    return lua_tonumberx(pointer, Int32(index), nil)
  }

  /// The whole number, or nil; 3.0 is one, "3" is not.
  @inline(__always) public func integer(at index: Int) -> Int? {
    guard lua_type(pointer, Int32(index)) == LUA_TNUMBER else { return nil }
    var exact: Int32 = 0
    let value = lua_tointegerx(pointer, Int32(index), &exact)
    return exact != 0 ? Int(value) : nil
  }

  /// Whether the value at `index` is a number that Lua counts among its integers: 3 is, 3.0 is not.
  @inline(__always) public func isInteger(at index: Int) -> Bool {
    lua_isinteger(pointer, Int32(index)) != 0
  }

  /// The boolean, or nil when the value is none; nothing else counts as true or false.
  @inline(__always) public func boolean(at index: Int) -> Bool? {
    guard lua_type(pointer, Int32(index)) == LUA_TBOOLEAN else { return nil }
    return lua_toboolean(pointer, Int32(index)) != 0
  }

  /// The string, or nil when the value is none; bytes that are not UTF-8 are replaced, numbers do not
  /// convert.
  public func string(at index: Int) -> String? {
    bytes(at: index).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes of a string, valid while the string is on the stack.
  public func bytes(at index: Int) -> UnsafeRawBufferPointer? {
    guard lua_type(pointer, Int32(index)) == LUA_TSTRING else { return nil }
    var count = 0
    let start = lua_tolstring(pointer, Int32(index), &count)
    return UnsafeRawBufferPointer(start: start, count: count)
  }

  /// The value at `index`, whatever it is.
  public func value(at index: Int) throws -> LuaValue {
    switch kind(at: index) {
    case .none, .nil: return .nil
    case .boolean: return .boolean(lua_toboolean(pointer, Int32(index)) != 0)
    case .number:
      if lua_isinteger(pointer, Int32(index)) != 0 {
        return .integer(Int(lua_tointegerx(pointer, Int32(index), nil)))
      }
      return .number(lua_tonumberx(pointer, Int32(index), nil))
    case .string:
      guard let bytes = bytes(at: index) else { return .nil }
      return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes))
    case .table: return .table(LuaTable(popping: try copied(index)))
    case .function: return .function(LuaFunction(popping: try copied(index)))
    case .object, .thread, .lightUserdata: return .object(LuaObject(popping: try copied(index)))
    }
  }

  private func copied(_ index: Int) throws -> LuaStack {
    try reserve(2)
    lua_pushvalue(pointer, Int32(index))
    return self
  }

  /// The pairs of the table at `index`, without metamethods, in a fixed order.
  func pairs(at index: Int) throws -> [(key: LuaValue, value: LuaValue)] {
    let table = absolute(index)
    var result: [(key: LuaValue, value: LuaValue)] = []
    try reserve(4)
    var meter = CopyMeter()
    pushNil()
    while lua_next(pointer, table) != 0 {
      try meter.add(ofValueAt: -2, on: self)
      try meter.add(ofValueAt: -1, on: self)
      result.append((try value(at: -2), try value(at: -1)))
      pop()
    }
    return result.sorted { Self.precedes($0.key, $1.key) }
  }

  static func precedes(_ a: LuaValue, _ b: LuaValue) -> Bool {
    switch (a, b) {
    case (.string(let a), .string(let b)): a < b
    case (.string, _): false
    case (_, .string): a.asNumber != nil
    default: (a.asNumber ?? .infinity) < (b.asNumber ?? .infinity)
    }
  }
}
