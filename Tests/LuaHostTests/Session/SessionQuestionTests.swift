import Foundation
import LuaHost
import Reports
import Support
import TestSupport
import Testing

/// What front ends ask a session: whether a text is complete, completions, help, variables; and its commands.
@Suite struct SessionQuestionTests {
  // MARK: Completeness

  @Test(arguments: [
    "x = 1", "1 + 1", "print('a')", "", "-- a", "x", "f{1}", "local s = [[a\nb]]", "%who", "?x", "x?",
    "%time for i = 1, 2 do end", "goto a ::a::", "return 1",
  ])
  func complete(_ source: String) throws {
    #expect(try SessionBench().session.completeness(of: source) == .complete)
  }

  @Test(arguments: [
    ("if x then", "  "), ("for i = 1, 2 do\n  while true do", "    "), ("f(", "  "), ("t = {", "  "),
    ("x =", ""),
    ("local s = [[a", ""), ("--[[ a", ""), ("function f()\n  return {", "    "),
    ("if a then\n  b()\nelse", "  "),
    ("repeat", "  "), ("1 +", ""), ("t.", ""), ("if a then b() elseif c then", "  "),
    ("%confirm 5\nif x then", "  "),
  ])
  func incomplete(_ source: String, _ indent: String) throws {
    #expect(try SessionBench().session.completeness(of: source) == .incomplete(indent: indent))
  }

  @Test(arguments: ["x = = 1", "end", "if x do", "print('a", "f(]", "1 2"])
  func invalid(_ source: String) throws {
    guard case .invalid = try SessionBench().session.completeness(of: source) else {
      Issue.record("\(source) may go on")
      return
    }
  }

  /// What takes more than a second to compile is left to the cell's own time.
  @Test func whetherACellIsWholeIsAskedForASecond() throws {
    let bench = try SessionBench(clock: SteppingClock(step: 0.1).clock)
    let source = "local x = 1 do " + String(repeating: "x = 2 ", count: 20_000)
    #expect(bench.session.completeness(of: source) == .complete)
    #expect(bench.session.completeness(of: "if x then") == .incomplete(indent: "  "))
    #expect(bench.run("1 + 1") == "2\n")
  }

  // MARK: Completions

  private func bench() throws -> SessionBench {
    let bench = try SessionBench()
    bench.run(
      """
      local model_width = 3
      settings = {threshold = 0.5, name = "a", inner = {deep = 1}, list = {{field = 2}}}
      -- Doubles a number.
      -- It takes any.
      function twice(number, ...) return 2 * number end
      class = setmetatable({own = 1}, {__index = {inherited = function(self) end}})
      t = gfnet.tensor{1, 2}
      """)
    return bench
  }

  @Test(arguments: [
    ("mod", ["model_width"]), ("sett", ["settings"]), ("settings.th", ["threshold"]),
    ("print(settings.inner.", ["deep"]), ("settings['inner'].d", ["deep"]), ("settings.list[1].f", ["field"]),
    ("class.", ["inherited", "own"]), ("class:", ["inherited"]), ("settings.name:rep", ["rep"]),
    ("('x'):upp", ["upper"]), ("string.form", ["format"]), ("gfnet.tensor.zer", ["zeros"]),
    ("gfnet.exits.conf", ["confidence"]), ("t:tota", ["totable"]),
    ("gfnet.tensor.zeros(2):tota", ["totable"]),
    // Not run yet: what the text above assigns counts.
    ("local m = gfnet.model{}\nm:inf", ["infer"]), ("local later = 1\nlat", ["later"]),
    ("function f(parameter) return para", ["parameter"]), ("wh", ["while"]), ("TWI", ["twice"]),
    ("gfnet.plot.figure{xlab", ["xlabel = "]), ("gfnet.plot.figure{title = 'a', ylab", ["ylabel = "]),
    ("gfnet.exits.confidence{thr", ["threshold = "]), ("gfnet.dataset('folder', {spl", ["split = "]),
    ("local m = gfnet.model{}\nm:infer(d, {exit = 'conf", ["confidence"]),
    ("local m = gfnet.model{}\nm:trace(d, {sampler = \"cen", ["center"]),
    ("gfnet.dataset('clut", ["clutter-fashion", "clutter-motion"]),
    ("gfnet.dataset \"fold", ["folder"]), ("gfnet.dataset('x', {split = 'tr", ["train"]),
    ("gfnet.model{backbone = 'resnet_tiny_1", ["resnet_tiny_16"]), ("t:to('int", ["int32"]),
    ("-- wh", []), ("settings.missing.", []), ("%ti", ["time"]), ("%time twi", ["twice"]),
    ("x = 'a' .. mod", ["model_width"]),
    ("goto wh", []), ("1 .", []),
  ])
  func completions(_ source: String, _ matches: [String]) throws {
    let found = try bench().completions(source)
    #expect(found == matches, "\(source)")
  }

