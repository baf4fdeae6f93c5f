import Foundation
import Reports
import Support

/// Runs a script cell by cell and keeps what it produced in a notebook.
public final class ScriptRunner {
  /// The script.
  public let script: ScriptFile
  /// What the host knows beside Lua.
  public let context: HostContext
  /// What the run produced so far.
  public private(set) var notebook: Notebook
  /// Called for every output when it appears; the cell's 0-based index comes first.
  public var onOutput: (Int, Notebook.Output) -> Void = { _, _ in }
  /// Takes what scripts print, byte for byte; nil: ``onOutput`` has it as text.
  public var onPrint: ((UnsafeRawBufferPointer) -> Void)?
  private var printed = PrintedText()
  private let state: LuaState
  private let session: CellSession
  /// The cell that is running, as an index into the notebook.
  private var running = 0
  private var kept = KeptOutputs()

  /// - Parameters:
  ///   - script: the script.
  ///   - context: what the host knows beside Lua, such as what the command line set.
  ///   - limits: bounds on what the script may use.
  ///   - catalog: what the script can call.
  ///   - plugins: loaded before the script; nil: none.
  /// - Throws: ``LuaError`` where Lua cannot be started; `Interrupted`.
  public init(
    script: ScriptFile, context: HostContext = HostContext(), limits: LuaState.Limits = .init(),
    catalog: Catalog = .standard, plugins: PluginLoader? = nil
  ) throws {
    self.script = script
    self.context = context
    notebook = Notebook(
      title: script.title, source: script.path,
      cells: script.cells.map {
        .init(kind: $0.kind, title: $0.title, source: $0.source, firstLine: $0.firstLine)
      })
    state = try LuaState(limits: limits, context: context)
    try catalog.install(in: state)
    let outcome = try plugins?.loadAll(into: state, catalog: catalog) ?? PluginLoader.Outcome()
    pluginProblems = outcome.problems
    context.loadedPlugins = outcome.loaded
    // A hundred broken plugins are no reason to bury what the script says.
    for line in (outcome.remarks + outcome.problems).prefix(Self.shownRemarks) { context.note(line) }
    let hidden = outcome.remarks.count + outcome.problems.count - Self.shownRemarks
    if hidden > 0 { context.note("\(hidden) more remarks on plugins: gfnet-lab doctor lists them") }
    context.scriptFolder = script.path.folder
    let environment = try LuaEnvironment(
      in: state, catalog: catalog, moduleFolders: [script.path.folder])
    session = CellSession(state: state, environment: environment.table, chunkName: script.path.shown)
    try session.checkGlobals()
  }

  /// Plugins that were skipped, one line each.
  public let pluginProblems: [String]
  private static let shownRemarks = 20

  // MARK: Running

  /// Runs all cells; an error ends the run at its cell.
  public func run() -> Outcome {
    if let problem = outline() { return problem }
    if let (name, _) = context.parameters.overrides.first, !declaresParameters {
      return .usage("\(script.path) takes no parameters, got '\(name)'")
    }
    let compiled: [Int: CellSession.Compiled]
    switch compile() {
    case .success(let cells): compiled = cells
    case .failure(let failure): return failure.outcome
    }
    connect()
    notebook.remarks = context.outputs.earlyRemarks
    context.recorder?.log(context.outputs.earlyRemarks)
    // A folder that cannot be written is told before hours are spent.
    if !declaresParameters, let failure = record({ _ = try $0.open() }) { return .failed(failure) }
    for index in notebook.cells.indices {
      let outcome = runCell(index, compiled[index])
      // Wrong usage must not cost the report of the run before.
      if let outcome, case .usage = outcome { return outcome }
      log(index)
      if let failure = recordProgress() { return .failed(failure) }
      if let outcome { return outcome }
    }
    if let (name, _) = context.parameters.overrides.first, context.parameters.declared == nil {
      return .usage("\(script.path) did not reach its gfnet.params, so '\(name)' was not used")
    }
    return .done
  }

  /// What `gfnet.params` of the script declares; every cell is compiled, and none is run.
  public func listParameters() throws -> [Setting] {
    switch outline() {
    case .failed(let failure)?: throw LuaError(failure.message)
    case .some: throw Interrupted()
    case nil: break
    }
    if case .failure(let failure) = compile() {
      guard case .failed(let reason) = failure.outcome else { throw Interrupted() }
      throw LuaError(reason.message)
    }
    return try ParameterListing.settings(of: script, limits: state.limits)
  }

  /// Writes a line into the log on how a cell ended.
  private func log(_ index: Int) {
    let cell = notebook.cells[index]
    guard cell.kind != .markdown else { return }
    let title = cell.title.isEmpty ? "" : " (\(cell.title))"
    let time = cell.seconds.map { " after \(LuaNumberText.shortest(($0 * 1000).rounded() / 1000)) s" } ?? ""
    context.recorder?.log(["cell \(index + 1)\(title): \(cell.status)\(time)"])
  }

  /// Writes the report so far; nil when that succeeded.
  private func recordProgress() -> Failure? {
    // Before the parameters are known the folder is not taken.
    guard !declaresParameters || context.parameters.declared != nil else { return nil }
    return record { try $0.update(notebook) }
  }

  private func record(_ body: (RunRecorder) throws -> Void) -> Failure? {
    guard let recorder = context.recorder else { return nil }
    do {
      try body(recorder)
      return nil
    } catch {
      return Failure(message: "\(error)", traceback: "", cell: nil, cellTitle: "", isOfReport: true)
    }
  }

  private var declaresParameters = false

