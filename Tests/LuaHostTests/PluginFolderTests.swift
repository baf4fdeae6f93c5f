import Foundation
import LuaHost
import Reports
import Support
import Testing

/// Where plugins are found, and what is told about it.
@Suite struct PluginFolderTests {
  private func standard(_ scriptFolder: FilePath?, _ variable: String = "") -> PluginFolders {
    .standard(scriptFolder: scriptFolder, environment: ["GFNET_LAB_PLUGINS": variable], program: nil)
  }

  @Test func pluginsBesideTheScriptAndAboveItAreFound() throws {
    let folder = try PluginFolder()
    try folder.write("job/deep/script.lua", "")
    for name in ["job/deep/plugins/near", "job/plugins/far", "job/plugins/near"] {
      try folder.write(name + "/plugin.lua", "")
    }
    let found = standard(folder.root / "job/deep").candidates()
    let near = try #require(found.first { $0.name == "near" })
    #expect(near.folder.ends(with: "job/deep/plugins/near"))
    #expect(near.replaces.count == 1 && near.replaces[0].ends(with: "job/plugins/near"))
    #expect(found.contains { $0.name == "far" && $0.replaces.isEmpty })
  }

  @Test func aFolderFoundTwiceIsSearchedOnce() throws {
    let folder = try PluginFolder()
    try folder.plugin("gap")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "-link", withDestinationPath: folder.path)
    defer { try? FileManager.default.removeItem(atPath: folder.path + "-link") }
    let found = PluginFolders([folder.root, folder.root / ".", folder.root.adding("-link")]).candidates()
    #expect(found.map(\.name) == ["gap"] && found[0].replaces == [])
  }

  @Test func aWrongVariableIsTold() throws {
    let folder = try PluginFolder()
    try folder.plugin("gap")
    try folder.write("file", "")
    #expect(
      standard(nil, "/no/such/folder").remarks == ["GFNET_LAB_PLUGINS: there is no folder /no/such/folder"])
    #expect(
      standard(nil, folder.path + "/file").remarks == ["GFNET_LAB_PLUGINS: \(folder.path)/file is no folder"])
    let own = standard(nil, folder.path + "/gap")
    #expect(
      own.remarks == [
        "GFNET_LAB_PLUGINS: \(folder.path)/gap is a plugin itself; name the folder that holds it"
      ])
    #expect(standard(nil, ":" + folder.path).remarks == [])
  }

  @Test func aFolderWithoutManifestIsNamed() throws {
    let folder = try PluginFolder()
    try folder.plugin("gap")
    try folder.write("bad10/init.lua", "print('never')")
    try folder.write("notes/readme.txt", "no plugin")
    let outcome = try folder.outcome()
    #expect(outcome.loaded.map(\.manifest.name) == ["gap"] && outcome.remarks == [])
    #expect(
      outcome.problems == [
        "plugin 'bad10' skipped: \(folder.path)/bad10 has init.lua and no plugin.lua, which says what a plugin provides"
      ])
  }

  @Test func whatAPluginPrintsIsShownAsRemarks() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "loud",
      initialise: """
        print("hello", 1) io.write("a\\27[31m") io.stderr:write("b\\n")
        gfnet.exits.define{name = "loud", decide = function() return true end}
        """)
    try folder.plugin(
      "louder", initialise: "for i = 1, 1000 do print(i, ('x'):rep(1000)) end error('broken')")
    try folder.plugin("silent")
    let outcome = try folder.outcome(secondsToLoad: 1000)
    #expect(outcome.loaded.map(\.manifest.name) == ["loud", "silent"] && outcome.problems.count == 1)
    #expect(
      outcome.remarks.prefix(2) == [
        "plugin 'loud' prints: hello\\t1", "plugin 'loud' prints: a\\x1b[31mb",
      ])
    // Four kilobytes are kept of it, and each line is cut.
    let louder = outcome.remarks.dropFirst(2)
    #expect(louder.count == 5)
    #expect(louder.allSatisfy { $0.hasPrefix("plugin 'louder' prints: ") && $0.count < 450 })
    #expect(louder.last == "plugin 'louder' prints: … (more is not shown)")
    // A run shows them as any other remark, and the script's own output is not touched.
    let quiet = try PluginFolder()
    try quiet.plugin("loud", initialise: "print('once') \(Self.definition)")
    var remarks: [String] = []
    let bench = try ScriptBench(
      "print('mine', gfnet.exits.loud.name)", plugins: quiet.loader,
      prepare: { $0.showRemark = { remarks.append($0) } })
    #expect(bench.shown == "mine\tloud\n" && remarks == ["plugin 'loud' prints: once"])
    #expect(bench.notebook.allRemarks == remarks)
  }

  /// A pipe that nobody writes to would be waited for without end.
  @Test(arguments: ["plugin.lua", "init.lua"])
  func aNamedPipeIsNotWaitedFor(_ file: String) throws {
    let folder = try PluginFolder()
    try folder.plugin("gap")
    try folder.plugin("pipe")
    let path = folder.path + "/pipe/" + file
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    let outcome = try folder.outcome()
    #expect(outcome.loaded.map(\.manifest.name) == ["gap"] && outcome.problems.count == 1)
    let problem = outcome.problems.first ?? ""
    #expect(problem.hasPrefix("plugin 'pipe' skipped: cannot read "), "\(problem)")
    #expect(problem.hasSuffix("\(path): it is a named pipe, expected a regular file"), "\(problem)")
  }

  private static let definition = "gfnet.exits.define{name = 'loud', decide = function() return true end}"

  @Test func foldersOfOthersAboveTheScriptAreNotTrusted() {
    #expect(PluginFolders.isTrusted(owner: 1000, scriptOwner: 0, user: 1000))
    #expect(PluginFolders.isTrusted(owner: 0, scriptOwner: 1000, user: 1000))
    #expect(PluginFolders.isTrusted(owner: 1001, scriptOwner: 1001, user: 1000))
    #expect(!PluginFolders.isTrusted(owner: 1002, scriptOwner: 1000, user: 1000))
    #expect(!PluginFolders.isTrusted(owner: nil, scriptOwner: 1000, user: 1000))
  }

  @Test func aPluginThatReplacesAnotherIsTold() throws {
    let (mine, shipped) = (try PluginFolder(), try PluginFolder())
    try mine.plugin("gap", capabilities: "'clock'")
    try shipped.plugin("gap")
    let state = try LuaState()
    try Catalog.standard.install(in: state)
    let loader = PluginLoader(folders: [mine.root, shipped.root], secondsToLoad: .infinity)
    let outcome = try loader.loadAll(into: state, catalog: .standard)
    #expect(outcome.problems == [])
    #expect(
      outcome.remarks == [
        "plugin 'gap' is the one in \(mine.path)/gap, and replaces \(shipped.path)/gap",
        "plugin 'gap' 0.1 may read the clock, so that results may differ from run to run (clock)",
      ])
    let loaded = try #require(outcome.loaded.first)
    #expect(loaded.checksum.hasPrefix("xxh64:") && loaded.checksum.count == 22)
  }

  @Test func theChecksumIsThatOfTheFilesRead() throws {
    func checksum(_ source: String) throws -> String? {
      let folder = try PluginFolder()
      try folder.plugin("gap", initialise: source)
      let state = try LuaState()
      try Catalog.standard.install(in: state)
      return try folder.loader.loadAll(into: state, catalog: .standard).loaded.first?.checksum
    }
    let source = "gfnet.exits.define{name = 'gap', decide = function() return true end}"
    #expect(try checksum(source) == checksum(source))
    #expect(try checksum(source) != checksum(source + " "))
  }

  @Test func linksOutOfThePluginAreRefused() throws {
    let (folder, other) = (try PluginFolder(), try PluginFolder())
    try other.write("secret.lua", "return {answer = 42}")
    try other.plugin("whole")
    try folder.plugin("gap", initialise: "require('secret')")
    try folder.plugin("bad")
    try FileManager.default.removeItem(atPath: folder.path + "/bad/init.lua")
    for link in ["gap/secret.lua", "bad/init.lua"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/" + link, withDestinationPath: other.path + "/secret.lua")
    }
    // The folder as a whole may be elsewhere.
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/whole", withDestinationPath: other.path + "/whole")
    let problems = try folder.problems()
    #expect(problems.count == 2)
    for problem in problems { #expect(problem.contains("outside the plugin's folder"), "\(problem)") }
  }

  @Test func whatPluginsSayIsEscapedAndShort() throws {
    let folder = try PluginFolder()
    try folder.plugin("loud", initialise: "error('\\27[31mred\\nline\\7' .. ('x'):rep(1000000))")
    try folder.plugin(
      "wide", manifest: "name = ('x'):rep(1 << 20) version = '1' summary = 's' requires = 'gfnet >= 0.1'")
    try folder.plugin("odd name\n\u{1B}[2J")
    let problems = try folder.problems()
    #expect(problems.count == 3)
    for problem in problems {
      #expect(problem.count < 600)
      #expect(
        problem.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }, "\(problem.debugDescription)"
      )
    }
    #expect(problems.contains { $0.contains("\\x1b[31mred\\nline\\x07") })
    #expect(problems.contains { $0.contains("holds a text of more than 1000 bytes") })
    #expect(problems.contains { $0.contains("the name of a plugin's folder must be") })
  }

  @Test func endlessPluginsCostLessAndLess() {
    var time = LoadingTime(seconds: 4)
    var allowances: [Double] = []
    while !time.isUp {
      allowances.append(time.allowance)
      time.lose()
    }
    #expect(allowances.prefix(5) == [4, 2, 1, 0.5, 0.25])
    #expect(allowances.last == 0.2 && time.lost < 16.3)
  }

  @Test func everyEndlessPluginIsNamedAndTheOthersLoad() throws {
    let folder = try PluginFolder()
    for name in ["a1", "a2", "a3"] { try folder.plugin(name, initialise: "while true do end") }
    try folder.plugin("gap")
    let outcome = try folder.outcome(secondsToLoad: 2)
    #expect(outcome.loaded.map(\.manifest.name) == ["gap"])
    #expect(outcome.problems.count == 3)
    for (name, problem) in zip(["a1", "a2", "a3"], outcome.problems) {
      #expect(problem.hasPrefix("plugin '\(name)' skipped: it took longer than "), "\(problem)")
    }
  }

  @Test func doctorLoadsPluginsAndSaysWhatIsWrong() throws {
    let folder = try PluginFolder()
    try folder.plugin("gap")
    try folder.plugin("bad", initialise: "x = = 1")
    let findings = Doctor.plugins(folder.loader)
    #expect(findings.first?.detail == "gap 0.1" && findings.first?.isGood == true)
    #expect(findings.count == 2 && !findings[1].isGood)
    #expect(findings[1].detail.hasPrefix("plugin 'bad' skipped: "))
    // Lua cuts long paths at their beginning.
    #expect(findings[1].detail.contains("/bad/init.lua:1: unexpected symbol"))
  }

  @Test func randomNumbersOfPluginsAreTheirOwn() throws {
    let script = "print(gfnet.random.uniform(), gfnet.tensor.rand(2):sum(), math.random())"
    let folder = try PluginFolder()
    let alone = try ScriptBench(script, plugins: folder.loader).shown
    let draw = "for i = 1, 5 do gfnet.random.uniform() gfnet.tensor.rand(3) math.random() end "
    let define = "gfnet.exits.define{name = 'gap', params = {u = gfnet.random.uniform()}, decide = print}"
    try folder.plugin("gap", initialise: draw + define)
    let rule = "print(gfnet.exits.gap{}.params.u)"
    let drawn = try ScriptBench(rule, plugins: folder.loader).shown
    #expect(try ScriptBench(script, plugins: folder.loader).shown == alone)
    try folder.plugin(
      "early", initialise: draw + "gfnet.exits.define{name = 'early', decide = print}")
    #expect(try ScriptBench(rule, plugins: folder.loader).shown == drawn)
  }
}
