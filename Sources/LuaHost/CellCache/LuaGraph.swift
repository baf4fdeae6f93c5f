import CLuaBridge
import Support

/// Something that cannot be compared between two runs, or not be written to a file; in words that follow a name.
struct Incomparable: Error {
  let reason: String
}

/// Everything that can be reached from some values, walked in an order that depends on nothing but what is there.
///
/// Two walks with the same digest went through graphs of the same form with the same content: each table, function and
/// object has a number, by which it is told apart and found again. `docs/cell-cache.md` has the argument.
final class LuaGraph {
  let state: LuaState
  var digest = StateDigest()
  /// The numbers of tables, functions and objects.
  private(set) var numbers: [UnsafeRawPointer: Int] = [:]
  /// The same, at their numbers plus one.
  let nodes: LuaTable
  /// The bytecode of all functions of Lua that were met.
  private(set) var code: [[UInt8]] = []
  /// True where a table or a function that is no user of globals leads to the table of all globals.
  private(set) var holdsGlobals = false
  private let globals: UnsafeRawPointer?
  private let ownsLists: Bool
  private let exempt: UnsafeRawPointer?
  private var waiting = 0
  private var boxes: [UnsafeMutableRawPointer: Int] = [:]
  var storages: [ObjectIdentifier: Int] = [:]
  private var visited = 0

  private static let mostValues = 20_000_000
  private static let mostBytes = 4 << 30

  enum Tag: UInt8 {
    case `nil` = 1, no, yes, integer, number, string, known, table, metatable, end, module, parameters,
      globals
    case cFunction, swiftFunction, luaFunction, box, object, freed, memory, thresholds, root, field
  }

  /// - Parameters:
  ///   - state: where the values live.
  ///   - globals: the script's global variables, which are not walked.
  ///   - ownsLists: whether lists that belong to an object may be met.
  ///   - exempt: memory whose content is left out: the state of math.random.
  init(
    state: LuaState, globals: LuaTable, ownsLists: Bool = false, exempt: UnsafeRawPointer? = nil
  ) throws {
    self.state = state
    self.ownsLists = ownsLists
    self.exempt = exempt
    nodes = try LuaTable(in: state)
    let stack = state.stack
    try globals.push(onto: stack)
    self.globals = lua_topointer(stack.pointer, -1)
    stack.pop()
  }

  /// The number of tables, functions and objects.
  var count: Int { numbers.count }

  /// Adds a named value and all that it leads to.
  /// - Throws: ``Incomparable``; `Interrupted`.
  func add(root name: String, _ value: LuaValue) throws {
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    digest.add(Tag.root.rawValue)
    digest.add(text: name)
    try value.push(onto: stack)
    try visit(on: stack)
    try drain(on: stack)
  }

  /// Whether the memory is that of something that was met.
  func holds(_ memory: AnyObject) -> Bool { storages[ObjectIdentifier(memory)] != nil }

  /// Adds a text that is no value of Lua.
  func add(text: String) { digest.add(text: text) }

  /// The number of the value on top of the stack; nil where it was not met.
  func number(onTopOf stack: LuaStack) -> Int? {
    lua_topointer(stack.pointer, -1).flatMap { numbers[$0] }
  }

  /// Walks what waits, in the order in which it was met.
  private func drain(on stack: LuaStack) throws {
    while waiting < numbers.count {
      try stack.reserve(8)
      try nodes.push(onto: stack)
      lua_rawgeti(stack.pointer, -1, lua_Integer(waiting + 1))
      gf_remove(stack.pointer, -2)
      waiting += 1
      switch stack.kind(at: -1) {
      case .table: try walkTable(on: stack)
      case .function: try walkFunction(on: stack)
      default: try walkObject(on: stack)
      }
      stack.pop()
    }
  }

  /// Takes note of the value on top of the stack, and leaves it there.
  func visit(on stack: LuaStack) throws {
    visited += 1
    if visited & 0xFFFF == 0 { try Cancellation.check() }
    guard visited < Self.mostValues, digest.count < Self.mostBytes else {
      throw Incomparable(reason: "has too many values to be compared")
    }
    switch stack.kind(at: -1) {
    case .none, .nil: digest.add(Tag.nil.rawValue)
    case .boolean: digest.add(lua_toboolean(stack.pointer, -1) != 0 ? Tag.yes.rawValue : Tag.no.rawValue)
    case .number:
      if lua_isinteger(stack.pointer, -1) != 0 {
        digest.add(Tag.integer.rawValue)
        digest.add(Int(lua_tointegerx(stack.pointer, -1, nil)))
      } else {
        digest.add(Tag.number.rawValue)
        digest.add(lua_tonumberx(stack.pointer, -1, nil).bitPattern)
      }
    case .string:
      digest.add(Tag.string.rawValue)
      if let bytes = stack.bytes(at: -1) { digest.add(bytes: bytes) }
    case .table, .function, .object: try meet(on: stack)
    case .thread: throw Incomparable(reason: "holds a coroutine, which cannot be compared")
    case .lightUserdata: throw Incomparable(reason: "holds an address")
    }
  }

  private func meet(on stack: LuaStack) throws {
    guard let pointer = lua_topointer(stack.pointer, -1) else { return }
    if pointer == exempt { return digest.add(Tag.memory.rawValue) }
    if pointer == globals {
      holdsGlobals = true
      return digest.add(Tag.globals.rawValue)
    }
    if let number = numbers[pointer] {
      digest.add(Tag.known.rawValue)
      return digest.add(number)
    }
    guard ownsLists || !state.context.hostLists.contains(pointer) else {
      throw Incomparable(reason: "holds a list that belongs to a trace or an evaluation")
    }
    let number = numbers.count
    numbers[pointer] = number
    digest.add(Tag.table.rawValue)
    try stack.reserve(4)
    try nodes.push(onto: stack)
    stack.push(number + 1)
    stack.pushCopy(ofValueAt: -3)
    stack.rawSet(tableAt: -3)
    stack.pop()
    try stack.checkPushes()
  }