  /// Reads the script's text for what must be known before it is compiled; an outcome when it cannot be run.
  private func outline() -> Outcome? {
    do {
      let tokens = try LuaLexer.tokens(of: script.code)
      declaresParameters = tokens.indices.contains { index in
        tokens[index].text == "params" && index >= 2 && tokens[index - 1].text == "."
          && tokens[index - 2].text == "gfnet"
      }
      // The names in the order in which the source has them, from `gfnet.params` on.
      context.parameters.order = tokens.drop { $0.text != "params" }.filter { $0.kind == .name }.map {
        String($0.text)
      }
    } catch {
      return .interrupted
    }
    guard let mistake = script.mistake else { return nil }
    return .failed(Failure(message: mistake, traceback: "", cell: nil, cellTitle: "", isOfSource: true))
  }

  private struct CompileFailure: Error { let outcome: Outcome }

  /// Compiles every cell first, so that a slip in the last one does not cost the run of the others.
  private func compile() -> Result<[Int: CellSession.Compiled], CompileFailure> {
    var compiled: [Int: CellSession.Compiled] = [:]
    for (index, cell) in script.cells.enumerated() where cell.kind != .markdown {
      do {
        compiled[index] = try session.compile(cell.source, firstLine: cell.firstLine)
      } catch let reason as Interrupted where reason.deadline == nil {
        return .failure(CompileFailure(outcome: .interrupted))
      } catch {
        let message = LuaHints.explain(syntax: "\(error)", source: script.source)
        let failure = Failure(
          message: message, traceback: "", cell: index + 1, cellTitle: cell.title, isOfSource: true)
        fail(index, failure)
        return .failure(CompileFailure(outcome: .failed(failure)))
      }
    }
    return .success(compiled)
  }

  private func connect() {
    context.recorder?.hasBegun = true
    context.outputs.emit = { [unowned self] in record($0) }
    context.outputs.keepRemark = { [unowned self] remark in
      record(.remark(remark))
      context.recorder?.log([remark])
    }
    state.write = { [unowned self] stream, bytes in
      switch stream {
      case .output: recordPrinted(bytes)
      case .error: Console.write(bytes, to: STDERR_FILENO)
      }
    }
  }

  /// The terminal gets the bytes as they are, the notebook text.
  private func recordPrinted(_ bytes: UnsafeRawBufferPointer) {
    let text = printed.take(bytes)
    if let onPrint { onPrint(bytes) } else if !text.isEmpty { onOutput(running, .text(text)) }
    if !text.isEmpty { keep(.text(text)) }
  }

  /// Shows what is left of a character that was printed in part.
  private func finishPrinted() {
    let rest = printed.finish()
    guard !rest.isEmpty else { return }
    if onPrint == nil { onOutput(running, .text(rest)) }
    keep(.text(rest))
  }

  private func record(_ output: Notebook.Output) {
    finishPrinted()
    onOutput(running, output)
    keep(output)
  }

  private func keep(_ output: Notebook.Output) {
    var outputs = notebook.cells[running].outputs
    // Nobody else has the outputs now, so they are appended to in place, without a copy per line.
    notebook.cells[running].outputs = []
    let remark = kept.append(output, to: &outputs)
    notebook.cells[running].outputs = outputs
    if let remark {
      // The remark is kept in any case: it says why the rest is missing.
      notebook.cells[running].outputs.append(.remark(remark))
      context.showRemark(remark)
      context.recorder?.log([remark])
    }
  }

  /// Runs a cell; returns nil where the run goes on with the next.
  private func runCell(_ index: Int, _ compiled: CellSession.Compiled?) -> Outcome? {
    running = index
    kept.beginCell()
    guard let compiled else {
      notebook.cells[index].status = .done
      onOutput(index, .markdown(script.cells[index].source))
      return nil
    }
    notebook.cells[index].status = .running
    let start = DispatchTime.now().uptimeNanoseconds
    defer { finishPrinted() }
    defer { notebook.cells[index].seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
    do {
      let values = try state.withTimeLimit(seconds: state.limits.seconds, of: "a cell") {
        try session.run(compiled)
      }
      if !compiled.isHidden { try ValueDisplay(state: state).outputs(of: values).forEach(record) }
      notebook.cells[index].status = .done
      return nil
    } catch let reason as Interrupted where reason.deadline == nil {
      notebook.cells[index].status = .interrupted
      return .interrupted
    } catch let error as LuaError {
      if let usage = error.underlying as? UsageError { return .usage(usage.description) }
      let failure = Failure(
        message: explained(error.message), traceback: error.traceback, cell: index + 1,
        cellTitle: script.cells[index].title)
      fail(index, failure)
      return .failed(failure)
    } catch {
      let failure = Failure(
        message: "\(error)", traceback: "", cell: index + 1, cellTitle: script.cells[index].title)
      fail(index, failure)
      return .failed(failure)
    }
  }

  private func fail(_ index: Int, _ failure: Failure) {
    notebook.cells[index].status = .failed
    notebook.cells[index].outputs.append(.error(message: failure.message, traceback: failure.traceback))
  }

  /// Adds the near name to Lua's "attempt to call a nil value (global 'modle')".
  private func explained(_ original: String) -> String {
    let message = LuaHints.explain(runtime: original, source: script.source)
    let explained = MissingLibrary.explained(message)
    if explained != message { return explained }
    if message.hasPrefix("out of memory") {
      // Lua could not say where, but the cell is known at least.
      return "\(script.path):\(script.cells[running].firstLine): in the cell that begins here: \(message)"
    }
    guard let match = message.firstMatch(of: /a nil value \(global '([A-Za-z0-9_]+)'\)$/) else {
      return message
    }
    let name = String(match.1)
    let globals = (try? session.environment.pairs().compactMap(\.key.asString)) ?? []
    guard let near = NearestName.find(name, in: globals + session.visibleLocals) else { return message }
    return message + "; did you mean '\(near)'?"
  }
}
