import LuaHost
import Testing

@Suite struct ParameterTests {
  private static let script = """
    -- %% [parameters]
    local p = gfnet.params{
      limit = {default = 100, min = 1, max = 1000, help = "images"},
      rate = {default = 0.5, min = 0, max = 1},
      model = {default = "small", choices = {"small", "large"}},
      verbose = false,
      sizes = {default = {8, 16}},
    }
    -- %%
    p.limit, p.rate, p.model, p.verbose, #p.sizes, p.sizes[1]
    """

  @Test(arguments: [
    ([], "100\t0.5\tsmall\tfalse\t2\t8\n"),
    (["limit=7", "rate=1"], "7\t1.0\tsmall\tfalse\t2\t8\n"),
    (["limit=1e2", "verbose=true", "model=large"], "100\t0.5\tlarge\ttrue\t2\t8\n"),
    (["sizes=4,5,6"], "100\t0.5\tsmall\tfalse\t3\t4\n"),
  ])
  func takesOverrides(_ overrides: [String], _ expected: String) throws {
    let bench = try ScriptBench(
      Self.script, overrides: overrides.map { try ParameterSession.parseOverride($0) })
    #expect(bench.message == "")
    #expect(bench.shown == expected)
  }

  @Test(arguments: [
    ("limt=5", "unknown parameter 'limt'; did you mean 'limit'?"),
    ("limit=ten", "parameter 'limit' must be a whole number, got \"ten\""),
    (
      "limit=1.5",
      "parameter 'limit' must be a whole number, got \"1.5\"; its default 100 is an integer; the script can write 100.0 to take any number"
    ),
    ("limit=0", "parameter 'limit' must be a whole number from 1 to 1000, got 0"),
    ("limit=", "parameter 'limit' must be a whole number, got \"\""),
    ("rate=nan", "parameter 'rate' must be a number, got \"nan\""),
    ("model=huge", "parameter 'model' must be one of \"small\", \"large\", got \"huge\""),
    ("verbose=maybe", "parameter 'verbose' must be true or false, got \"maybe\""),
    ("sizes=4,x", "parameter 'sizes' must be a list of whole numbers, got \"4,x\""),
  ])
  func refusesWrongOverrides(_ override: String, _ expected: String) throws {
    let bench = try ScriptBench(Self.script, overrides: [try ParameterSession.parseOverride(override)])
    #expect(bench.message == "usage: " + expected)
    #expect(bench.outcome.exitStatus == 2)
    #expect(bench.shown == "")
  }

  @Test func refusesParametersThatNoScriptTakes() throws {
    let bench = try ScriptBench("print(1)", overrides: [("limit", "3")])
    #expect(bench.message == "usage: test.lua takes no parameters, got 'limit'")
    let unreached = try ScriptBench("if false then gfnet.params{limit = 1} end", overrides: [("limit", "3")])
    #expect(unreached.message.contains("did not reach its gfnet.params"))
  }

  @Test(arguments: [
    ("{limit = {defalt = 1}}", "parameter 'limit': unknown field 'defalt'; did you mean 'default'?"),
    ("{limit = {}}", "needs a default, or a type"),
    (
      "{limit = {default = print}}",
      "parameter 'limit' has the default a function; it must be a number, string, boolean or list"
    ),
    ("{limit = {default = 5, max = 4}}", "the default must be a whole number of at most 4, got 5"),
    ("{limit = {default = 5, min = 9, max = 4}}", "min 9.0 is above max 4.0"),
    ("{limit = {default = 5, min = 0/0}}", "min must be a number"),
    ("{limit = {default = 'a', choices = {'b'}}}", "the default must be one of \"b\", got \"a\""),
    ("{limit = {default = 'a', choices = {1}}}", "the choice 1 is not a string"),
    ("{limit = {type = 'intger'}}", "unknown type the string \"intger\"; did you mean 'integer'?"),
    ("{limit = {default = 1, help = 3}}", "help must be a string"),
    ("{3}", "parameters are named"),
    ("{limit = {default = {1, 'a'}}}", "is a default list, which needs elements of one type"),
  ])
  func refusesWrongDeclarations(_ declaration: String, _ expected: String) throws {
    let bench = try ScriptBench("gfnet.params" + declaration)
    #expect(bench.message.hasPrefix("test.lua:1: gfnet.params"), "\(bench.message)")
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(bench.outcome.exitStatus == 1)
  }

  @Test func aWrongNameInTheTableIsAnError() throws {
    let bench = try ScriptBench("local p = gfnet.params{limit = 1}\nprint(p.limt)")
    #expect(bench.message == "test.lua:2: no parameter 'limt'; did you mean 'limit'?")
  }

  @Test func requiredParametersMustBeGiven() throws {
    let source = "local p = gfnet.params{file = {type = 'string', help = 'what'}}\np.file"
    #expect(try ScriptBench(source).message == "usage: parameter 'file' is missing; add file=… (a string)")
    #expect(try ScriptBench(source, overrides: [("file", "a=b")]).shown == "a=b\n")
  }

  @Test func listsWithoutRunning() throws {
    let runner = try ScriptRunner(
      script: ScriptFile(path: "test.lua", source: Self.script + "\n-- %%\nerror('ran')"))
    let parameters = try runner.listParameters()
    #expect(parameters.map(\.name) == ["limit", "rate", "model", "verbose", "sizes"])
    #expect(
      parameters.listing.split(separator: "\n").first == "  limit=100      images (integer, from 1 to 1000)")
  }

  /// What a parameter is said to be is so, or it is said that it cannot be known.
  @Test(arguments: [
    (
      "local t = 3\nlocal p = gfnet.params{n = t}",
      "test.lua:2: the value of 't' is known only when the script runs"
    ),
    (
      "local t = {1, 2} gfnet.params{n = t, m = 5}",
      "test.lua:1: the value of 't' is known only when the script runs"
    ),
    (
      "local d = {n = 3}\n\ngfnet.params(d)",
      "test.lua:3: the value of 'd' is known only when the script runs"
    ),
    (
      "local P = gfnet.params P{n = 3}", "test.lua:1: gfnet.params is not called where it is named"
    ),
    (
      "gfnet.params{\n  n = gfnet.version}",
      "test.lua:2: the value of 'gfnet' is known only when the script runs"
    ),
  ])
  func whatOnlyARunKnowsIsNotListed(_ source: String, _ reason: String) throws {
    let runner = try ScriptRunner(script: ScriptFile(path: "test.lua", source: source))
    let error = #expect(throws: LuaError.self) { try runner.listParameters() }
    #expect(
      error?.message == "the parameters of test.lua cannot be listed without running it: " + reason,
      "\(error?.message ?? "")")
  }

  @Test func whatTheTableSaysByItselfIsListed() throws {
    let source = "print(gfnet.params) gfnet.params{n = math.floor(2.5), f = (function(t) return t end)(4)}"
    let runner = try ScriptRunner(script: ScriptFile(path: "test.lua", source: source))
    #expect(try runner.listParameters().listing == "  n=2  (integer)\n  f=4  (integer)")
    let none = try ScriptRunner(script: ScriptFile(path: "test.lua", source: "print(1)"))
    #expect(try none.listParameters().isEmpty)
  }
}
