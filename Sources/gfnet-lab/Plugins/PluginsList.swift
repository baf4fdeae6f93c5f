import ArgumentParser
import LuaHost
import Reports
import Support

/// `gfnet-lab plugins list`.
struct PluginsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the plugins that are found, and whether runs use them.",
    discussion: """
      Nothing of a plugin runs but its manifest. The first plugin of a name counts; gfnet-lab help plugins says in which \
      order folders are searched.
      """)

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let loader = PluginLoader.standard()
    let plugins = try loader.summaries()
    if json {
      Terminal.write(JSONValue.object([.init("plugins", .array(plugins.map(\.json)))]).compact + "\n")
      return
    }
    for remark in loader.folders.remarks + [loader.policy?.remark].compactMap(\.self) {
      Terminal.complain(remark)
    }
    guard !plugins.isEmpty else {
      Terminal.write("No plugins: gfnet-lab plugins new exit NAME writes one.\n")
      return
    }
    Terminal.show(
      .table(
        Notebook.Table(
          name: "plugins", caption: "Plugins",
          columns: ["name", "version", "provides", "state", "may", "where"],
          rows: plugins.map { plugin in
            [
              plugin.name, plugin.manifest?.version ?? "", plugin.provides, plugin.state.word,
              (plugin.manifest?.capabilities ?? []).sorted().map(\.rawValue).joined(separator: " "),
              plugin.belongsToProgram ? "with the program" : plugin.folder.shown,
            ].map { .text($0.printable(upTo: 200)) }
          })))
    Terminal.write("\n")
    let width = plugins.map(\.name.count).max() ?? 0
    for plugin in plugins {
      let name = plugin.name.printable(upTo: 80).padding(toLength: max(width, 1), withPad: " ", startingAt: 0)
      if let summary = plugin.manifest?.summary {
        Terminal.write("\(name)  \(summary.printable(upTo: 400))\n")
      }
      if !plugin.state.reason.isEmpty {
        Terminal.write("\(name)  \(plugin.state.word): \(plugin.state.reason)\n")
      }
      for other in plugin.replaces { Terminal.write("\(name)  replaces \(other)\n") }
    }
  }
}

extension PluginSummary {
  /// The names that it provides, by kind: `exits steady, samplers spiral`.
  fileprivate var provides: String {
    DefinitionKind.allCases.compactMap { kind in
      (manifest?.provides[kind]).map { "\(kind.rawValue) \($0.joined(separator: " "))" }
    }.joined(separator: ", ")
  }

  /// The plugin for programs.
  fileprivate var json: JSONValue {
    let provides = DefinitionKind.allCases.map { kind in
      JSONValue.Member(kind.rawValue, .array((manifest?.provides[kind] ?? []).map { .string($0) }))
    }
    let rights = (manifest?.capabilities ?? []).sorted()
    return [
      "name": .string(name), "version": manifest.map { .string($0.version) } ?? .null,
      "summary": manifest.map { .string($0.summary) } ?? .null, "provides": .object(provides),
      "capabilities": .array(rights.map { .string($0.rawValue) }), "folder": .string(folder.shown),
      "state": .string(state.word), "reason": state.reason.isEmpty ? .null : .string(state.reason),
      "with_the_program": .bool(belongsToProgram), "source": installed.map { .string($0.source) } ?? .null,
      "replaces": .array(replaces.map { .string($0.shown) }),
    ]
  }
}
