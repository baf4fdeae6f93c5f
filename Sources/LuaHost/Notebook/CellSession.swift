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

  /// The functions that are cells, as keys; nil where globals are not checked.
  var cells: LuaTable?

  public init(state: LuaState, environment: LuaTable, chunkName: String) {
    self.state = state
    self.environment = environment
    self.chunkName = chunkName
  }

  /// Names that later cells may use without declaring them.
  public var visibleLocals: [String] { declared.keys.sorted() }

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
  }

  // MARK: Compiling

  /// Compiles a cell after the ones before it; throws ``LuaError`` with the script's line.
  public func compile(_ source: String, firstLine: Int) throws -> Compiled {
    let outline = try CellOutline(of: source)
    try checkSyntax(source, outline, firstLine)
    let captured = outline.names.sorted().compactMap { declared[$0] }
    guard captured.count <= Self.mostCaptured else {
      throw LuaError(
        "\(chunkName):\(firstLine): this cell uses \(captured.count) locals of the cells before it, and Lua has room "
          + "for \(Self.mostCaptured); keep them in a table")
    }
    // The names that we add are some that the cell does not use.
    var mark = "__gfnet"
    while outline.names.contains(mark) || outline.names.contains(mark + "_exit") { mark += "_" }
    let kept = mark + "_exit"
    let body = Self.rewrite(source, outline, mark: mark, kept: kept)
    let parameters = captured.map { $0.isConstant ? "\($0.name) <const>" : $0.name } + [mark]
    let text =
      "local \(parameters.joined(separator: ", ")) = ... local \(kept) return function(...) \(body)\nend"
    let wrapper = try load(text, firstLine)
    for local in outline.locals { declared[local.name] = local }
    return Compiled(
      wrapper: wrapper, captured: captured, exported: [outline.locals] + outline.exits.map(\.declared),
      kept: kept, isHidden: outline.isHidden)
  }

  /// The most locals of earlier cells that a cell can use: of Lua's 200 locals of a function, two are ours.
  private static let mostCaptured = 198

  /// Refuses a cell that is not Lua by itself: a stray `end` could close the wrapper.
  private func checkSyntax(_ source: String, _ outline: CellOutline, _ firstLine: Int) throws {
    guard case .expression(let at) = outline.ending else {
      _ = try load(source, firstLine)
      return
    }
    do {
      let edits = [SourceEdit(at..<at, "return ")] + outline.semicolons.map { SourceEdit($0, " ") }
      _ = try load(source.edited(edits), firstLine)
    } catch {
      // The user did not write that `return`, so what Lua says of the source as it is reads better.
      _ = try load(source, firstLine)
      throw error
    }
  }

  /// The cell as a function body that returns the mark, an exporter of its locals, and the values of its last expression.
  private static func rewrite(_ source: String, _ outline: CellOutline, mark: String, kept: String) -> String
  {
    func exporter(_ number: Int, _ locals: [CellOutline.Local]) -> String {
      "function() return \(([String(number)] + locals.map(\.name)).joined(separator: ", ")) end"
    }
    let result = "return \(mark), " + (outline.locals.isEmpty ? "nil" : exporter(0, outline.locals))
    var edits = outline.exits.enumerated().map { number, exit in
      SourceEdit(exit.at..<exit.at, "\(kept) = \(exporter(number + 1, exit.declared)) ")
    }
    switch outline.ending {
    case .statement:
      if let labels = outline.labelsAtEnd {
        // Behind a label at the end no local is in scope, so a `goto` may pass over some; a `return` would change that.
        edits.append(SourceEdit(labels..<labels, "do \(result) end "))
      } else {
        edits.append(SourceEdit(source.utf8.count..<source.utf8.count, "\n" + result))
      }
    case .expression(let at):
      edits.append(SourceEdit(at..<at, result + ", "))
      edits += outline.semicolons.map { SourceEdit($0, " ") }
    case .returns(let keyword, let hasValues):
      edits.append(SourceEdit(keyword, result + (hasValues ? ", " : " ")))
    }
    return source.edited(edits)
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
    if let cells {
      try cells.push(onto: stack)
      stack.pushCopy(ofValueAt: base + 1)
      stack.push(true)
      stack.rawSet(tableAt: -3)
      stack.pop()
    }
    stack.pushCopy(ofValueAt: base + 1)
    try stack.call(arguments: 0)
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

  private func keepExit(of cell: Compiled, body: Int, on stack: LuaStack) throws {
    guard let index = upvalues(of: body, on: stack)[cell.kept],
      lua_getupvalue(stack.pointer, Int32(body), index) != nil
    else { return }
    guard stack.kind(at: -1) == .function else { return stack.pop() }
    try keep(cell.exported, exporter: LuaFunction(popping: stack), on: stack)
  }

  /// Remembers where the cell's locals live: in the upvalues of the exporter, or, for constants that the compiler
  /// folded away, in its results, which begin with the exporter's number.
  private func keep(_ exported: [[CellOutline.Local]], exporter: LuaFunction, on stack: LuaStack) throws {
    let base = stack.count
    defer { stack.count = base }
    try exporter.push(onto: stack)
    let upvalues = upvalues(of: base + 1, on: stack)
    try stack.call(arguments: 0)
    guard let number = stack.integer(at: base + 1), exported.indices.contains(number) else { return }
    for (offset, local) in exported[number].enumerated() {
      if !local.isConstant, let index = upvalues[local.name] {
        variables[local.name] = .shared(exporter, index: index)
      } else {
        variables[local.name] = .constant(try stack.value(at: base + 2 + offset))
      }
    }
  }
}

/// A replacement of some bytes of a text.
struct SourceEdit {
  let range: Range<Int>
  let text: String

  init(_ range: Range<Int>, _ text: String) {
    self.range = range
    self.text = text
  }
}

extension String {
  /// The text after edits of ranges that do not overlap; those of one place are made in the order given.
  func edited(_ edits: [SourceEdit]) -> String {
    let bytes = utf8
    var result = ""
    result.reserveCapacity(bytes.count + edits.reduce(0) { $0 + $1.text.utf8.count })
    var at = 0
    func slice(_ range: Range<Int>) -> Substring {
      let low = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
      return self[low..<bytes.index(low, offsetBy: range.count)]
    }
    for edit in edits.enumerated().sorted(by: {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }).map(\.element) {
      result += slice(at..<edit.range.lowerBound) + edit.text
      at = edit.range.upperBound
    }
    return result + slice(at..<bytes.count)
  }
}
