import ArgumentParser
import Foundation
import LuaHost
import Reports
import Support

/// `gfnet-lab plugins …`: what scripts can use that others wrote.
struct PluginsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugins",
    abstract: "List, write, check, install and allow plugins.",
    discussion: """
      A plugin is a folder of Lua files that adds exit rules, samplers, backbones or
      reports to every script that can see it.

      Examples:
        gfnet-lab plugins                          what there is, and where
        gfnet-lab plugins new exit steady          a rule to start from, in plugins/steady
        gfnet-lab plugins check steady             load it, test it, try it on random input
        gfnet-lab plugins install steady.zip       put one where every script finds it
        gfnet-lab plugins allow steady             let it have what its manifest asks for
        gfnet-lab plugins disable steady           leave it out of all runs
        gfnet-lab help plugins                     how to write one
      """,
    subcommands: [
      PluginsList.self, PluginsNew.self, PluginsCheck.self, PluginsInstall.self, PluginsRemove.self,
      PluginsAllow.self, PluginsEnable.self, PluginsDisable.self,
    ],
    defaultSubcommand: PluginsList.self)
}

/// What the subcommands share.
enum PluginArgument {
  /// The plugin that a word of the command line names: one that is found by its name, or a folder.
  static func find(_ word: String, in loader: PluginLoader) throws -> PluginFolders.Candidate {
    let known = loader.candidates()
    if let named = known.first(where: { $0.name == word }) { return named }
    let folder = FilePath(bytes: RawArgument.bytes(of: word)) ?? ""
    // A folder may be given as `.`, and its own name is the plugin's.
    if (folder / "plugin.lua").exists || (folder.isFolder && word.contains("/")), let real = folder.resolved {
      guard (folder / "plugin.lua").exists else {
        throw UsageError("\(folder) has no plugin.lua, which says what a plugin provides")
      }
      return PluginFolders.Candidate(
        name: folder.shownName.isEmpty || folder.shownName.hasPrefix(".") ? real.shownName : folder.shownName,
        folder: folder)
    }
    throw UsageError(
      "there is no plugin '\(RawArgument.shown(word).printable(upTo: 80))'"
        + NearestName.hint(word, in: known.map(\.name)) + "; gfnet-lab plugins lists all")
  }

  /// What a plugin may do, a line for each capability.
  static func lines(_ rights: Set<Capability>) -> String {
    rights.sorted().map { "  \($0.rawValue): \($0.summary)\n" }.joined()
  }
}
