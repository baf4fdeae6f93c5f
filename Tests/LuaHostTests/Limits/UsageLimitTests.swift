import LuaHost
import Support
import TestSupport
import Testing

/// A cell and a plugin stay within their memory and their time, and the run goes on.
@Suite struct UsageLimitTests {
  /// Ways to hold more and more: Lua's values, tensors, both in turn, and what hides behind other things.
  @Test(arguments: [
    "for i = 1, 1e6 do held[i] = ('x'):rep(100000) .. i end",
    "for i = 1, 1e6 do held[i] = {} for k = 1, 1000 do held[i][k] = k end end",
    "for i = 1, 1e6 do held[i] = gfnet.tensor.zeros(512, 512) end",
    "for i = 1, 1e6 do held[i] = i % 2 == 0 and gfnet.tensor.zeros(256, 256) or ('x'):rep(200000) .. i end",
    "local function keep(i) local t = gfnet.tensor.zeros(256, 256) local f = held held = function() return t, f end end for i = 1, 1e6 do keep(i) end",
    "local m = setmetatable({}, {__index = function(t, k) rawset(t, k, ('x'):rep(100000) .. k) return t end}) for i = 1, 1e6 do local _ = m[i] end",
    "for i = 1, 1e6 do held[i] = coroutine.wrap(function() local t = gfnet.tensor.zeros(256, 256) coroutine.yield() return t end) held[i]() end",
    "for i = 1, 1e6 do held[i] = gfnet.dataset('tensors', {images = gfnet.tensor.zeros(2, 3, 64, 64), labels = {1, 2}}) end",
  ])
  func aCellIsHeldToItsMemory(_ loop: String) throws {
    let bench = try ScriptBench("held = {}\n\(loop)\nprint('never')", cellMemory: 40_000_000)
    #expect(bench.message.contains("cell 1 may hold 40.0 MB and holds "), "\(bench.message)")
    #expect(bench.message.contains("--cell-memory"), "\(bench.message)")
    #expect(bench.shown == "")
  }

  /// What a cell is refused, it may catch; then it holds no more than before, and releasing makes room.
  @Test func aRefusalCanBeCaughtAndTheLimitHolds() throws {
    let bench = try ScriptBench(
      """
      local held, most = {}, 0
      for round = 1, 5 do
        local ok, why = pcall(function()
          for i = 1, 1e6 do
            held[#held + 1] = i % 2 == 0 and gfnet.tensor.zeros(256, 256) or ('x'):rep(200000) .. i
            most = math.max(most, #held)
          end
        end)
        assert(not ok)
      end
      -- 0.2 MB and more each: beyond 200 would be beyond the limit.
      print(most > 50 and most <= 200)
      held = nil
      collectgarbage()
      print(#gfnet.tensor.zeros(256, 256))
      """, cellMemory: 40_000_000)
    #expect(bench.message == "")
    #expect(bench.shown == "true\n256\n")
  }

  @Test func eachCellBeginsAnew() throws {
    let keeping =
      "kept = rawget(_G, 'kept') or {} for i = 1, 20 do kept[#kept + 1] = gfnet.tensor.zeros(512, 512) end"
    let bench = try ScriptBench(
      "-- %%\n\(keeping)\n-- %%\n\(keeping)\n-- %% Third\nfor i = 1, 3 do \(keeping) end",
      cellMemory: 40_000_000)
    #expect(bench.message.contains("cell 3 (Third) may hold 40.0 MB"), "\(bench.message)")
  }

  /// Dead tensors do not count: a loop that releases nothing itself stays below a limit that fifty of them fill.
  @Test func aLoopOverTensorsStaysBelowTheLimit() throws {
    let bench = try ScriptBench(
      "for i = 1, 300 do local t = gfnet.tensor.zeros(1448, 1448) end print('done')", cellMemory: 400_000_000
    )
    #expect(bench.message == "")
    #expect(bench.shown == "done\n")
  }

  @Test func theTimeOfTheRunEndsItsCell() throws {
    let bench = try ScriptBench("print(1)\n-- %%\nwhile true do pcall(function() while true do end end) end")
    {
      $0.options.deadline = Deadline(of: "the run", seconds: 0.3, clock: SteppingClock().clock)
    }
    #expect(bench.shown == "1\n")
    #expect(bench.message.hasPrefix("time limit reached: the run may run 0.3 s and ran "), "\(bench.message)")
    #expect(bench.message.hasSuffix("(--time)"), "\(bench.message)")
  }

  // MARK: Plugins

  private static let setup = """
    local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(2, 3, 128, 128), labels = {1, 2},
      classes = {"a", "b"}})
    local trace = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}:trace(data)

    """

