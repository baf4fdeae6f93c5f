import Foundation
import Testing

/// Whatever is wrong with a script or what it asks for: one line on standard error, status 1, nothing half-written.
@Suite struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let script: String
    let expected: String
    /// False for what is no Lua: it leaves the run folder as it was.
    let runs: Bool
    var testDescription: String { expected }

    init(_ script: String, _ expected: String, runs: Bool = true) {
      self.runs = runs
      self.script = script
      self.expected = expected
    }
  }

  private static let model = """
    local test = gfnet.dataset("clutter-fashion", {split = "test", limit = 4})
    local model = gfnet.model{backbone = "resnet_tiny_16", dataset = test, steps = 2}

    """

  private static let cases = [
    Case("print('a'\nprint('b')", "s.lua:2: ')' expected (to close '(' at line 1) near 'print'", runs: false),
    Case("local t\nt.x = 1", "s.lua:2: attempt to index a nil value (local 't')"),
    Case("gfnet.load('mine')", "s.lua:1: there is no model 'mine'; did you mean 'mini'?"),
    Case("gfnet.load('a/b.safetensors')", "s.lua:1: there is no model file a/b.safetensors"),
    Case(
      "gfnet.dataset('cluter-fashion', {split = 'test'})",
      "s.lua:1: gfnet.dataset: there is no data set \"cluter-fashion\"; did you mean 'clutter-fashion'?"),
    Case(
      "gfnet.dataset('clutter-fashion', {split = 'tset'})",
      "s.lua:1: clutter-fashion has no split \"tset\"; did you mean 'test'?"),
    Case(
      model + """
        local r = gfnet.exits.define{name = "r", decide = function(s) return "yes" end}
        model:trace(test):evaluate(r{})
        """,
      "s.lua:3: the function must return true or false, and returned the string \"yes\""
        + " (exit rule 'r', image 1, step 1)"),
    Case(
      model + """
        local s = gfnet.samplers.define{name = "s", propose = function(s) return 1.5, 0.5 end}
        model:trace(test, {sampler = s{}})
        """,
      "s.lua:4: the sampler 's' proposed (1.5, 0.5) for image 1 at step 2: row and column must lie in [0, 1]"),
    Case(
      model + """
        local s = gfnet.samplers.define{name = "s", propose = function(s) return 0 / 0, 0.5 end}
        model:trace(test, {sampler = s{}})
        """,
      "s.lua:4: the sampler 's' proposed (NaN, 0.5) for image 1 at step 2: row and column must lie in [0, 1]"),
    Case(
      "local function f(n) return 1 + f(n + 1) end\nf(1)",
      "s.lua:1: stack overflow"),
    Case("local x = string.rep('x', 1e10)", "s.lua:1: resulting string too large"),
    Case(
      "local t = {}\nfor i = 1, 1e9 do t[i] = ('x'):rep(1e6) .. i end",
      "s.lua:2: out of memory: the script's values exceed 1024 MB (tensors not counted)"),
    Case(
      "x = " + String(repeating: "(", count: 10_000), "s.lua:1: brackets, blocks or functions are nested",
      runs: false),
    Case("error('two\\nlines')", "s.lua:1: two lines"),
  ]

  @Test(arguments: cases)
  func isOneLine(_ test: Case) throws {
    let program = try Program()
    try program.write("s.lua", test.script)
    try program.write("models/mini.safetensors", "")
    let result = try program.run("s.lua")
    #expect(result.status == 1)
    #expect(result.complaints.count == 1, "\(result.errors)")
    #expect(result.complaints.first?.hasPrefix("gfnet-lab: " + test.expected) == true, "\(result.errors)")
    #expect((program.read("reports/s/meta.json")?.contains("\"status\": \"failed\"") ?? false) == test.runs)
    #expect(program.leftovers == [])
  }

  @Test func theReportShowsTheCellsBeforeAndTheErrorAtItsCell() throws {
    let program = try Program()
    try program.write(
      "s.lua",
      """
      -- %% [markdown]
      -- # Heading
      -- %%
      print("first cell")
      -- %%
      print("second cell")
      local nothing
      nothing.x = 1
      -- %%
      print("third cell")
      """)
    #expect(try program.run("s.lua").status == 1)
    let message = "s.lua:8: attempt to index a nil value (local 'nothing')"
    for file in ["index.html", "report.md"] {
      let page = (program.read("reports/s/\(file)") ?? "").replacing("&#39;", with: "'")
      func place(_ text: String) -> String.Index? { page.ranges(of: text).last?.lowerBound }
      #expect(page.contains("not run"), "\(file)")
      let places = ["Heading", "first cell", "second cell", message, "third cell"].map(place)
      #expect(!places.contains(nil), "\(file)")
      #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted(), "\(file)")
    }
  }

  @Test(arguments: [
    ("limit=99", "gfnet-lab: parameter 'limit' must be a whole number from 1 to 10, got 99"),
    (
      "limit=2.5",
      "gfnet-lab: parameter 'limit' must be a whole number, got \"2.5\"; its default 3 is an integer; the script can write 3.0 to take any number"
    ),
    ("limit=", "gfnet-lab: parameter 'limit' must be a whole number, got \"\""),
    ("rate=fast", "gfnet-lab: parameter 'rate' must be a number, got \"fast\""),
    ("flag=maybe", "gfnet-lab: parameter 'flag' must be true or false, got \"maybe\""),
    ("=3", "gfnet-lab: '=3' is not a parameter; write name=value"),
  ])
  func parametersThatDoNotFitEndWithTwo(_ parameter: String, _ expected: String) throws {
    let program = try Program()
    try program.write(
      "s.lua", "gfnet.params{limit = {default = 3, min = 1, max = 10}, rate = 0.5, flag = true}\nprint('ran')"
    )
    let result = try program.run("s.lua", parameter)
    #expect(result.status == 2)
    #expect(result.errors == expected + "\n")
    #expect(result.output == "")
    #expect(program.read("reports/s/meta.json") == nil)
  }

  /// The data set is looked for where the environment says, then where the system's package puts it.
  @Test func aDataSetThatIsNotThereSaysHowToGetIt() throws {
    let program = try Program()
    try program.write("s.lua", "gfnet.dataset('clutter-fashion', {split = 'test'})")
    try program.write("data/train-images-idx3-ubyte.gz", "")
    let result = try program.run("s.lua", environment: ["GFNET_LAB_DATA": program.folder + "/data"])
    #expect(result.status == 1)
    #expect(
      result.complaints == [
        "gfnet-lab: s.lua:1: the file train-labels-idx1-ubyte.gz of Fashion-MNIST is not in \(program.folder)/data:"
          + " run `sudo apt-get install dataset-fashion-mnist`, or set GFNET_LAB_DATA to a folder with its four"
          + " .gz files"
      ])
  }

  @Test func aHugeScriptAndAnEmptyOne() throws {
    let program = try Program()
    try program.write("huge.lua", String(repeating: "-- filling, filling\n", count: 2_500_000))
    let huge = try program.run("huge.lua")
    #expect(huge.status == 1)
    #expect(huge.errors == "gfnet-lab: cannot read script huge.lua: it is larger than 16 MB\n")
    try program.write("empty.lua", "")
    let empty = try program.run("empty.lua")
    #expect(empty.status == 0)
    #expect(empty.errors == "report: reports/empty/index.html\n")
  }

  @Test(arguments: [
    ("return {name = 3}", "", "plugins/p/plugin.lua: name must be a string, got 3"),
    ("return {nmae = 'p'}", "", "plugins/p/plugin.lua: unknown field 'nmae'; did you mean 'name'?"),
    (
      "return {name = 'p', version = '1', summary = 's', requires = 'gfnet >= 99', provides = {exits = {'e'}}}",
      "local x = 1", "plugins/p/plugin.lua: requires gfnet >= 99, and this is gfnet "
    ),
  ])
  func aBrokenPluginIsNamedAndTheRunGoesOn(_ manifest: String, _ code: String, _ expected: String) throws {
    let program = try Program()
    try program.write("plugins/p/plugin.lua", manifest)
    try program.write("plugins/p/init.lua", code)
    try program.write("s.lua", "print('ran')")
    let result = try program.run("s.lua")
    #expect(result.status == 0)
    #expect(result.output == "ran\n")
    #expect(result.complaints.count == 1, "\(result.errors)")
    #expect(
      result.complaints.first?.hasPrefix("gfnet-lab: plugin 'p' skipped: \(expected)") == true,
      "\(result.errors)")
  }

  /// What a plugin does wrong while it loads is told where it is used, and costs nobody else anything.
  @Test(arguments: [
    ("\nerror('no way')", "plugins/p/init.lua:2: no way"),
    ("local x = 1", "its manifest provides the exit rule 'e', and init.lua does not define it"),
  ])
  func aPluginThatCannotBeLoadedIsNamedWhereItIsUsed(_ code: String, _ expected: String) throws {
    let program = try Program()
    try program.write(
      "plugins/p/plugin.lua",
      "return {name = 'p', version = '1', summary = 's', requires = 'gfnet >= 0.1', provides = {exits = {'e'}}}"
    )
    try program.write("plugins/p/init.lua", code)
    try program.write("idle.lua", "print('ran')")
    let idle = try program.run("idle.lua")
    #expect(idle.status == 0 && idle.complaints == [])
    try program.write("s.lua", "local rule = gfnet.exits.e{}")
    let result = try program.run("s.lua")
    #expect(result.status == 1)
    #expect(
      result.complaints == ["gfnet-lab: s.lua:1: the plugin 'p' cannot be used: \(expected)"],
      "\(result.errors)")
  }
}
