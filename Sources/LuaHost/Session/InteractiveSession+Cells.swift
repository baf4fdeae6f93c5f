import Reports
import Support

/// What runs in the cells of a session.
extension InteractiveSession {
  /// Runs the commands and the Lua of a cell.
  func runInput(_ source: String, name: String) throws {
    let input = try SessionInput(source)
    for typed in input.commands {
      do {
        try typed.command.body(self, typed, name)
      } catch let error as UsageError {
        throw LuaError(error.description)
      }
    }
    guard !input.code.trimmed.isEmpty else { return }
    try beginParameters(of: input.code)
    try runCell(input.code, name: name, firstLine: input.firstLine)
    if !isSilent { saved.add(input.code) }
  }

  /// Runs Lua; the values of its last expression are shown.
  ///
  /// - Parameters:
  ///   - source: the cell's Lua.
  ///   - name: what messages call it.
  ///   - firstLine: the line that messages give to its first one.
  ///   - place: the cell of a script and its number.
  func runCell(
    _ source: String, name: String, firstLine: Int = 1, of place: (number: Int, title: String)? = nil
  ) throws {
    let text = String(repeating: "\n", count: firstLine - 1) + source
    func fail(_ message: String, _ traceback: String = "", isOfSource: Bool = false) -> CellFailure {
      var failure = ScriptRunner.Failure(
        message: message, traceback: traceback, cell: place?.number, cellTitle: place?.title ?? "")
      failure.isOfSource = isOfSource
      return CellFailure(failure: failure)
    }
    try cells.setChunkName(name)
    let compiled: CellSession.Compiled
    let work = place.map { "cell \($0.number)" } ?? name
    do {
      compiled = try state.withinCell(work) {
        try cells.compile(source, firstLine: firstLine, survives: true)
      }
    } catch let error as LuaError where error.underlying is TimeIsOver {
      throw fail(error.message, isOfSource: true)
    } catch let error as LuaError {
      throw fail(LuaHints.explain(syntax: error.message, source: text), isOfSource: true)
    }
    if place == nil { sources[name] = text }
    do {
      let shown = try state.withinCell(work) {
        let values = try cells.run(compiled)
        // What shows a value may be the script's code.
        return compiled.isHidden || isSilent ? [] : try ValueDisplay(state: state).outputs(of: values)
      }
      shown.forEach(show)
    } catch let error as LuaError {
      // The globals of the session are asked for near names, which needs a state that runs.
      if state.isStopped { state.revive() }
      let message = cells.explained(error.message, source: text, firstLine: firstLine)
      throw fail(message, error.traceback)
    } catch let reason as Interrupted where reason.deadline != nil {
      throw fail("\(name): \(reason)")
    }
  }

  /// Runs the cells of a script one after the other; none runs when one of them is no Lua.
  func run(_ script: ScriptFile, parameters: [(name: String, value: String)]) throws {
    if let mistake = script.mistake { throw CellFailure(failure: Self.failure(mistake, isOfSource: true)) }
    try beginParameters(of: script.code, overrides: parameters)
    context.scriptFolder = script.path.folder
    let name = script.path.shown
    sources[name] = script.source
    try checkSyntax(of: script, name: name)
    for (index, cell) in script.cells.enumerated() {
      if cell.kind == .markdown {
        show(.markdown(cell.source))
        continue
      }
      // The whole script is what hints look at, whose lines before the cell are its own.
      try runCell(
        cell.source, name: name, firstLine: cell.firstLine, of: (index + 1, cell.title))
    }
    if let (unused, _) = parameters.first, context.parameters.declared == nil {
      throw CellFailure(failure: Self.failure("\(name) takes no parameters, got '\(unused)'"))
    }
    if !isSilent { saved.add(script) }
  }

  private func checkSyntax(of script: ScriptFile, name: String) throws {
    try cells.setChunkName(name)
    var compiled: [CellSession.Compiled] = []
    defer { if let first = compiled.first { cells.discard(first) } }
    for (index, cell) in script.cells.enumerated() where cell.kind != .markdown {
      do {
        compiled.append(
          try state.withinCell("cell \(index + 1)") {
            try cells.compile(cell.source, firstLine: cell.firstLine)
          })
      } catch let error as LuaError {
        var failure = ScriptRunner.Failure(
          message: error.underlying is TimeIsOver
            ? error.message : LuaHints.explain(syntax: error.message, source: script.source),
          traceback: "", cell: index + 1, cellTitle: cell.title)
        failure.isOfSource = true
        throw CellFailure(failure: failure)
      }
    }
  }

  /// Has `gfnet.params` declare anew, and trainings take their own checkpoints: a cell may be one that is given again.
  func beginParameters(of code: String, overrides: [(name: String, value: String)] = []) throws {
    context.parameters = ParameterSession()
    // The state of a training has the same name each time, so that the training goes on where it was stopped.
    context.names.forget(.checkpoints)
    context.parameters.overrides = overrides
    context.parameters.order = try LuaLexer.tokens(of: code).drop { $0.text != "params" }
      .filter { $0.kind == .name }.map { String($0.text) }
  }
}

/// A cell that failed, on its way out of the session.
struct CellFailure: Error {
  let failure: ScriptRunner.Failure
}
