import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// docs/plugins.md is true: its plugin loads, passes its own test and works, and it names what there is.
@Suite struct PluginGuideTests {
  private static let page =
    (try? String(contentsOf: (SourceTree.root / "docs/plugins.md").url, encoding: .utf8)) ?? ""

  /// The code that follows a line such as "`plugins/steady/init.lua`:".
  private func file(_ name: String) throws -> String {
    let start = try #require(Self.page.range(of: "`plugins/steady/\(name)`:\n\n```lua\n"))
    let rest = Self.page[start.upperBound...]
    return String(rest[..<(try #require(rest.range(of: "\n```"))).lowerBound])
  }

  @Test func theExampleRuns() throws {
    let folder = try PluginFolder()
    for name in ["plugin.lua", "init.lua", "test.lua"] { try folder.write("steady/" + name, file(name)) }
    let state = try LuaState()
    try Catalog.standard.install(in: state)
    let outcome = try folder.loader.loadAll(into: state, catalog: .standard)
    #expect(outcome.problems == [] && outcome.remarks == [])
    #expect(outcome.loaded.map(\.manifest.name) == ["steady"])
    try folder.loader.test(try #require(folder.loader.candidates().first), state: state, catalog: .standard)
    let bench = try ScriptBench(
      "print(gfnet.exits.steady{threshold = 0.8}, gfnet.exits.steady.origin)", plugins: folder.loader)
    #expect(bench.shown == "steady{count = 2, threshold = 0.8}\tplugin steady\n")
  }

  /// The blocks of Lua in a page.
  private static func blocks(_ page: String) -> [String] {
    page.split(separator: "```lua\n").dropFirst().compactMap {
      $0.split(separator: "\n```").first.map(String.init)
    }
  }

  /// The READMEs of the program's plugins, by name.
  private static let readmes: [String] = {
    let folders = (try? FolderListing(SourceTree.root / "plugins").folders) ?? []
    return folders.map(\.shown)
  }()

  /// What the page shows beside the files of its plugin runs with that plugin, on a model with random weights.
  @Test func whatThePageShowsRuns() throws {
    let folder = try PluginFolder()
    for name in ["plugin.lua", "init.lua", "test.lua"] { try folder.write("steady/" + name, file(name)) }
    let files = try ["plugin.lua", "init.lua", "test.lua"].map(file)
    let others = Self.blocks(Self.page).filter { !files.contains($0) }
    #expect(others.count == 2)
    for source in others { #expect(try Self.run(source, folder.loader) == "") }
  }

  /// A README says how its plugin is used, and that works.
  @Test(arguments: readmes)
  func whatAReadmeShowsRuns(_ name: String) throws {
    let shipped = SourceTree.root / "plugins"
    let page = try String(contentsOf: (shipped / name / "README.md").url, encoding: .utf8)
    let sources = Self.blocks(page)
    #expect(page.hasPrefix("# \(name)\n") && sources.count == 1)
    for source in sources {
      #expect(source.contains(name))
      #expect(
        try Self.run(source, PluginLoader(folders: [shipped], secondsToLoad: .infinity)) == "", "\(source)")
    }
    // The manual lists it.
    #expect(Self.page.contains("`\(name)`"))
  }

  /// Runs a script on few images, where a model of that name lies; returns the error, empty for none.
  private static func run(_ source: String, _ plugins: PluginLoader) throws -> String {
    let folder = try TemporaryFolder()
    try AtomicFile.createFolder(folder.path / "models")
    if source.contains("gfnet.load(") {
      let made = try ScriptBench(
        """
        gfnet.model{backbone = "resnet_tiny_16", dataset = gfnet.dataset("clutter-fashion", {limit = 4}), steps = 4}
          :save("\(folder.path / "models/clutter-fashion.safetensors")")
        """)
      #expect(made.message == "")
    }
    let quick = source.replacing(/limit = \d+/, with: "limit = 12")
    return try ScriptBench(
      quick, plugins: plugins, path: folder.path / "test.lua", prepare: { $0.showRemark = { _ in } }
    ).message
  }

  @Test(arguments: Capability.allCases)
  func everyCapabilityIsExplained(_ capability: Capability) {
    #expect(Self.page.contains("| `\"\(capability.rawValue)\"` |"))
  }

  /// Whatever needs a capability stands in the table's row, by name or as one of its module.
  @Test func everyMarkedFunctionIsNamed() throws {
    let functions = Catalog.standard.modules.flatMap(\.functions)
    for function in functions {
      for capability in function.touches {
        let row = try #require(
          Self.page.split(separator: "\n").first { $0.hasPrefix("| `\"\(capability.rawValue)\"`") })
        let module = function.qualifiedName.split(separator: ".").dropLast().joined(separator: ".")
        #expect(
          row.contains(function.qualifiedName) || row.contains(module + ".…"),
          "docs/plugins.md does not say that \(function.qualifiedName) needs \(capability.rawValue)")
      }
    }
  }
}
