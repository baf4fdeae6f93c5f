import CLuaBridge

/// Runs the cells of one script in one environment.
///
/// Each cell is a chunk of its own, compiled before any runs, and still `local x` of one cell is `x` in the next:
/// a cell is wrapped into a function that has the earlier locals as upvalues, and those upvalues are joined to the
/// very variables that the earlier cells' closures share. So counters in closures, shadowing and `<const>` mean what
/// they mean in one file.
public final class CellSession {
  let state: LuaState
  let environment: LuaTable
  /// What error messages call the script.
  let chunkName: String

  /// Top-level locals of the cells compiled so far.
  private var declared: [String: CellOutline.Local] = [:]
  /// Where the variables of the cells that ran live.
  private var variables: [String: Variable] = [:]

  private enum Variable {
    /// Upvalue `index` of a closure that the declaring cell made.
    case shared(LuaFunction, index: Int32)
    case constant(LuaValue)
  }

  public init(state: LuaState, environment: LuaTable, chunkName: String) {
    self.state = state
    self.environment = environment
    self.chunkName = chunkName
  }

  /// Names that later cells may use without declaring them.
  public var visibleLocals: [String] { declared.keys.sorted() }

  /// A cell ready to run.
  public struct Compiled {
    /// Takes the values of the constants and the mark; returns the cell's function.
    let wrapper: LuaFunction
    let captured: [CellOutline.Local]
    let exported: [CellOutline.Local]
    /// The cell's last expression is not to be shown.
    public let isHidden: Bool
  }

  // MARK: Compiling

  /// Compiles a cell after the ones before it; throws ``LuaError`` with the script's line.
  public func compile(_ source: String, firstLine: Int) throws -> Compiled {
    let outline = CellOutline(of: source)
    try checkSyntax(source, outline, firstLine)
    let captured = outline.names.sorted().compactMap { declared[$0] }
    let exporter =
      outline.locals.isEmpty
      ? "nil" : "function() return " + outline.locals.map(\.name).joined(separator: ", ") + " end"
    let body = Self.rewrite(source, outline, result: "return \(Self.mark), \(exporter)")
    let parameters = captured.map { $0.isConstant ? "\($0.name) <const>" : $0.name } + [Self.mark]
    let text =
      "local \(parameters.joined(separator: ", ")) = ... return function(...) \(body)\nend"
    let wrapper = try load(text, firstLine)
    for local in outline.locals { declared[local.name] = local }
    return Compiled(
      wrapper: wrapper, captured: captured, exported: outline.locals, isHidden: outline.isHidden)
  }

  /// The name under which a cell sees the mark of its own results.
  private static let mark = "__gfnet"

  /// The cell alone must be Lua: otherwise a stray `end` could close the wrapper.
  private func checkSyntax(_ source: String, _ outline: CellOutline, _ firstLine: Int) throws {
    guard case .expression(let at) = outline.ending else {
      _ = try load(source, firstLine)
      return
    }
    do {
      _ = try load(source.inserting("return ", atByte: at), firstLine)
    } catch {
      // The user did not write that `return`, so what Lua says of the source as it is reads better.
      _ = try load(source, firstLine)
      throw error
    }
  }

  private static func rewrite(_ source: String, _ outline: CellOutline, result: String) -> String {
    switch outline.ending {
    case .statement:
      return source + "\n" + result
    case .expression(let at):
      return source.inserting(result + ", ", atByte: at)
    case .returns(let keyword, let hasValues):
      let blank = source.replacingBytes(keyword, with: "")
      return blank.inserting(result + (hasValues ? ", " : " "), atByte: keyword.lowerBound)
    }
  }

  private func load(_ text: String, _ firstLine: Int) throws -> LuaFunction {
    let stack = state.stack
    do {
      try stack.load(String(repeating: "\n", count: max(firstLine - 1, 0)) + text, name: chunkName)
    } catch var error as LuaError {
      // Lua does not say where its parser gave up.
      if error.message.hasSuffix("C stack overflow") {
        error.message =
          "\(chunkName):\(firstLine): brackets, blocks or functions are nested too deeply in this cell"
      }
      throw error
    }
    try environment.push(onto: stack)
    if lua_setupvalue(stack.pointer, -2, 1) == nil { stack.pop() }
    return LuaFunction(popping: stack)
  }

  // MARK: Running

  /// Runs a cell; returns the values of its last expression.
  public func run(_ cell: Compiled) throws -> [LuaValue] {
    let stack = state.stack
    let base = stack.count
    defer { stack.count = base }
    try pushBody(of: cell, on: stack)
    try stack.call(arguments: 0)
    guard stack.count > base, stack.kind(at: base + 1) == .lightUserdata,
      lua_touserdata(stack.pointer, Int32(base + 1)) == UnsafeMutableRawPointer(state.bridge)
    else {
      // A `return` inside a block left the cell early.
      return try values(from: base + 1, on: stack)
    }
    if stack.kind(at: base + 2) == .function {
      lua_pushvalue(stack.pointer, Int32(base + 2))
      try keep(cell.exported, exporter: LuaFunction(popping: stack), on: stack)
    }
    return try values(from: base + 3, on: stack)
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
    let body = Int32(stack.count)
    var index: Int32 = 1
    while let name = lua_getupvalue(stack.pointer, body, index) {
      stack.pop()
      if case .shared(let owner, let owned)? = variables[String(cString: name)],
        cell.captured.contains(where: { $0.name == String(cString: name) })
      {
        try owner.push(onto: stack)
        lua_upvaluejoin(stack.pointer, body, index, -1, owned)
        stack.pop()
      }
      index += 1
    }
  }

  /// Remembers where the cell's locals live: in the upvalues of the exporter, or, for constants that the compiler
  /// folded away, in its results.
  private func keep(_ locals: [CellOutline.Local], exporter: LuaFunction, on stack: LuaStack) throws {
    let base = stack.count
    defer { stack.count = base }
    try exporter.push(onto: stack)
    var upvalues: [String: Int32] = [:]
    var index: Int32 = 1
    while let name = lua_getupvalue(stack.pointer, Int32(base + 1), index) {
      upvalues[String(cString: name)] = index
      stack.pop()
      index += 1
    }
    try stack.call(arguments: 0, results: locals.count)
    for (offset, local) in locals.enumerated() {
      if !local.isConstant, let index = upvalues[local.name] {
        variables[local.name] = .shared(exporter, index: index)
      } else {
        variables[local.name] = .constant(try stack.value(at: base + 1 + offset))
      }
    }
  }
}

extension String {
  func inserting(_ text: String, atByte offset: Int) -> String {
    replacingBytes(offset..<offset, with: text)
  }

  func replacingBytes(_ range: Range<Int>, with text: String) -> String {
    let low = utf8.index(startIndex, offsetBy: range.lowerBound)
    let high = utf8.index(low, offsetBy: range.count)
    return String(self[..<low]) + text + String(self[high...])
  }
}
