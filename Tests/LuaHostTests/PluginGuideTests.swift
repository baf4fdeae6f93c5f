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
