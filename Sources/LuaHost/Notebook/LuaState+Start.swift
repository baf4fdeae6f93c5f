import Support

extension LuaState {
  /// The most remarks on plugins that are shown.
  private static let shownRemarks = 20

  /// Starts an interpreter with everything that scripts can call, and makes the plugins known.
  ///
  /// - Returns: the state, and one line for each plugin that was skipped.
  /// - Throws: ``LuaError`` where Lua cannot be started; `Interrupted`.
  static func started(
    limits: Limits, context: HostContext, catalog: Catalog, plugins: PluginLoader?
  ) throws -> (state: LuaState, pluginProblems: [String]) {
    let state = try LuaState(limits: limits, context: context)
    try catalog.install(in: state)
    let roster = try Cancellation.withDeadline(context.options.deadline) {
      try plugins?.register(in: state, catalog: catalog)
    }
    let problems = (roster?.outcome.problems ?? []) + (plugins?.incomplete ?? [])
    // A hundred broken plugins are no reason to bury what the script says.
    let lines = (plugins?.folders.remarks ?? []) + (roster?.outcome.remarks ?? []) + problems
    for line in lines.prefix(shownRemarks) { context.note(line) }
    let hidden = lines.count - shownRemarks
    if hidden > 0 { context.note("\(hidden) more remarks on plugins: gfnet-lab doctor lists them") }
    roster?.tell = { [unowned context] in context.note($0) }
    return (state, problems)
  }
}