  @Test func completionsSayWhatTheyReplace() throws {
    let bench = try bench()
    let found = bench.session.completions(of: "print('ä', settings.thr) + 1", at: 24)
    #expect(
      found == .init(start: 21, end: 24, matches: [.init("threshold", kind: "field", signature: "number")]))
    let named = bench.session.completions(of: "twi", at: 3)
    #expect(
      named
        == .init(start: 0, end: 3, matches: [.init("twice", kind: "global", signature: "twice(number, ...)")])
    )
    // Places that are none.
    #expect(bench.session.completions(of: "twi", at: 99).end == 3)
    #expect(bench.session.completions(of: "twi", at: -1).end == 0)
    #expect(bench.session.completions(of: "'ä", at: 2).end == 1)
  }

  @Test func filesAreCompletedInTexts() throws {
    let folder = try TemporaryFolder()
    try folder.write("a", "measured.csv")
    try folder.write("a", "metrics/one.txt")
    try folder.write("a", ".hidden")
    let path = folder.path.string
    let bench = try SessionBench()
    #expect(bench.completions("io.open('\(path)/m") == ["\(path)/measured.csv", "\(path)/metrics/"])
    #expect(bench.completions("io.open(\"\(path)/metrics/") == ["\(path)/metrics/one.txt"])
    #expect(bench.completions("%run \(path)/mea") == ["\(path)/measured.csv"])
    #expect(bench.completions("io.open('\(path)/none/x") == [])
  }

  @Test func lookingRunsNothing() throws {
    let bench = try bench()
    bench.run(
      "trap = setmetatable({}, {__index = function() ran = true end, __tostring = function() while true do end end})"
    )
    #expect(bench.completions("trap.") == [])
    #expect(bench.completions("trap.x.") == [])
    #expect(bench.run("rawget(_G, 'ran')") == "")
  }

  // MARK: Inspection

  @Test func aNameIsExplained() throws {
    let bench = try bench()
    func inspect(_ source: String, source showsSource: Bool = false) -> String {
      bench.session.inspection(of: source, at: source.utf8.count, showsSource: showsSource)?.plain ?? ""
    }
    #expect(inspect("gfnet.tensor.zeros").hasPrefix("gfnet.tensor.zeros("))
    #expect(inspect("gfnet.tensor.zeros(2, ").hasPrefix("gfnet.tensor.zeros("))
    #expect(inspect("t:totable").hasPrefix("tensor:totable("))
    #expect(inspect("settings.threshold") == "settings.threshold  number\n  0.5")
    #expect(inspect("twice") == "twice(number, ...)  In [1]:5\n  Doubles a number.\n  It takes any.")
    #expect(
      inspect("twice", source: true).hasSuffix("\n\nfunction twice(number, ...) return 2 * number end"))
    #expect(bench.session.inspection(of: "nothing_of_the_name", at: 3, showsSource: false) == nil)
    #expect(bench.session.inspection(of: "", at: 0, showsSource: false) == nil)
    #expect(
      bench.session.inspection(of: "settings", at: 2, showsSource: false)?.html?.hasPrefix("<pre>") == true)
  }

  @Test func questionsAreCells() throws {
    let bench = try bench()
    #expect(bench.run("?gfnet.load").hasPrefix("gfnet.load("))
    #expect(bench.run("gfnet.load?") == bench.run("?gfnet.load"))
    #expect(bench.run("??twice").contains("return 2 * number"))
    #expect(bench.run("twice??") == bench.run("%source twice"))
    #expect(bench.run("?model_width") == "model_width  integer\n  3\n")
    #expect(bench.run("?gfnet.lod").contains("failed: no help on 'gfnet.lod'; did you mean"))
    #expect(bench.run("%help") == bench.run("?"))
    #expect(bench.run("?%run").contains("%run FILE"))
    #expect(bench.run("?confidence").contains("confidence"))
    for question in ["help", "help(print)"] {
      #expect(
        bench.run(question).contains("at the prompt ?NAME explains a name and %help lists"), "\(question)")
    }
    // Who asks about the word that ends the prompt need not know what else is called so.
    #expect(bench.run("?exit").hasPrefix("explanation.exit"))
    bench.session.farewells = ["exit", "quit"]
    let exit = bench.run("?exit")
    #expect(exit.hasPrefix("exit at the prompt\n  ends it") && exit.contains("model:infer{exit=}"))
    #expect(bench.run("?quit") == "quit at the prompt\n  ends it, as Ctrl-D does\n")
  }

  // MARK: Commands

  @Test func commandsDoWhatTheySay() throws {
    let bench = try bench()
    let timed = bench.run("%time twice(4)")
    #expect(timed.hasPrefix("8\ntime: "), "\(timed)")
    #expect(bench.run("%%time\nlocal kept = 5\nkept").hasPrefix("5\ntime: "))
    #expect(bench.run("kept") == "5\n")
    #expect(bench.run("%who") == "table:variables\n")
    #expect(bench.run("-- first\n%confirm 5\n-- then\n7").hasSuffix("7\n"))
    #expect(bench.run("%tim 1").contains("there is no command '%tim'; did you mean 'time'?"))
    #expect(bench.run("%time").contains("%time needs Lua"))
    bench.run("%reset")
    #expect(bench.session.variables == [])
    #expect(bench.run("kept").contains("never assigned"))
  }

  @Test func everyCommandIsInTheHelp() throws {
    let bench = try SessionBench()
    let page = bench.run("%help")
    let names = bench.completions("%")
    #expect(names.count >= 8)
    for name in names {
      #expect(page.contains("%\(name)"), "\(name)")
      #expect(!bench.run("?%\(name)").contains("failed"), "\(name)")
    }
  }

  @Test func scriptsRunInTheSession() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "-- %% [markdown]\n-- # Title\n-- %%\nlocal p = gfnet.params{n = {default = 2}}\n-- %%\nlocal m = p.n * add\n",
      "a b.lua")
    try folder.write("return {value = 1}", "helper.lua")
    let path = folder.path.string
    let bench = try SessionBench()
    bench.run("add = 10")
    #expect(bench.run("%run '\(path)/a b.lua' n=5") == "md:# Title\n")
    #expect(bench.run("m") == "50\n")
    #expect(bench.run("%run '\(path)/a b.lua'") == "md:# Title\n")
    #expect(bench.run("m") == "20\n")
    #expect(bench.run("%run '\(path)/a b.lua' x=1").contains("unknown parameter 'x'"))
    #expect(bench.run("%run \(path)/none.lua").contains("none.lua"))
    // Modules beside the script are found, and read again when asked.
    #expect(bench.run("require('helper').value") == "1\n")
    try folder.write("return {value = 2}", "helper.lua")
    #expect(bench.run("require('helper').value") == "1\n")
    #expect(bench.run("%reload helper\nrequire('helper').value") == "2\n")
    #expect(bench.run("%reload nothing").contains("no module 'nothing' was loaded"))
    // A slip in the last cell is told before the first runs.
    try folder.write("ran = true\n-- %%\nx = = 1", "slip.lua")
    #expect(bench.run("%run \(path)/slip.lua").contains("slip.lua:3: unexpected symbol"))
    #expect(bench.run("rawget(_G, 'ran')") == "")
  }

  @Test func whatRanBecomesAScript() throws {
    let folder = try TemporaryFolder()
    let file = folder.path.string + "/study.lua"
    let bench = try SessionBench()
    for cell in ["local a = 2", "error('no')", "%time local b = a * 3", "a + b", "a + b", "%who"] {
      bench.run(cell)
    }
    bench.run("print('unseen')", isSilent: true)
    #expect(bench.run("%save \(file)") == "3 cells → \(file)\n")
    let script = try ScriptFile(contentsOf: FilePath(file))
    #expect(script.cells.map(\.source) == ["local a = 2", "local b = a * 3", "a + b"])
    #expect(try SessionBench().run("%run \(file)") == "8\n")
    // The session's own file is written again, another's is not.
    #expect(bench.run("%save \(file)").hasPrefix("3 cells"))
    #expect(try SessionBench().run("%save \(file)").contains("there is a file of that name"))
    #expect(bench.run("%save").contains("%save needs"))
  }

  // MARK: Variables

  @Test func variablesAreThoseOfTheSession() throws {
    let bench = try bench()
    let variables = bench.session.variables
    #expect(variables.map(\.name) == ["class", "model_width", "settings", "t", "twice"])
    #expect(variables.map(\.type) == ["table", "integer", "table", "tensor", "function"])
    #expect(variables[1].value == "3")
    #expect(variables[4].value == "function(number, ...)")
    #expect(variables.allSatisfy { !$0.value.contains("\n") && $0.value.count <= 80 })
    guard case .value(let text)? = bench.session.details(of: "settings.inner").first else {
      Issue.record("no details")
      return
    }
    #expect(text == "{deep = 1}")
    #expect(bench.session.details(of: "nothing").isEmpty)
  }

  @Test func aTrapInAVariableDoesNoHarm() throws {
    let clock = SteppingClock()
    let bench = try SessionBench(clock: clock.clock)
    bench.run("trap = setmetatable({}, {__tostring = function() while true do end end}) after = 1")
    _ = bench.session.variables
    #expect(bench.session.details(of: "trap").isEmpty)
    #expect(bench.run("after") == "1\n")
  }
}
