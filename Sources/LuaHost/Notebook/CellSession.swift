import CLuaBridge
import Reports

/// Runs the cells of one script, or those that are typed one after the other, in one environment.
///
/// Each cell is a chunk of its own, of a script compiled before any runs, and still `local x` of one cell is `x` in the next:
/// a cell is wrapped into a function that has the earlier locals as upvalues, and those upvalues are joined to the
/// very variables that the earlier cells' closures share. So counters in closures, shadowing and `<const>` mean what
/// they mean in one file.
public final class CellSession {
  let state: LuaState
  let environment: LuaTable
  /// What error messages call the script, or the cell that is compiled.
  private(set) var chunkName: String

  /// Top-level locals of the cells compiled so far.
  var declared: [String: CellOutline.Local] = [:]
  /// Where the variables of the cells that ran live.
  private var variables: [String: Variable] = [:]

  private enum Variable {
    /// Upvalue `index` of a closure that the declaring cell made.
    case shared(LuaFunction, index: Int32)
    case constant(LuaValue)
  }

  /// The functions that are cells, as keys; nil where globals are not checked.
  var cells: LuaTable?
  /// The names of the chunks whose globals are checked, as keys, as Lua has them; nil where they are not.
  var chunkNames: LuaTable?
  /// The cell that failed last, and its function.
  private var unfinished: (cell: Compiled, body: LuaFunction)?

  public init(state: LuaState, environment: LuaTable, chunkName: String) {
    self.state = state
    self.environment = environment
    self.chunkName = chunkName
  }

  /// Names that later cells may use without declaring them.
  public var visibleLocals: [String] { declared.keys.sorted() }

  /// Has the cells that are compiled from here on called `name` by messages.
  func setChunkName(_ name: String) throws {
    chunkName = name
    try chunkNames?.set("@" + name, true)
  }

  /// What the local `name` holds; nil where no cell that ran has declared it.
  func value(ofLocal name: String) throws -> LuaValue? {
    guard declared[name] != nil else { return nil }
    switch variables[name] {
    case .constant(let value): return value
    case .shared(let owner, let index):
      let stack = state.stack
      let base = stack.count
      defer { stack.count = base }
      try owner.push(onto: stack)
      guard lua_getupvalue(stack.pointer, Int32(base + 1), index) != nil else { return nil }
      return try stack.value(at: -1)
    case nil: return nil
    }
  }

  /// A cell ready to run.
  public struct Compiled {
    /// The function that takes the values of the constants and the mark, and returns the cell's function.
    let wrapper: LuaFunction
    let captured: [CellOutline.Local]
    /// What the exporters of the cell hand on: that of its end, then those of the places where it may end early.
    let exported: [[CellOutline.Local]]
    /// The name of the variable that holds the exporter of the last such place.
    let kept: String
    /// True when the cell's last expression is not to be shown.
    public let isHidden: Bool
    /// The names that the cell may mean as variables.
    let names: Set<String>
    /// The cell's Lua.
    let source: String
    /// The locals before the cell.
    let before: [String: CellOutline.Local]
  }

  /// Which of its places the cell that ran last has ended at, and the locals that it has handed on; nil for none.
  private(set) var lastExit: (number: Int, locals: [CellOutline.Local])?

  // MARK: Running

  /// Runs a cell; returns the values of its last expression.
  public func run(_ cell: Compiled) throws -> [LuaValue] {
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    lastExit = nil
    try pushBody(of: cell, on: stack)
    if let cells {
      try cells.push(onto: stack)
      stack.pushCopy(ofValueAt: base + 1)
      stack.push(true)
      stack.rawSet(tableAt: -3)
      stack.pop()
    }
    stack.pushCopy(ofValueAt: base + 1)
    do {
      try stack.call(arguments: 0)
    } catch {
      stack.count = base + 1
      unfinished = (cell, LuaFunction(popping: stack))
      throw error
    }
    guard stack.count > base + 1, stack.kind(at: base + 2) == .lightUserdata,
      lua_touserdata(stack.pointer, Int32(base + 2)) == UnsafeMutableRawPointer(state.bridge)
    else {
      // A `return` or a `goto` inside a block left the cell early; its locals are those of that place.
      let values = try values(from: base + 2, on: stack)
      try keepExit(of: cell, body: base + 1, on: stack)
      return values
    }
    if stack.kind(at: base + 3) == .function {
      stack.pushCopy(ofValueAt: base + 3)
      try keep(cell.exported, exporter: LuaFunction(popping: stack), on: stack)
    }
    return try values(from: base + 4, on: stack)
  }

