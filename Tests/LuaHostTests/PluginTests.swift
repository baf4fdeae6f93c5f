import Foundation
import GlanceFocus
import LuaHost
import Support
import TestSupport
import Testing

/// Plugins in a folder of their own for each test.
@Suite struct PluginTests {
  private typealias Folder = PluginFolder

  private func problems(_ folder: Folder) throws -> [String] {
    try folder.problems()
  }

  @Test func definesExitRules() throws {
    let folder = try Folder()
    try folder.plugin("gap")
    let bench = try ScriptBench(
      """
      local rule = gfnet.exits.gap{threshold = 0.25}
      print(rule, rule.params.threshold, gfnet.exits.gap.origin)
      print(gfnet.exits.gap{}.params.threshold, gfnet.exits.gap().name, gfnet.exits.list()[3])
      """, plugins: folder.loader)
    #expect(bench.message == "")
    #expect(bench.shown == "gap{threshold = 0.25}\t0.25\tplugin gap\n0.5\tgap\tgap\n")
  }

  @Test(arguments: [
    (
      "gfnet.exits.gap{treshold = 1}",
      "gfnet.exits.gap: unknown parameter 'treshold'; did you mean 'threshold'?"
    ),
    ("gfnet.exits.gap{threshold = 2}", "parameter 'threshold' must be a number from 0 to 1, got 2.0"),
    ("gfnet.exits.gap{threshold = 'x'}", "parameter 'threshold' must be a number, got the string \"x\""),
    ("gfnet.exits.gap(3)", "expected a table of parameters, got 3"),
    ("gfnet.exits.gab{}", "gfnet.exits has no field 'gab'; did you mean 'gap'?"),
    (
      "gfnet.exits.define{name = 'gap', decide = print}",
      "is already defined (plugin gap); choose another name, or leave the plugin out: gfnet-lab plugins disable gap"
    ),
    ("gfnet.exits.define{name = 'new'}", "needs a function decide or decide_batch"),
    ("gfnet.exits.define{name = 'new', decde = print}", "unknown option 'decde'; did you mean 'decide'?"),
    ("gfnet.exits.define{name = 'a b', decide = print}", "the name must be letters"),
    (
      "gfnet.exits.define{name = '1a', decide = print}",
      "the name must be letters, digits and _, got \"1a\""
    ),
    ("gfnet.exits.define{name = 'list', decide = print}", "is taken"),
    (
      "gfnet.exits.define{name = 'n', decide = print, params = {t = {max = 1}}}",
      "parameter 't': needs a default"
    ),
  ])
  func namesTheMistake(_ source: String, _ expected: String) throws {
    let folder = try Folder()
    try folder.plugin("gap")
    let bench = try ScriptBench(source, plugins: folder.loader)
    #expect(bench.message.hasPrefix("test.lua:1:"), "\(bench.message)")
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  @Test func scriptsDefineTheirOwn() throws {
    let bench = try ScriptBench(
      """
      local mine = gfnet.exits.define{name = "mine", decide = function(s, p) return true end, params = {k = 3}}
      gfnet.exits.define{name = "mine", decide = function(s, p) return false end, params = {k = 4}}
      print(mine{}, gfnet.exits.mine{})
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "mine{k = 3}\tmine{k = 4}\n")
  }

  @Test(arguments: [
    ("error('boom')", "boom"),
    ("while true do end", "longer than 0.5 s"),
    ("return 1", "its manifest provides the exit rule 'bad', and init.lua does not define it"),
    ("x = = 1", "unexpected symbol"),
    ("require('../gap/init')", "not a module name"),
    (
      "gfnet.exits.define{name = 'other', decide = print} gfnet.exits.define{name = 'bad', decide = print}",
      "defines the exit rule 'other', and its manifest does not provide it"
    ),
    ("os.exit(0)", "attempt to call a nil value"),
  ])
  func aBadPluginIsNamedAndSkipped(_ source: String, _ expected: String) throws {
    let folder = try Folder()
    try folder.plugin("bad", initialise: source)
    try folder.plugin("gap")
    let found = try problems(folder)
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("plugin 'bad' skipped: ") == true)
    #expect(found.first?.contains(expected) == true, "\(found)")
    // Its name is known until it is used, which fails every time; the others are not touched.
    let bench = try ScriptBench(
      """
      for i = 1, 2 do
        local ok, message = pcall(function() return gfnet.exits.bad end)
        assert(not ok and message:find("the plugin 'bad' cannot be used: ", 1, true), message)
      end
      print(table.concat(gfnet.exits.list(), ' '), gfnet.exits.gap.origin)
      """, clock: SteppingClock(), plugins: folder.hastyLoader)
    let names = (ExitRules.table.map(\.name) + ["gap"]).sorted()
    #expect(bench.message == "")
    #expect(bench.shown == names.joined(separator: " ") + "\tplugin gap\n")
  }

  @Test(arguments: [
    (
      "name = \"other\" version = \"1\" summary = \"s\" requires = \"gfnet >= 0.1\" provides = {exits = {\"a\"}}",
      "name is \"other\" and the folder is \"bad\""
    ),
    (
      "name = \"bad\" version = \"1\" summary = \"s\" requires = \"gfnet >= 9.1\" provides = {exits = {\"a\"}}",
      "requires gfnet >= 9.1, and this is gfnet"
    ),
    (
      "name = \"bad\" version = \"1\" summary = \"s\" requires = \"torch\" provides = {exits = {\"a\"}}",
      "requires must be a condition"
    ),
    (
      "name = \"bad\" version = \"x\" summary = \"s\" requires = \"gfnet >= 0.1\" provides = {exits = {\"a\"}}",
      "version must be numbers with dots"
    ),
    ("name = \"bad\" version = \"1\" sumary = \"s\"", "unknown field 'sumary'; did you mean 'summary'?"),
    (
      "name = \"bad\" version = \"1\" summary = \"s\" requires = \"gfnet >= 0.1\" provides = {exit = {\"a\"}}",
      "provides names no kind 'exit'; did you mean 'exits'?"
    ),
    (
      "name = \"bad\" version = \"1\" summary = \"s\" requires = \"gfnet >= 0.1\" provides = {}",
      "provides nothing"
    ),
    (
      "name = \"bad\" version = \"1\" summary = \"s\" requires = \"gfnet >= 0.1\" provides = {exits = {\"bad\"}} capabilities = {\"net\"}",
      "unknown capability 'net'"
    ),
    (
      "name = \"bad\" version = \"1\" summary = \"s\" provides = {exits = {\"bad\"}}",
      "requires must be a string such as requires = \"gfnet >= 0.1\", got nil"
    ),
    ("print('hello')", "attempt to call a nil value (global 'print')"),
    ("name = 3", "name must be a string, got 3"),
    ("while true do end", "longer than 0.5 s"),
  ])
  func aBadManifestIsNamed(_ manifest: String, _ expected: String) throws {
    let folder = try Folder()
    try folder.plugin("bad", manifest: manifest)
    let found = try problems(folder)
    #expect(found.first?.contains(expected) == true, "\(found)")
  }

  @Test func pluginsSeeNothingOfEachOther() throws {
    let folder = try Folder()
    try folder.plugin(
      "aaa",
      initialise: """
        string.format = nil; math.huge = 3; leaked = true; table.concat = nil
        assert(not pcall(rawset, gfnet, "tensor", "mine"))
        gfnet.exits.define{name = "aaa", decide = function() return true end}
        """)
    try folder.plugin(
      "bbb",
      initialise: """
        assert(string.format("%d", 1) == "1" and math.huge > 3 and rawget(_G, 'leaked') == nil and table.concat{} == "")
        assert(gfnet.tensor{1}:sum() == 1 and ("%d"):format(2) == "2")
        gfnet.exits.define{name = "bbb", decide = function() return true end}
        """)
    #expect(try problems(folder) == [])
    let bench = try ScriptBench(
      "print(string.format('%d', 1), rawget(_G, 'leaked'), type(gfnet.tensor))", plugins: folder.loader)
    #expect(bench.shown == "1\tnil\ttable\n")
  }

  @Test func aPluginReadsItsOwnFiles() throws {
    let folder = try Folder()
    let source = """
      assert(gfnet.read.csv("data/places.csv").columns.x[1] == 7)
      local ok, message = pcall(gfnet.read.text, "/etc/passwd")
      assert(not ok and message:find("/etc/passwd: it is outside the folders of this run", 1, true), message)
      gfnet.exits.define{
        name = "gap", decide = function() return gfnet.read.text("data/places.csv") == "x\\n7\\n" end }
      """
    try folder.plugin("gap", capabilities: "\"files.read\"", initialise: source)
    try folder.write("gap/data/places.csv", "x\n7\n")
    #expect(try folder.problems() == [])
    // Without the capability its own files are out of reach as well.
    try folder.plugin("gap", initialise: source)
    #expect(try folder.problems().first?.contains("has not the capability \"files.read\"") == true)
    // A script does not see them.
    try folder.plugin("gap", capabilities: "\"files.read\"", initialise: source)
    let bench = try ScriptBench(
      "gfnet.read.text('data/places.csv')", plugins: folder.loader, prepare: { $0.showRemark = { _ in } })
    #expect(bench.message.contains("data/places.csv"))
  }

  @Test func requireFindsModulesBesideThePlugin() throws {
    let folder = try Folder()
    try folder.plugin(
      "gap",
      initialise: """
        local helper = require("lib.helper")
        assert(require("lib.helper") == helper and helper.answer == 42)
        gfnet.exits.define{name = "gap", decide = helper.decide}
        """)
    try folder.write("gap/lib/helper.lua", "return {answer = 42, decide = function() return true end}")
    #expect(try problems(folder) == [])
    try folder.write("gap/lib/helper.lua", "return require('lib.helper')")
    #expect(try problems(folder).first?.contains("in a circle") == true)
  }

  // MARK: The program's own

  private static let shippedFolder = SourceTree.root / "plugins"
  private static let shipped = PluginLoader(folders: [shippedFolder], secondsToLoad: .infinity)

  /// Each runs as `gfnet-lab` would load it, with the plugin's rights and no others.
  @Test(arguments: shipped.candidates().map(\.name))
  func aPluginOfTheProgramPassesItsOwnTest(_ name: String) throws {
    let candidate = try #require(Self.shipped.candidates().first { $0.name == name })
    let context = HostContext()
    context.traceCache = nil
    let state = try LuaState(context: context)
    try Catalog.standard.install(in: state)
    let outcome = try Self.shipped.loadAll(into: state, catalog: .standard)
    #expect(outcome.problems == [])
    let loaded = try #require(outcome.loaded.first { $0.manifest.name == name })
    try Self.shipped.test(candidate, state: state, catalog: .standard)
    // A test that never uses what the plugin provides would say nothing.
    let source = try String(contentsOfFile: (candidate.folder / "test.lua").string, encoding: .utf8)
    for kind in DefinitionKind.allCases {
      for definition in loaded.manifest.provides[kind] ?? [] {
        #expect(source.contains("gfnet.\(kind.rawValue).\(definition)"), "\(definition)")
      }
    }
  }

  /// One for each folder, and so at least one that others can learn from.
  @Test func everyFolderOfThePluginsIsAPlugin() throws {
    let folders = try FolderListing(Self.shippedFolder).names.filter { (Self.shippedFolder / $0).isFolder }
    #expect(!folders.isEmpty)
    #expect(Self.shipped.candidates().map(\.name) == folders.map(\.shown))
  }

  @Test func aFailedTestOfAPluginIsAnError() throws {
    let folder = try Folder()
    try folder.plugin("gap")
    try folder.write(
      "gap/test.lua", "local rule = gfnet.exits.gap{}\nassert(rule.name == 'gab', 'another name')")
    let state = try LuaState()
    try Catalog.standard.install(in: state)
    #expect(try folder.loader.loadAll(into: state, catalog: .standard).problems == [])
    let candidate = try #require(folder.loader.candidates().first)
    let error = #expect(throws: LuaError.self) {
      try folder.loader.test(candidate, state: state, catalog: .standard)
    }
    #expect(error?.message.contains("another name") == true)
  }
}
