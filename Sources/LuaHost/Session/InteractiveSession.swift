import Foundation
import Reports
import Support

/// Runs cells that are given one after the other, as at the prompt and in Jupyter.
///
/// Locals of a cell are there in the cells after it. A cell that fails or is interrupted keeps the locals that it had
/// declared, and the session lives on. A session belongs to the thread that made it; ``interruption`` is for others.
///
/// The parts: how a cell begins and ends is here, what runs in it in `InteractiveSession+Cells`; commands such as `%time` are
/// in `SessionCommand`, and the other files answer what front ends ask: whether a text is complete, completions, help on a
/// name, the variables.
public final class InteractiveSession {
  /// How a cell ended.
  public enum Outcome {
    case done
    case failed(ScriptRunner.Failure)
    case interrupted
  }

  /// What the host knows beside Lua.
  public let context: HostContext
  /// What scripts can call.
  public let catalog: Catalog
  /// Receives what cells show, as it appears: values, figures, tables, remarks, and printed text where ``onPrint`` is nil.
  public var onOutput: (Notebook.Output) -> Void = { _ in }
  /// Takes back what the running cell has shown, at once or with the next output that comes.
  public var onClear: (_ waits: Bool) -> Void = { _ in }
  /// Takes what scripts print, byte for byte; nil: ``onOutput`` has it as text.
  public var onPrint: ((UnsafeRawBufferPointer) -> Void)?
  /// Takes what scripts write to `io.stderr`, byte for byte; nil: it goes to standard error.
  public var onErrorPrint: ((UnsafeRawBufferPointer) -> Void)?
  /// Shows how far long work has come; nil: as `ProgressReporter.standard` says, which is on standard error.
  public var progress: (any ProgressSink)?
  /// Asked before a cell is repeated that took longer than ``confirmSeconds``; false leaves it.
  public var confirm: (String) -> Bool = { _ in true }
  /// The seconds from which on a cell is long: its repetition is confirmed.
  public var confirmSeconds = 60.0
  /// What one types to leave the front end, which help explains, too.
  public var farewells: [String] = []
  /// The columns that help is laid out for.
  public var helpWidth = 100
  /// Stops what the session runs; may be used by any thread.
  public let interruption = Interruption()
  /// The seconds that the last cell took.
  public private(set) var lastSeconds = 0.0
  /// Plugins that were skipped, one line each.
  public let pluginProblems: [String]

  let state: LuaState
  private(set) var cells: CellSession
  private var modules: ModuleLoader
  /// The globals that were there before any cell.
  private(set) var ownGlobals: Set<String> = []
  /// The texts of the cells and scripts that ran, by the name that messages call them.
  var sources = SessionSources()
  /// What `%save` writes.
  var saved = SavedCells()
  /// Whether anything that is shown reaches the front end now.
  var isSilent = false
  private var printed = PrintedText()
  private var durations: [String: Double] = [:]

  /// - Parameters:
  ///   - context: what the host knows beside Lua: options, parameters, remarks.
  ///   - limits: bounds on what Lua may hold.
  ///   - catalog: what scripts can call.
  ///   - plugins: loaded first; nil: none.
  /// - Throws: ``LuaError`` where Lua cannot be started; `Interrupted`.
  public init(
    context: HostContext, limits: LuaState.Limits = .init(), catalog: Catalog = .standard,
    plugins: PluginLoader? = nil
  ) throws {
    self.context = context
    self.catalog = catalog
    (state, pluginProblems) = try LuaState.started(
      limits: limits, context: context, catalog: catalog, plugins: plugins)
    (cells, modules) = try Self.freshCells(in: state, catalog)
    ownGlobals = Set(try cells.environment.pairs().compactMap(\.key.asString))
    context.outputs.emit = { [unowned self] in show($0) }
    context.outputs.clear = { [unowned self] waits in
      finishPrinted()
      if !isSilent { onClear(waits) }
    }
    context.outputs.keepRemark = { [unowned self] in show(.remark($0)) }
    state.write = { [unowned self] stream, bytes in
      switch stream {
      case .output: showPrinted(bytes)
      case .error:
        if isSilent { return }
        if let onErrorPrint { onErrorPrint(bytes) } else { Console.write(bytes, to: STDERR_FILENO) }
      }
    }
  }

  /// Globals as they were at the start; for `%reset`.
  private static func freshCells(
    in state: LuaState, _ catalog: Catalog
  ) throws -> (CellSession, ModuleLoader) {
    let context = state.context
    let environment = try LuaEnvironment(
      in: state, catalog: catalog,
      moduleFolders: [context.scriptFolder, "."].compactMap(\.self) + context.options.luaPath)
    let cells = CellSession(state: state, environment: environment.table, chunkName: "cell")
    try cells.checkGlobals()
    return (cells, environment.loader)
  }

  // MARK: Running

