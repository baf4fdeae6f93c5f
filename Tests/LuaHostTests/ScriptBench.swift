import LuaHost
import Reports
import Support
import TestSupport

/// Runs script text as the program does and gathers what a user would see.
struct ScriptBench {
  let outcome: ScriptRunner.Outcome
  let notebook: Notebook

  init(
    _ source: String, overrides: [(String, String)] = [], seconds: Double? = nil,
    cellMemory: Int? = nil, clock: SteppingClock? = nil, memory: Int = 256 << 20,
    catalog: Catalog = .standard, plugins: PluginLoader? = nil, path: FilePath = "test.lua",
    prepare: (HostContext) -> Void = { _ in }
  ) throws {
    var limits = LuaState.Limits()
    if let clock { limits.clock = clock.clock }
    limits.memory = memory
    let context = HostContext()
    // Tests leave no traces in the user's cache.
    context.traceCache = nil
    context.options.cellLimits = UsageLimits(memory: cellMemory, seconds: seconds)
    prepare(context)
    context.parameters.overrides = overrides.map { (name: $0.0, value: $0.1) }
    let runner = try ScriptRunner(
      script: ScriptFile(path: path, source: source), context: context, limits: limits,
      catalog: catalog,
      plugins: plugins)
    outcome = runner.run()
    notebook = runner.notebook
  }

  /// Everything printed and shown, one output a line.
  var shown: String {
    notebook.cells.flatMap(\.outputs).compactMap { output in
      switch output {
      case .text(let text): text
      case .value(let text): text + "\n"
      case .markdown(let text): "md:" + text + "\n"
      case .table(let table): "table:\(table.name)\n"
      case .figure(let picture): "figure:\(picture.name)\n"
      case .error, .remark: nil
      }
    }.joined()
  }

  /// The error message; empty when the run succeeded.
  var message: String {
    switch outcome {
    case .done: ""
    case .failed(let failure): failure.message
    case .usage(let message): "usage: " + message
    case .interrupted: "interrupted"
    }
  }

  var traceback: String { if case .failed(let failure) = outcome { failure.traceback } else { "" } }
}
