import CLuaBridge
import Support

/// Whose code calls: rights belong to code, wherever a function of it was put and whoever calls it.
///
/// A plugin's code is known in two ways. Functions that its environment holds (`gfnet`, `io`, `require`) belong to the plugin:
/// whoever calls them acts as the plugin. What all environments share, methods of objects and functions that a script lent,
/// finds the plugin among the functions that are being called, by the names of their chunks, which the host gives.
extension LuaState {
  /// Has the chunks that are named `name` be a plugin's code.
  func note(chunk name: String, of plugin: PluginIdentity) throws {
    try note("@" + name, isMark: false, plugin)
  }

  /// Has the chunks whose names begin with the plugin's mark be its code.
  func note(chunksMarkedAs plugin: PluginIdentity) throws { try note(plugin.mark, isMark: true, plugin) }

  private func note(_ text: String, isMark: Bool, _ plugin: PluginIdentity) throws {
    if !ownersOfCode.contains(where: { $0 === plugin }) { ownersOfCode.append(plugin) }
    guard gf_note_code(main, text, isMark, Unmanaged.passUnretained(plugin).toOpaque()) else {
      throw LuaError("not enough memory")
    }
  }

  /// Runs `body`, a function that scripts can call, with the rights of all plugins whose code has led to it.
  ///
  /// - Parameters:
  ///   - owner: the plugin in whose environment the function is; nil: the script's, or all environments share it.
  ///   - looking: whether to look at the functions that are being called, as what reaches outside must.
  func callingAs<Result>(_ owner: PluginIdentity?, looking: Bool, _ body: () throws -> Result) throws
    -> Result
  {
    var callers = looking ? try pluginsThatCall() : []
    callers.removeAll { caller in context.plugins.contains { $0 === caller } || caller === owner }
    // The last is the one whose folder and random numbers are used.
    if let owner, context.plugin !== owner { callers.append(owner) }
    return try running(callers[...], body)
  }

  private func running<Result>(_ plugins: ArraySlice<PluginIdentity>, _ body: () throws -> Result) throws
    -> Result
  {
    guard let first = plugins.first else { return try body() }
    return try running(first) { try running(plugins.dropFirst(), body) }
  }

  /// The plugin that has a hand in the call, for what is the script's alone; nil where none has.
  func callingPlugin() throws -> PluginIdentity? { try context.plugin ?? pluginsThatCall().last }

  /// The plugins whose functions are being called, the outermost first.
  private func pluginsThatCall() throws -> [PluginIdentity] {
    if ownersOfCode.isEmpty { return [] }
    var owners = [UnsafeMutableRawPointer?](repeating: nil, count: 16)
    let count = Int(gf_owners(stack.pointer, &owners, Int32(owners.count)))
    guard count >= 0 else {
      throw LuaError("too many functions call each other to tell whose code runs")
    }
    return owners[..<count].reversed().compactMap { owner in
      owner.map { Unmanaged<PluginIdentity>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  /// Runs `body` as the host's own code, whoever's code has led there.
  func asHost<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = (thread: bridge.pointee.wall, depth: bridge.pointee.wall_depth)
    let pointer = stack.pointer
    bridge.pointee.wall = pointer
    bridge.pointee.wall_depth = gf_depth(pointer)
    defer { (bridge.pointee.wall, bridge.pointee.wall_depth) = before }
    return try context.asHost(body)
  }
}

extension PluginIdentity {
  /// How the names of the chunks begin that the plugin compiles by `load`.
  var mark: String { "plugin \(name): " }
}
