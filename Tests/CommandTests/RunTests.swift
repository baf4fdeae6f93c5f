import Foundation
import Support
import TestSupport
import Testing

/// `gfnet-lab run` as a process: what it prints, where, and how it ends.
@Suite struct RunTests {
  @Test func runsAScriptAndWritesItsReport() throws {
    let program = try Program()
    try program.write(
      "demo.lua",
      """
      -- %% [markdown]
      -- # Demo title
      -- %% [parameters]
      local p = gfnet.params{limit = {default = 3, min = 1, help = "how many"}}
      -- %%
      print("limit", p.limit)
      p.limit * 2
      -- %%
      gfnet.report.table{columns = {"x"}, rows = {{1.5}}, name = "numbers"}
      gfnet.report.results{answer = 42}
      """)
    let result = try program.run("demo.lua", "limit=5")
    #expect(result.status == 0)
    #expect(result.output == "limit\t5\n10\n  x\n───\n1.5\n")
    #expect(result.errors == "report: reports/demo/index.html\n")
    #expect(program.read("reports/demo/index.html")?.contains("Demo title") == true)
    #expect(program.read("reports/demo/report.md")?.contains("limit\t5") == true)
    #expect(program.read("reports/demo/tables/numbers.csv")?.contains("1.5") == true)
    #expect(program.read("reports/demo/overrides.json")?.contains("\"limit\": 5") == true)
    #expect(program.read("reports/demo/summary.json")?.contains("\"answer\": 42") == true)
    #expect(program.read("reports/demo/meta.json")?.contains("\"status\": \"done\"") == true)
  }

  @Test func outChoosesTheFolder() throws {
    let program = try Program()
    try program.write("a.lua", "print(gfnet.seed)")
    let result = try program.run("run", "a.lua", "--out", "here/there", "--seed", "7")
    #expect(result.status == 0)
    #expect(result.output == "7\n")
    #expect(program.read("here/there/index.html") != nil)
    #expect(program.read("reports/a/index.html") == nil)
  }

