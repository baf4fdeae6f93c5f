import Foundation
import LuaHost

/// A folder of plugins for one test.
final class PluginFolder {
  let path = NSTemporaryDirectory() + "gfnet-plugins-\(UUID().uuidString)"

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

  var loader: PluginLoader { PluginLoader(folders: [path], secondsToLoad: 0.5) }

  /// The lines on plugins that a run skips.
  func problems() throws -> [String] {
    try ScriptRunner(script: ScriptFile(path: "test.lua", source: ""), plugins: loader).pluginProblems
  }
}
