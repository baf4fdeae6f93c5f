import CLuaBridge

extension CellSession {
  /// Compiles a cell after the ones before it; throws ``LuaError`` with the script's line.
  ///
  /// - Parameters:
  ///   - source: the cell's Lua.
  ///   - firstLine: the line that messages give to its first one.
  ///   - survives: whether ``keepLocalsOfFailed()`` shall find the locals that the cell had declared when it failed.
  public func compile(_ source: String, firstLine: Int, survives: Bool = false) throws -> Compiled {
    let outline = try CellOutline(of: source, notesDeclarations: survives)
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
    let before = declared
    for local in outline.locals { declared[local.name] = local }
    return Compiled(
      wrapper: wrapper, captured: captured, exported: [outline.locals] + outline.exits.map(\.declared),
      kept: kept, isHidden: outline.isHidden, names: outline.names, source: source, before: before)
  }

  /// Forgets what a cell that was compiled and is not run declares.
  func discard(_ cell: Compiled) { declared = cell.before }

  /// Whether `source` is Lua by itself: nil, or what Lua says of it, first as it is and then with its last statement taken
  /// for an expression.
  func syntaxErrors(of source: String) throws -> [String]? {
    let outline = try CellOutline(of: source)
    var errors: [String] = []
    var texts = [source]
    if case .expression(let at) = outline.ending {
      texts.append(
        source.edited([SourceEdit(at..<at, "return ")] + outline.semicolons.map { SourceEdit($0, " ") }))
    }
    for text in texts {
      do {
        _ = try load(text, 1)
        return nil
      } catch let error as LuaError {
        errors.append(error.message)
      }
    }
    return errors
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
      SourceEdit(exit.at..<exit.at, " \(kept) = \(exporter(number + 1, exit.declared)) ")
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

  func load(_ text: String, _ firstLine: Int) throws -> LuaFunction {
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
}