  // MARK: Tables

  private func walkTable(on stack: LuaStack) throws {
    let table = Int(stack.absolute(-1))
    digest.add(Tag.table.rawValue)
    if lua_getmetatable(stack.pointer, Int32(table)) != 0 {
      let isFinished = try walkMetatable(of: table, on: stack)
      stack.count = table
      if isFinished { return }
    }
    if let origin = try thresholdOrigin(at: table, on: stack) {
      digest.add(Tag.thresholds.rawValue)
      digest.add(text: origin)
    }
    var names: [[UInt8]] = []
    var expected = 1
    stack.pushNil()
    while lua_next(stack.pointer, Int32(table)) != 0 {
      if lua_isinteger(stack.pointer, -2) != 0, stack.integer(at: -2) == expected {
        try visit(on: stack)
        expected += 1
      } else if stack.kind(at: -2) == .string, let bytes = stack.bytes(at: -2) {
        names.append(Array(bytes))
      } else {
        throw Incomparable(
          reason: "holds a table with keys that are neither names nor 1, 2, 3, …, whose order nothing tells")
      }
      stack.pop()
    }
    digest.add(Tag.end.rawValue)
    digest.add(expected)
    names.sort { $0.lexicographicallyPrecedes($1) }
    for name in names {
      digest.add(Tag.field.rawValue)
      name.withUnsafeBytes { digest.add(bytes: $0) }
      try stack.reserve(4)
      stack.push(bytes: name)
      lua_rawget(stack.pointer, Int32(table))
      try visit(on: stack)
      stack.pop()
    }
    digest.add(Tag.end.rawValue)
  }

  /// Takes note of the metatable on top of the stack; true where it says all that there is to say.
  private func walkMetatable(of table: Int, on stack: LuaStack) throws -> Bool {
    try stack.reserve(4)
    let metatable = Int32(stack.count)
    func has(_ key: UnsafeMutableRawPointer?) -> Bool {
      lua_rawgetp(stack.pointer, metatable, key)
      defer { stack.pop() }
      return stack.kind(at: -1) != .nil
    }
    if has(gf_read_only_key()) {
      stack.push("__name")
      lua_rawget(stack.pointer, metatable)
      digest.add(Tag.module.rawValue)
      digest.add(text: stack.string(at: -1) ?? "")
      return true
    }
    if has(gf_parameters_key()) {
      digest.add(Tag.parameters.rawValue)
      return false
    }
    stack.push("__mode")
    lua_rawget(stack.pointer, metatable)
    if stack.kind(at: -1) != .nil { throw Incomparable(reason: "holds a weak table") }
    stack.pop()
    digest.add(Tag.metatable.rawValue)
    try visit(on: stack)
    return false
  }

  private func thresholdOrigin(at table: Int, on stack: LuaStack) throws -> String? {
    guard let lists = state.context.lists else { return nil }
    stack.pushCopy(ofValueAt: table)
    return try lists.origin(of: LuaTable(popping: stack))
  }

  // MARK: Functions

  private func walkFunction(on stack: LuaStack) throws {
    let function = Int(stack.absolute(-1))
    if lua_iscfunction(stack.pointer, Int32(function)) != 0 {
      return try walkCFunction(at: function, on: stack)
    }
    digest.add(Tag.luaFunction.rawValue)
    let bytes = LuaBytecode.of(functionAt: function, on: stack)
    bytes.withUnsafeBytes { digest.add(bytes: $0) }
    code.append(bytes)
    var index: Int32 = 1
    while lua_getupvalue(stack.pointer, Int32(function), index) != nil {
      digest.add(Tag.box.rawValue)
      if let box = lua_upvalueid(stack.pointer, Int32(function), index) {
        if let number = boxes[box] {
          digest.add(number)
        } else {
          digest.add(boxes.count)
          boxes[box] = boxes.count
          // Functions that name globals hold their table, and say in their code which ones they name.
          let held = holdsGlobals
          try visit(on: stack)
          if lua_topointer(stack.pointer, -1) == globals { holdsGlobals = held }
        }
      }
      stack.pop()
      index += 1
    }
    digest.add(Tag.end.rawValue)
  }

  private func walkCFunction(at function: Int, on stack: LuaStack) throws {
    var closure: UnsafeMutableRawPointer?
    if gf_swift_closure(stack.pointer, Int32(function), &closure), let closure {
      let name = Unmanaged<LuaClosure>.fromOpaque(closure).takeUnretainedValue().name
      guard let name else { throw Incomparable(reason: "holds a function that keeps something of its own") }
      digest.add(Tag.swiftFunction.rawValue)
      return digest.add(text: name)
    }
    digest.add(Tag.cFunction.rawValue)
    var name = [CChar](repeating: 0, count: 256)
    gf_c_function_name(lua_tocfunction(stack.pointer, Int32(function)), &name, name.count)
    guard name[0] != 0 else { throw Incomparable(reason: "holds a function that cannot be compared") }
    digest.add(text: String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    var index: Int32 = 1
    while lua_getupvalue(stack.pointer, Int32(function), index) != nil {
      try visit(on: stack)
      stack.pop()
      index += 1
    }
    digest.add(Tag.end.rawValue)
  }
}
