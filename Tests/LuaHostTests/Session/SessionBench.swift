import LuaHost
import Reports
import Support

/// A session as a front end holds it, with all that a user would see.
final class SessionBench {
  let session: InteractiveSession
  /// Everything shown, one output a line.
  private(set) var shown = ""
  /// What was shown, as it came.
  private(set) var outputs: [Notebook.Output] = []
  /// Called with everything that is shown, while the cell runs.
  var watch: (String) -> Void = { _ in }
  private var count = 0

  init(
    clock: Deadline.Clock? = nil, memory: Int? = nil, plugins: PluginLoader? = nil,
    prepare: (HostContext) -> Void = { _ in }
  ) throws {
    var limits = LuaState.Limits()
    if let clock { limits.clock = clock }
    if let memory { limits.memory = memory }
    let context = HostContext()
    // Tests leave no traces in the user's cache, and no remarks among their own lines.
    context.traceCache = nil
    context.showRemark = { _ in }
    prepare(context)
    session = try InteractiveSession(context: context, limits: limits, plugins: plugins)
    session.onOutput = { [unowned self] in take($0) }
  }

  private func take(_ output: Notebook.Output) {
    outputs.append(output)
    let text =
      switch output {
      case .text(let text): text
      case .value(let text): text + "\n"
      case .markdown(let text): "md:" + text + "\n"
      case .table(let table): "table:\(table.name)\n"
      case .figure(let picture): "figure:\(picture.name)\n"
      case .remark(let text): "remark:\(text)\n"
      case .error(let message, _): "error:\(message)\n"
      }
    shown += text
    watch(text)
  }

  /// Runs a cell; returns what it shows, then what it fails on.
  @discardableResult
  func run(_ source: String, isSilent: Bool = false) -> String {
    count += 1
    shown = ""
    outputs = []
    switch session.run(source, name: "In [\(count)]", isSilent: isSilent) {
    case .done: return shown
    case .failed(let failure): return shown + "failed: " + failure.message
    case .interrupted: return shown + "interrupted"
    }
  }

  /// What may stand at the end of the text.
  func completions(_ source: String) -> [String] {
    session.completions(of: source, at: source.utf8.count).matches.map(\.text)
  }
}
