import Foundation
import LuaHost
import Support
import TestSupport

/// A folder of plugins for one test.
final class PluginFolder {
  let path = NSTemporaryDirectory() + "gfnet-plugins-\(UUID().uuidString)"
  var root: FilePath { FilePath(path) }

  init() {}
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ file: String, _ text: String) throws {
    let full = URL(fileURLWithPath: path + "/" + file)
    try FileManager.default.createDirectory(
      at: full.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: full)
  }

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

  /// Loads what ends, however busy the machine is.
  var loader: PluginLoader { PluginLoader(folders: [root], secondsToLoad: 600) }
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
