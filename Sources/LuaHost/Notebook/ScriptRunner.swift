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
  public private(set) var notebook: Notebook {
    get { writer.notebook }
    _modify { yield &writer.notebook }
  }
  /// Called for every output when it appears; the cell's 0-based index comes first.
  public var onOutput: (Int, Notebook.Output) -> Void {
    get { writer.onOutput }
    set { writer.onOutput = newValue }
  }
  /// Takes what scripts print, byte for byte; nil: ``onOutput`` has it as text.
  public var onPrint: ((UnsafeRawBufferPointer) -> Void)? {
    get { writer.onPrint }
    set { writer.onPrint = newValue }
  }
  private let writer: NotebookWriter
  private let state: LuaState
  private let session: CellSession
  /// What an earlier run of the script has left: shown until the cells run again.
  public var previous: Notebook?
  /// Names that say nothing of what a cell depends on.
  private lazy var libraryNames = Set((try? session.environment.pairs().compactMap(\.key.asString)) ?? [])
  /// Gives back what cells left in an earlier run; nil where none are kept.
  private var keeper: CellKeeper?

  /// - Parameters:
  ///   - script: the script.
  ///   - context: what the host knows beside Lua, such as what the command line set.
  ///   - limits: bounds on what the script may use.
  ///   - catalog: what the script can call.
  ///   - plugins: made known before the script, loaded where it uses them; nil: none.
  /// - Throws: ``LuaError`` where Lua cannot be started; `Interrupted`.
  public init(
    script: ScriptFile, context: HostContext = HostContext(), limits: LuaState.Limits = .init(),
    catalog: Catalog = .standard, plugins: PluginLoader? = nil
  ) throws {
    self.script = script
    self.context = context
    writer = NotebookWriter(
      Notebook(
        title: script.title, source: script.path,
        cells: script.cells.enumerated().map { index, cell in
          .init(
            kind: cell.kind, title: cell.title, source: cell.source,
            firstLine: script.place(ofCell: index).firstLine)
        }), context: context)
    (state, pluginProblems) = try LuaState.started(
      limits: limits, context: context, catalog: catalog, plugins: plugins)
    context.scriptFolder = script.path.folder
    let environment = try LuaEnvironment(
      in: state, catalog: catalog, moduleFolders: [script.path.folder] + context.options.luaPath)
    session = CellSession(state: state, environment: environment.table, chunkName: script.path.shown)
    try session.checkGlobals()
  }

  /// Plugins that were skipped, one line each.
  public let pluginProblems: [String]

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
    if let previous {
      let declared = compiled.mapValues { Set($0.exported.joined().map(\.name)) }
      let used = compiled.mapValues { $0.names.subtracting(libraryNames) }
      EarlierResults(of: previous).enter(
        into: &notebook, names: used.merging(declared) { $0.union($1) }, declared: declared)
    }
    keeper = context.cellStore.flatMap {
      try? CellKeeper(store: $0, script: script, session: session, context: context, compiled: compiled)
    }
    defer { keeper?.finish() }
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
    context.recorder?.log(["cell \(script.place(ofCell: index).number)\(title): \(cell.status)\(time)"])
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
    return .failed(
      Failure(message: script.located(mistake), traceback: "", cell: nil, cellTitle: "", isOfSource: true))
  }

  private struct CompileFailure: Error { let outcome: Outcome }

  /// Compiles every cell first, so that a slip in the last one does not cost the run of the others. A source can be written
  /// to take for ever, so each has the time of a cell, and all have that of the run.
  private func compile() -> Result<[Int: CellSession.Compiled], CompileFailure> {
    var compiled: [Int: CellSession.Compiled] = [:]
    for (index, cell) in script.cells.enumerated() where cell.kind != .markdown {
      do {
        compiled[index] = try state.withinCell(name(ofCell: index)) {
          try session.compile(cell.source, firstLine: cell.firstLine)
        }
      } catch let reason as Interrupted where reason.deadline == nil {
        return .failure(CompileFailure(outcome: .interrupted))
      } catch let error as LuaError where error.underlying is TimeIsOver {
        // Nothing has run, so the report of the run before stays.
        return .failure(CompileFailure(outcome: .failed(fail(index, error.message, isOfSource: true))))
      } catch {
        let message = LuaHints.explain(syntax: "\(error)", source: script.source)
        let failure = fail(index, message, isOfSource: true)
        return .failure(CompileFailure(outcome: .failed(failure)))
      }
    }
    return .success(compiled)
  }

  private func connect() {
    context.recorder?.hasBegun = true
    context.outputs.emit = { [unowned writer] in writer.record($0) }
    context.outputs.clear = { [unowned writer] _ in writer.clear() }
    context.outputs.keepRemark = { [unowned writer, unowned context] remark in
      writer.record(.remark(remark))
      context.recorder?.log([remark])
    }
    state.write = { [unowned writer, unowned context] stream, bytes in
      switch stream {
      case .output: writer.print(bytes)
      case .error:
        context.tracker?.block("it writes to standard error")
        Console.write(bytes, to: STDERR_FILENO)
      }
    }
  }

  /// Runs a cell; returns nil where the run goes on with the next.
  private func runCell(_ index: Int, _ compiled: CellSession.Compiled?) -> Outcome? {
    writer.begin(index)
    guard let compiled else {
      notebook.cells[index].status = .done
      writer.onOutput(index, .markdown(script.cells[index].source))
      return nil
    }
    notebook.cells[index].status = .running
    if notebook.cells[index].earlier != nil {
      notebook.cells[index].outputs = []
      notebook.cells[index].seconds = nil
      notebook.cells[index].memory = nil
      notebook.cells[index].earlier = nil
    }
    let cost = CellCost()
    do {
      if try giveBack(index, compiled) {
        cost.note(in: &notebook.cells[index])
        return nil
      }
      defer { if notebook.cells[index].seconds == nil { cost.note(in: &notebook.cells[index]) } }
      try state.withinCell(name(ofCell: index)) {
        defer { writer.finishPrinted() }
        let values = try session.run(compiled)
        // What shows a value may be the script's code.
        if !compiled.isHidden { try ValueDisplay(state: state).outputs(of: values).forEach(writer.record) }
      }
      notebook.cells[index].status = .done
      cost.note(in: &notebook.cells[index])
      try keeper?.end(index, compiled, notebook.cells[index], isWhole: writer.keepsAll)
      keeper?.noteOrigins(index)
      return nil
    } catch let reason as Interrupted where reason.deadline == nil {
      notebook.cells[index].status = .interrupted
      return .interrupted
    } catch let error as LuaError {
      if let usage = error.underlying as? UsageError { return .usage(usage.description) }
      let message = session.explained(
        error.message, source: script.source, firstLine: script.cells[index].firstLine)
      return .failed(fail(index, message, error.traceback))
    } catch {
      return .failed(fail(index, "\(error)"))
    }
  }

  /// Gives back what the cell left in an earlier run; false where it must run.
  private func giveBack(_ index: Int, _ compiled: CellSession.Compiled) throws -> Bool {
    guard let keeper, let entry = try keeper.begin(index, compiled) else { return false }
    for output in entry.outputs {
      if case .text(var text) = output {
        text.withUTF8 { writer.print(UnsafeRawBufferPointer($0)) }
      } else {
        writer.record(output)
      }
    }
    writer.finishPrinted()
    for result in entry.results { try context.outputs.record(result: result.name, result.value) }
    notebook.cells[index].status = .done
    notebook.cells[index].keptSeconds = entry.seconds
    keeper.endRestored(index, entry)
    keeper.noteOrigins(index)
    return true
  }

  /// What errors call a cell.
  private func name(ofCell index: Int) -> String {
    let title = script.cells[index].title
    let name = "cell \(script.place(ofCell: index).number)"
    return title.isEmpty ? name : "\(name) (\(title.printable(upTo: 60)))"
  }

  /// Notes that a cell failed, and returns with what.
  private func fail(
    _ index: Int, _ message: String, _ traceback: String = "", isOfSource: Bool = false
  ) -> Failure {
    let failure = Failure(
      message: script.located(message), traceback: script.located(traceback),
      cell: script.place(ofCell: index).number, cellTitle: script.cells[index].title, isOfSource: isOfSource)
    notebook.cells[index].status = .failed
    notebook.cells[index].outputs.append(.error(message: failure.message, traceback: failure.traceback))
    return failure
  }
}
