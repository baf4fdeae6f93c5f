import LuaHost
import Support
import TestSupport

/// A folder of plugins for one test.
final class PluginFolder {
  private let folder: TemporaryFolder
  var root: FilePath { folder.path }
  var path: String { root.string }

  init() throws { folder = try TemporaryFolder() }

  func write(_ file: String, _ text: String) throws { try folder.write(text, file) }

  /// Adds a plugin that defines the exit rule of its own name.
  func plugin(
    _ name: String, capabilities: String = "", manifest: String? = nil, initialise: String? = nil
  ) throws {
    try write(
      "\(name)/plugin.lua",
      manifest
        ?? """
        name = "\(name)"
        version = "0.1"
        summary = "A rule."
        requires = "gfnet >= 0.1"
        provides = { exits = {"\(name)"} }
        capabilities = {\(capabilities)}
        """)
    try write(
      "\(name)/init.lua",
      initialise
        ?? """
        return gfnet.exits.define{
          name = "\(name)", summary = "leave by margin",
          params = { threshold = { default = 0.5, min = 0, max = 1 } },
          decide = function(s, p) return s.margin >= p.threshold end,
        }
        """)
  }

  /// For plugins that end, however long that takes.
  var loader: PluginLoader { PluginLoader(folders: [root], secondsToLoad: .infinity) }
  /// For plugins that never end, with a clock that counts polls.
  var hastyLoader: PluginLoader { PluginLoader(folders: [root], secondsToLoad: 0.5) }

  /// The lines on plugins that a run skips.
  func problems() throws -> [String] {
    try outcome().problems
  }

  /// Loads all plugins, by a clock that counts polls, so that nothing depends on the machine's speed.
  func outcome(secondsToLoad: Double = 0.5) throws -> PluginLoader.Outcome {
    var limits = LuaState.Limits()
    limits.clock = SteppingClock().clock
    let state = try LuaState(limits: limits)
    try Catalog.standard.install(in: state)
    return try PluginLoader(folders: [root], secondsToLoad: secondsToLoad)
      .loadAll(into: state, catalog: .standard)
  }
}