  /// Runs a cell, or a command such as `%time f()` or `?gfnet.load`.
  ///
  /// - Parameters:
  ///   - source: Lua, or commands and Lua.
  ///   - name: what messages call the cell, such as `In [3]`.
  ///   - isSilent: whether nothing is shown, not even what it prints.
  public func run(_ source: String, name: String, isSilent: Bool) -> Outcome {
    let source = LuaText.normalised(source, isFile: false)
    return perform(silently: isSilent) {
      guard confirmsRepetition(of: source) else { return }
      let start = state.limits.clock()
      try runInput(source, name: name)
      noteDuration(state.limits.clock() - start, of: source)
    }
  }

  /// Runs the cells of a script in this session, as `%run` does.
  ///
  /// - Parameters:
  ///   - path: the script.
  ///   - parameters: what `gfnet.params` gets before its defaults.
  public func runScript(_ path: FilePath, parameters: [(name: String, value: String)] = []) -> Outcome {
    perform(silently: false) {
      try run(ScriptFile(contentsOf: context.found(path)), parameters: parameters)
    }
  }

  /// Runs `body` with everything that a running cell has around it.
  private func perform(silently: Bool, _ body: () throws -> Void) -> Outcome {
    guard interruption.begin() else {
      return .failed(Self.failure("a cell of this session is running already"))
    }
    isSilent = silently
    // A cell can let go of what earlier ones have filled the memory with.
    state.makeRoom()
    let start = MonotonicClock.seconds
    let outcome = outcome(of: body)
    finishPrinted()
    lastSeconds = MonotonicClock.seconds - start
    isSilent = false
    interruption.end()
    return outcome
  }

  private func outcome(of body: () throws -> Void) -> Outcome {
    do {
      try withProgress { try Cancellation.withStop(by: interruption.request, body) }
      return .done
    } catch let reason as Interrupted where reason.deadline == nil {
      recover()
      return .interrupted
    } catch let failure as CellFailure {
      recover()
      return .failed(failure.failure)
    } catch {
      recover()
      return .failed(Self.failure("\(error)"))
    }
  }

  private func withProgress(_ body: () throws -> Void) rethrows {
    guard let progress else { return try body() }
    let before = ProgressReporter.standard
    ProgressReporter.standard.sink = progress
    defer { ProgressReporter.standard = before }
    try body()
  }

  /// Lets the session go on after a cell that failed: the flags that stopped it are taken back, and the locals that it had
  /// declared are kept.
  private func recover() {
    interruption.request.withdraw()
    Cancellation.withdraw()
    if state.isStopped { state.revive() }
    // What cannot be kept for want of memory is not.
    try? cells.keepLocalsOfFailed()
    if state.isNearlyFull() {
      let used = MemoryText.size(state.usedBytes)
      context.note("the session's variables take \(used): set large ones to nil, or forget all with %reset")
    }
  }

  static func failure(_ message: String, isOfSource: Bool = false) -> ScriptRunner.Failure {
    var failure = ScriptRunner.Failure(message: message, traceback: "", cell: nil, cellTitle: "")
    failure.isOfSource = isOfSource
    return failure
  }

  // MARK: Variables

  /// Forgets all variables.
  func reset() throws {
    // The host's functions hold the table of globals, so that it is not collected with what it holds.
    for (key, _) in try cells.environment.pairs() where !(key.asString.map(ownGlobals.contains) ?? false) {
      try cells.environment.set(key, LuaValue.nil)
    }
    (cells, modules) = try Self.freshCells(in: state, catalog)
    sources = SessionSources()
    state.collectGarbage()
  }

  /// Has `require` read modules again; nil: all. False where none of the name was loaded.
  func forgetModules(_ name: String?) -> Bool { modules.forget(name) }

  // MARK: Showing

  /// Shows an output of the running cell.
  func show(_ output: Notebook.Output) {
    finishPrinted()
    if !isSilent { onOutput(output) }
  }

  private func showPrinted(_ bytes: UnsafeRawBufferPointer) {
    if isSilent { return }
    if let onPrint { return onPrint(bytes) }
    let text = printed.take(bytes)
    if !text.isEmpty { onOutput(.text(text)) }
  }

  /// Shows what is left of a character that was printed in part.
  private func finishPrinted() {
    let rest = printed.finish()
    if !rest.isEmpty, !isSilent { onOutput(.text(rest)) }
  }

  // MARK: Long cells

  private static let mostDurations = 1000

  private func confirmsRepetition(of source: String) -> Bool {
    guard let seconds = durations[source.trimmed], seconds > confirmSeconds else { return true }
    let time = LuaNumberText.shortest(seconds.rounded())
    if confirm("this cell took \(time) s; run it again?") { return true }
    context.note("the cell was not run again (%confirm sets from how many seconds on you are asked)")
    return false
  }

  private func noteDuration(_ seconds: Double, of source: String) {
    let key = source.trimmed
    // Texts of any size may come; what is asked about is what people type.
    guard key.utf8.count < 1 << 16 else { return }
    if durations.count >= Self.mostDurations { durations = [:] }
    durations[key] = seconds
  }
}