  /// Keeps the locals that the cell that failed last had declared when it did. The state runs again by now.
  func keepLocalsOfFailed() throws {
    guard let (cell, body) = unfinished else { return }
    unfinished = nil
    declared = cell.before
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    try body.push(onto: stack)
    for local in try keepExit(of: cell, body: base + 1, on: stack) { declared[local.name] = local }
  }

  private func values(from first: Int, on stack: LuaStack) throws -> [LuaValue] {
    try (first..<max(stack.count + 1, first)).map { try stack.value(at: $0) }
  }

  private func pushBody(of cell: Compiled, on stack: LuaStack) throws {
    try cell.wrapper.push(onto: stack)
    try stack.reserve(cell.captured.count + 2)
    for local in cell.captured {
      if case .constant(let value)? = variables[local.name] {
        try value.push(onto: stack)
      } else {
        stack.pushNil()
      }
    }
    lua_pushlightuserdata(stack.pointer, state.bridge)
    try stack.call(arguments: cell.captured.count + 1, results: 1)
    let body = stack.count
    let captured = Set(cell.captured.map(\.name))
    for (name, index) in upvalues(of: body, on: stack) where captured.contains(name) {
      guard case .shared(let owner, let owned)? = variables[name] else { continue }
      try owner.push(onto: stack)
      lua_upvaluejoin(stack.pointer, Int32(body), index, -1, owned)
      stack.pop()
    }
  }

  private func upvalues(of function: Int, on stack: LuaStack) -> [String: Int32] {
    var places: [String: Int32] = [:]
    var index: Int32 = 1
    while let name = lua_getupvalue(stack.pointer, Int32(function), index) {
      places[String(cString: name)] = index
      stack.pop()
      index += 1
    }
    return places
  }

  @discardableResult
  private func keepExit(of cell: Compiled, body: Int, on stack: LuaStack) throws -> [CellOutline.Local] {
    guard let index = upvalues(of: body, on: stack)[cell.kept],
      lua_getupvalue(stack.pointer, Int32(body), index) != nil
    else { return [] }
    guard stack.kind(at: -1) == .function else {
      stack.pop()
      return []
    }
    return try keep(cell.exported, exporter: LuaFunction(popping: stack), on: stack)
  }

  /// Forgets at which place the cell before has ended.
  func forgetExit() { lastExit = nil }

  /// The value of a local of the cells that ran; nil of Lua where none has set it.
  func value(ofLocal name: String) throws -> LuaValue {
    switch variables[name] {
    case nil: return .nil
    case .constant(let value): return value
    case .shared(let owner, let index):
      let stack = state.stack
      try owner.push(onto: stack)
      defer { stack.pop() }
      guard lua_getupvalue(stack.pointer, -1, index) != nil else { return .nil }
      defer { stack.pop() }
      return try stack.value(at: -1)
    }
  }

  /// Hands on locals as if `cell` had run and ended at its place `number` with these values.
  func restore(_ cell: Compiled, exit number: Int, values: [String: LuaValue]) throws {
    guard cell.exported.indices.contains(number), !cell.exported[number].isEmpty else { return }
    let names = cell.exported[number].map(\.name)
    let list = names.joined(separator: ", ")
    let maker = try load("local \(list) = ... return function() return \(number), \(list) end", 1)
    let made = try maker.call(with: names.map { values[$0] ?? .nil })
    guard let exporter = made.first?.asFunction else { return }
    try keep(cell.exported, exporter: exporter, on: state.stack)
  }

  /// Assigns a global as a cell does at its top level.
  func assign(global name: String, _ value: LuaValue) throws {
    guard LuaNames.isIdentifier(name), !LuaLexer.keywords.contains(name[...]) else {
      throw LuaError("'\(name)' is no name of a global")
    }
    try load("\(name) = ...", 1).call(value)
  }

  /// Remembers where the cell's locals live: in the upvalues of the exporter, or, for constants that the compiler
  /// folded away, in its results, which begin with the exporter's number. Returns those locals.
  @discardableResult
  private func keep(
    _ exported: [[CellOutline.Local]], exporter: LuaFunction, on stack: LuaStack
  ) throws -> [CellOutline.Local] {
    let base = stack.count
    defer { stack.count = base }
    try exporter.push(onto: stack)
    let upvalues = upvalues(of: base + 1, on: stack)
    try stack.call(arguments: 0)
    guard let number = stack.integer(at: base + 1), exported.indices.contains(number) else { return [] }
    lastExit = (number, exported[number])
    for (offset, local) in exported[number].enumerated() {
      if !local.isConstant, let index = upvalues[local.name] {
        variables[local.name] = .shared(exporter, index: index)
      } else {
        variables[local.name] = .constant(try stack.value(at: base + 2 + offset))
      }
    }
    return exported[number]
  }
}