  /// Runs a script with plugins of one function each; `good` always leaves.
  private func run(_ bodies: [String: String], _ script: String, _ limits: UsageLimits) throws -> ScriptBench
  {
    let folder = try PluginFolder()
    for (name, body) in bodies {
      try folder.plugin(
        name,
        initialise:
          "local held = {} gfnet.exits.define{name = '\(name)', decide = function(s) \(body) return true end}"
      )
    }
    try folder.plugin("good")
    return try ScriptBench(Self.setup + script, clock: SteppingClock(), plugins: folder.loader) {
      $0.options.pluginLimits = limits
    }
  }

  @Test(arguments: [
    "while true do end", "while true do pcall(function() while true do end end) end",
    "coroutine.wrap(function() while true do end end)()",
    "local g <close> = setmetatable({}, {__close = function() while true do end end}) while true do end",
    "error(setmetatable({}, {__tostring = function() while true do end end}))",
  ])
  func aPluginsCallEndsWithItsTimeAndTheScriptGoesOn(_ body: String) throws {
    let bench = try run(
      ["slow": body],
      """
      local ok, why = pcall(trace.evaluate, trace, gfnet.exits.slow{})
      print(ok, why)
      print(#trace:evaluate(gfnet.exits.good{}).exits)
      local co = coroutine.wrap(function() local ok = pcall(trace.evaluate, trace, gfnet.exits.slow{}) coroutine.yield(ok) return 2 end)
      print(co(), co())
      """, UsageLimits(seconds: 0.3))
    #expect(bench.message == "")
    let lines = bench.shown.split(separator: "\n")
    #expect(lines.count == 3, "\(bench.shown)")
    #expect(lines.first?.contains("time limit reached: the plugin 'slow' may run 0.3 s and ran ") == true)
    #expect(lines.dropFirst() == ["2", "false\t2"], "\(bench.shown)")
  }

  /// What it keeps from one call to the next counts, and nobody else's does.
  @Test(arguments: [
    "for i = 1, 20 do held[#held + 1] = gfnet.tensor.zeros(256, 256) end",
    "for i = 1, 20 do held[#held + 1] = ('x'):rep(200000) .. #held end",
  ])
  func aPluginIsHeldToItsMemoryOverAllCalls(_ body: String) throws {
    let bench = try run(
      ["hoarder": body],
      """
      local mine = {} for i = 1, 40 do mine[i] = gfnet.tensor.zeros(512, 512) end
      local calls, why = 0
      for i = 1, 100 do
        local ok, problem = pcall(trace.evaluate, trace, gfnet.exits.hoarder{})
        if not ok then why = problem break end
        calls = calls + 1
      end
      print(calls >= 1 and calls < 12, why)
      mine[41] = gfnet.tensor.zeros(512, 512)
      print(#trace:evaluate(gfnet.exits.good{}).exits)
      """, UsageLimits(memory: 20_000_000))
    #expect(bench.message == "")
    let lines = bench.shown.split(separator: "\n")
    #expect(lines.count == 2 && lines.last == "2", "\(bench.shown)")
    #expect(lines.first?.hasPrefix("true\t") == true, "\(bench.shown)")
    #expect(
      lines.first?.contains("the plugin 'hoarder' may hold 20.0 MB") == true
        || lines.first?.contains("not enough memory") == true, "\(bench.shown)")
  }

  @Test func aPluginIsHeldToItsMemoryWhileItLoads() throws {
    let folder = try PluginFolder()
    try folder.plugin("fat", initialise: "held = {} for i = 1, 1e6 do held[i] = ('x'):rep(100000) .. i end")
    try folder.plugin("good")
    let bench = try ScriptBench(
      "print(pcall(function() return gfnet.exits.fat{} end)) print(gfnet.exits.good{}.name)",
      plugins: folder.loader
    ) { $0.options.pluginLimits = UsageLimits(memory: 20_000_000) }
    #expect(bench.message == "")
    #expect(bench.shown.hasPrefix("false\t") && bench.shown.hasSuffix("\ngood\n"), "\(bench.shown)")
    #expect(bench.shown.contains("the plugin 'fat' may hold 20.0 MB and holds "), "\(bench.shown)")
  }

  // MARK: Limits as they are written

  @Test(arguments: [
    ("90", 90), ("90s", 90), ("10m", 600), ("1.5 h", 5400), ("1h30m", 5400), ("250ms", 0.25), ("2 min", 120),
    ("1d", 86_400),
  ])
  func timesAreRead(_ text: String, _ seconds: Double) { #expect(DurationText.parse(text) == seconds) }

  @Test(arguments: ["", "m", "10x", "-1s", "0", "1h 30", "1e3", "nan", "10mm", "1..5s", "99999999999d"])
  func whatIsNoTimeIsNone(_ text: String) { #expect(DurationText.parse(text) == nil) }

  @Test func bothLimitsHold() {
    let both = UsageLimits(memory: 5, seconds: nil).combined(with: UsageLimits(memory: 3, seconds: 2))
    #expect(both == UsageLimits(memory: 3, seconds: 2))
    #expect(UsageLimits().areNone && UsageLimits(memory: 2_000_000, seconds: 5).described == "2.0 MB and 5 s")
  }
}
