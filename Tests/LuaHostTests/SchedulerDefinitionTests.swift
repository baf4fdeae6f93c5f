import LuaHost
import Support
import TestSupport
import Testing

/// Schedulers of exits that scripts and plugins define, and the rules that they give, in files.
@Suite struct SchedulerDefinitionTests {
  private static let setup = """
    gfnet.schedulers.define{
      name = "share", summary = "so many leave after the glance", params = { share = { default = 0.5, min = 0, max = 1 } },
      fit = function(trace, p)
        local sorted = table.move(trace.confidence[1], 1, trace.images, 1, {})
        table.sort(sorted, function(a, b) return a > b end)
        local last = math.floor(p.share * trace.images)
        return gfnet.exits.confidence{ threshold = { last > 0 and sorted[last] or math.huge, math.huge } }
      end,
    }
    local data = gfnet.dataset("clutter-fashion", {limit = 8})
    local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 3}
    local trace = model:trace(data)

    """

  @Test func aSchedulerFitsARuleToATrace() throws {
    let bench = try ScriptBench(
      Self.setup + """
        local rule = gfnet.schedulers.share(trace, {share = 0.25})
        print(trace:evaluate(rule).exits[1], trace:evaluate(gfnet.schedulers.share(trace)).exits[1], rule.name)
        print(model:infer(data, {exit = rule}).exits[1], gfnet.schedulers.share)
        """)
    #expect(bench.message == "")
    #expect(
      bench.shown == "2\t4\tconfidence\n2\tscheduler share: so many leave after the glance\n")
  }

  @Test(arguments: [
    (
      "gfnet.schedulers.share()", "gfnet.schedulers.share: expected a trace, as model:trace gives it, got nil"
    ),
    ("gfnet.schedulers.share(data)", "expected a trace, as model:trace gives it, got "),
    ("gfnet.schedulers.share(trace, 3)", "gfnet.schedulers.share: expected a table of parameters, got 3"),
    ("gfnet.schedulers.share(trace, {shard = 1})", "unknown parameter 'shard'; did you mean 'share'?"),
    ("gfnet.schedulers.share(trace, {share = 2})", "parameter 'share' must be a number from 0 to 1"),
    ("gfnet.schedulers.shape(trace)", "gfnet.schedulers has no field 'shape'; did you mean 'share'?"),
    ("gfnet.schedulers.define{name = 'x'}", "needs a function fit"),
    ("gfnet.schedulers.define{name = 'x', fit = print, stateful = true}", "unknown option 'stateful'"),
    (
      "gfnet.schedulers.define{name = 'x', fit = function() return 0.5 end} gfnet.schedulers.x(trace)",
      "gfnet.schedulers.x: fit must return an exit rule, gfnet.exits.NAME{…}, got 0.5"
    ),
    (
      "gfnet.schedulers.define{name = 'x', fit = function() return gfnet.samplers.grid{} end} gfnet.schedulers.x(trace)",
      "fit must return an exit rule"
    ),
    (
      "gfnet.schedulers.define{name = 'x', fit = function() error('too few') end} gfnet.schedulers.x(trace)",
      "too few (scheduler 'x')"
    ),
    (
      "trace:evaluate(gfnet.schedulers.share)",
      "expected an exit rule, got the scheduler 'share'"
    ),
    ("gfnet.exits.define{name = 'load', decide = print}", "is taken by the function of that name"),
  ])
  func namesTheMistake(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(Self.setup + source)
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  /// All digits, lists, and the infinities that JSON does not know.
  @Test func aRuleIsTheSameOnceItWasSavedAndLoaded() throws {
    let folder = try TemporaryFolder()
    let file = folder.path / "rule.json"
    let bench = try ScriptBench(
      """
      local file = "\(file.shown)"
      local third = gfnet.exits.confidence{threshold = {1 / 3, math.huge, -math.huge}}
      third:save(file)
      local kept = gfnet.exits.load(file)
      print(kept.params.threshold[1] == 1 / 3, kept.params.threshold[2], kept.params.threshold[3], kept.name)
      gfnet.exits.define{name = "mine", decide = function(s, p) return s.step >= p.step end,
        params = {step = 2, word = "inf", on = true, list = {default = {}, type = "list of numbers"}}}
      gfnet.exits.mine{step = 3, word = "so", on = false}:save(file)
      print(gfnet.exits.load(file))
      gfnet.samplers.grid{}:save(file)
      print(gfnet.samplers.load(file).name, pcall(gfnet.exits.load, file))
      """)
    #expect(bench.message == "")
    let lines = bench.shown.split(separator: "\n")
    #expect(lines.first == "true\tinf\t-inf\tconfidence", "\(bench.shown)")
    #expect(
      lines.dropFirst().first == "mine{list = {}, on = false, step = 3, word = \"so\"}", "\(bench.shown)")
    #expect(lines.last?.hasPrefix("grid\tfalse") == true, "\(bench.shown)")
    #expect(lines.last?.contains("holds a sampler, expected an exit rule") == true, "\(bench.shown)")
  }

  @Test(arguments: [
    ("[1, 2", "is no JSON file of an exit rule"), ("7", "is no JSON file of an exit rule"),
    ("{}", "lacks kind or name: it was not written by save"),
    (
      #"{"kind": "exits", "name": "margim", "params": {}}"#,
      "no exit rule is called 'margim'; did you mean 'margin'?"
    ),
    (#"{"kind": "exits", "name": "margin", "params": {"threshold": 7}}"#, "parameter 'threshold'"),
    (#"{"kind": "exits", "name": "margin", "params": {"nothing": 7}}"#, "unknown parameter 'nothing'"),
  ])
  func aFileThatIsNoneIsRefusedInOneLine(_ text: String, _ expected: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.path / "rule.json"
    try AtomicFile.write(text, to: file)
    let bench = try ScriptBench(
      "gfnet.exits.load(\"\(file.shown)\")")
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(!bench.message.contains("\n"))
  }
}