  @Test func aFailingCellEndsWithOneAndAReport() throws {
    let program = try Program()
    try program.write(
      "bad.lua",
      """
      print("before")
      -- %% the bad one
      local function f(t) return t.x.y end
      local function g() local r = f({}) return r end
      g()
      -- %%
      print("after")
      """)
    let result = try program.run("bad.lua")
    #expect(result.status == 1)
    #expect(result.output == "before\n")
    #expect(
      result.complaints == [
        "gfnet-lab: bad.lua:3: attempt to index a nil value (field 'x') (cell 2, the bad one; called from"
          + " bad.lua:4, bad.lua:5)"
      ])
    let report = program.read("reports/bad/report.md") ?? ""
    #expect(report.contains("before") && report.contains("attempt to index a nil value"))
    #expect(report.contains("bad.lua:4: in "))
    #expect(program.read("reports/bad/meta.json")?.contains("\"status\": \"failed\"") == true)
  }

  @Test func aSyntaxErrorIsReportedBeforeAnythingRuns() throws {
    let program = try Program()
    try program.write("s.lua", "gfnet.plot.figure{}:line({1, 2}, {3, 4})")
    #expect(try program.run("s.lua").status == 0)
    let files = ["index.html", "report.md", "meta.json", "summary.json", "log.txt", "figures/figure-1.csv"]
    let before = files.map { program.read("reports/s/" + $0) }
    #expect(!before.contains(nil))
    for source in ["print('never')\n-- %%\nlocal = 3\n", "print('never')\n\nlocal = 3 -- %%\n# %%"] {
      try program.write("s.lua", source)
      let result = try program.run("s.lua")
      #expect(result.status == 1)
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("gfnet-lab: s.lua:"), "\(result.errors)")
      #expect(result.complaints.count == 1)
      // Nothing ran, so the report is still that of the run before.
      #expect(files.map { program.read("reports/s/" + $0) } == before)
    }
  }

  @Test func anErrorsMessageMovesNoCursor() throws {
    let program = try Program()
    try program.write("s.lua", #"error("a\27[31mRED\27]0;title\7\n\0x")"#)
    let result = try program.run("s.lua")
    #expect(result.status == 1)
    let shown = #"a\x1b[31mRED\x1b]0;title\x07 \x00x"#
    #expect(result.complaints.first?.contains(shown) == true, "\(result.errors)")
    let log = program.read("reports/s/log.txt") ?? ""
    #expect(log.contains("RED") && !log.contains("\u{1B}"))
  }

  @Test func theCommandOfTheReportIsTheCommand() throws {
    let program = try Program()
    try program.write("s.lua", "local p = gfnet.params{s = 'x'}\nprint(p.s)")
    let value = "it's\na\tb\\ \u{1}2\u{85}ü"
    #expect(try program.run("s.lua", "s=" + value).output == value + "\n")
    let shown = #"$'s=it\'s\na\tb\\ \0012\302\205ü'"#
    #expect(program.read("reports/s/report.md")?.contains(shown) == true)
    let meta = try #require(program.read("reports/s/meta.json"))
    let facts = try JSONSerialization.jsonObject(with: Data(meta.utf8)) as? [String: Any]
    #expect(facts?["command"] as? [String] == ["gfnet-lab", "s.lua", "s=" + value])
    #expect(try program.shell("$GFNET s.lua \(shown)").output == value + "\n")
  }

  @Test func manyResultsAreKeptInOrder() throws {
    let program = try Program()
    try program.write(
      "s.lua",
      """
      for i = 1, 20000 do gfnet.report.results{["r" .. i] = i} end
      local again = {}
      for i = 1, 20000 do again["r" .. i] = -i end
      gfnet.report.results(again)
      """)
    #expect(try program.run("s.lua").status == 0)
    let summary = program.read("reports/s/summary.json") ?? ""
    #expect(summary.contains("{\n    \"r1\": -1,\n    \"r2\": -2,"), "\(summary.prefix(300))")
    #expect(summary.contains("\"r20000\": -20000\n"))
  }

  @Test(arguments: [
    (["s.lua", "limt=3"], "gfnet-lab: unknown parameter 'limt'; did you mean 'limit'?\n"),
    (["s.lua", "limit=x"], "gfnet-lab: parameter 'limit' must be a whole number, got \"x\"\n"),
    (["s.lua", "limit"], "gfnet-lab: 'limit' is not a parameter; write name=value\n"),
    (
      ["s.lua", "limit", "=", "5"],
      "gfnet-lab: blanks around '='; parameters of a script are written limit=5\n"
    ),
    (
      ["s.lua", "--limit", "5"],
      "gfnet-lab: unknown option '--limit'; parameters of a script are written limit=5 (see gfnet-lab run --help)\n"
    ),
    (
      ["run", "s.lua", "--limit=5"],
      "gfnet-lab: unknown option '--limit'; parameters of a script are written limit=5 (see gfnet-lab run --help)\n"
    ),
    (["plain.lua", "limit=3"], "gfnet-lab: plain.lua takes no parameters, got 'limit'\n"),
    (["rnu"], "gfnet-lab: no command or script 'rnu'; did you mean 'run'?\n"),
    (["help", "gfnet.clok"], "gfnet-lab: no help on 'gfnet.clok'; did you mean 'gfnet.clock'?\n"),
    (["run"], "gfnet-lab: missing expected argument '<script>' (see gfnet-lab run --help)\n"),
    (
      ["run", "s.lua", "--sed", "3"],
      "gfnet-lab: unknown option '--sed'; did you mean '--seed'? (see gfnet-lab run --help)\n"
    ),
    (
      ["run", "s.lua", "--threads", "0"],
      "gfnet-lab: --threads must be a whole number from 1 to 256, got 0 (see gfnet-lab run --help)\n"
    ),
    (
      ["run", "s.lua", "--threads", "1000"],
      "gfnet-lab: --threads must be a whole number from 1 to 256, got 1000"
    ),
    (["bench", "--threads", "x"], "gfnet-lab: --threads must be a whole number from 1 to 256, got x"),
    (
      ["run", "s.lua", "--seed=-1"],
      "gfnet-lab: --seed must be a whole number from 0 to 18446744073709551615, got -1 (see gfnet-lab run --help)\n"
    ),
    (["run", "s.lua", "--seed", "-1"], "gfnet-lab: --seed must be a whole number from 0 to"),
    (["s.lua", "limit=3", "limit=4"], "gfnet-lab: parameter 'limit' is given 2 times: limit=3 limit=4\n"),
    (
      ["run", "s.lua", "--out", ""],
      "gfnet-lab: --out needs the name of a folder (see gfnet-lab run --help)\n"
    ),
    (
      ["run", "s.lua", "--memory", "8"],
      "gfnet-lab: the value '8' is invalid for '--memory <size>'; expected at least 64M, such as 8G"
    ),
    (
      ["bench", "--backbone", "resnet18"],
      "gfnet-lab: unknown option '--backbone'; the network is given as --arch NAME (see gfnet-lab bench --help)\n"
    ),
    (
      ["bench", "resnet18"],
      "gfnet-lab: unexpected argument 'resnet18'; the network is given as --arch NAME (see gfnet-lab bench --help)\n"
    ),
    (["plain"], "gfnet-lab: no command or script 'plain'; did you mean 'plain.lua'?\n"),
    (["run", "train.py"], "gfnet-lab: train.py is Python, not a Lua script\n"),
    (["run", "s.lua", "--precision", "f16"], "gfnet-lab: the value 'f16' is invalid for '--precision"),
    (["doctor", "--quick"], "gfnet-lab: unknown option '--quick' (see gfnet-lab doctor --help)\n"),
  ])
  func wrongUsageEndsWithTwo(_ arguments: [String], _ expected: String) throws {
    let program = try Program()
    try program.write("s.lua", "local p = gfnet.params{limit = 3}\nprint('ran')")
    for name in ["plain.lua", "train.py"] { try program.write(name, "print('ran')") }
    let result = program.finish(try program.start(arguments))
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix(expected), "\(result.errors)")
    #expect(result.complaints.count == 1, "\(result.errors)")
    #expect(result.output == "")
    #expect(program.read("reports/s/meta.json") == nil)
  }

  @Test(arguments: [
    ("missing.lua", "cannot read script missing.lua: no such file"),
    ("folder.lua", "cannot read script folder.lua: it is a folder"),
    ("binary.lua", "cannot read script binary.lua: it is compiled Lua; only source is run"),
    ("latin.lua", "cannot read script latin.lua: it is not UTF-8 text: line 1 has the byte 0xe4"),
  ])
  func unreadableScriptsAreOneLine(_ script: String, _ expected: String) throws {
    let program = try Program()
    try program.write("folder.lua/x", "")
    try program.write("binary.lua", "\u{1B}Lua")
    _ = FileManager.default.createFile(atPath: program.folder + "/latin.lua", contents: Data([0x70, 0xE4]))
    let result = try program.run(script)
    #expect(result.status == 1)
    #expect(result.errors == "gfnet-lab: \(expected)\n")
  }

  @Test func scriptHelpListsParametersWithoutRunning() throws {
    let program = try Program()
    try program.write(
      "s.lua",
      "-- %% [markdown]\n-- # Sweep\n-- %%\nlocal p = gfnet.params{b = {default = 0.5, max = 1, help = \"b!\"}, a = \"x\"}\nprint('ran')\n-- %%\nprint('ran')"
    )
    for arguments in [
      ["run", "s.lua", "--help"], ["s.lua", "-h"], ["run", "--seed", "3", "s.lua", "--help"],
    ] {
      let result = program.finish(try program.start(arguments))
      #expect(result.status == 0)
      #expect(
        result.output
          == "Sweep\n\nUsage: gfnet-lab run s.lua [name=value …]\n\n  b=0.5  b! (number, at most 1)\n  a=x    (string)\n"
      )
    }
    #expect(try program.run("run", "--help").output.contains("USAGE: gfnet-lab run"))
    #expect(program.read("reports/s/meta.json") == nil)
  }

  /// `SCRIPT --help` compiles everything and runs nothing.
  @Test(arguments: [
    ("x = = 3", "s.lua:1: unexpected symbol near '='", 1),
    ("local p = gfnet.params{n = 3}\nif p.n == 3: print(1) end", "s.lua:2: ", 1),
    ("gfnet.tensor.save('t.safetensors', {gfnet.tensor{1}})\nlocal p = gfnet.params{n = 3}", "", 0),
    ("while true do end\nlocal p = gfnet.params{n = 3}", "", 0),
    (
      "local p = gfnet.params({n = (function() while true do end end)()})",
      "cannot be listed without running it", 1
    ),
    ("local n = 3\nlocal p = gfnet.params{n = n + 1}", "s.lua:2: ", 1),
  ])
  func scriptHelpRunsNothing(_ source: String, _ complaint: String, _ status: Int32) throws {
    let program = try Program()
    try program.write("s.lua", source)
    let result = try program.run("s.lua", "--help")
    #expect(result.status == status)
    if status == 0 {
      #expect(result.output.contains("\n  n=3  (integer)\n") && result.errors == "")
    } else {
      #expect(
        result.output == "" && result.complaints.count == 1 && result.errors.contains(complaint),
        "\(result.errors)")
    }
    #expect(program.read("t.safetensors") == nil && program.read("reports/s/meta.json") == nil)
  }

  @Test func aloneItShowsWhatThereIs() throws {
    let program = try Program()
    let result = try program.run([String]())
    #expect(result.status == 0 && result.errors == "")
    #expect(result.output.contains("USAGE: gfnet-lab") && result.output.contains("  plugins "))
    // Every script that the help shows exists.
    for match in result.output.matches(of: #/scripts/[a-z_]+\.lua/#) {
      let script = SourceTree.root / String(match.output)
      #expect(script.isRegularFile, "\(match.output)")
    }
    for line in result.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
  }

  @Test func badPluginsAreNamedAndSkipped() throws {
    let program = try Program()
    try program.write("plugins/broken/plugin.lua", "name = ")
    try program.write("s.lua", "print('ran')")
    let result = try program.run("s.lua")
    #expect(result.status == 0)
    #expect(result.output == "ran\n")
    #expect(
      result.errors.hasPrefix(
        "gfnet-lab: plugin 'broken' skipped: plugins/broken/plugin.lua:1: unexpected symbol"))
  }
}
