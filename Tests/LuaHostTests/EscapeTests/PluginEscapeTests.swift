import LuaHost
import Support
import TestSupport
import Testing

/// Ideas of how a plugin could reach the script, another plugin or the host, each tried.
@Suite struct PluginEscapeTests {
  private static let setup = """
    local data = gfnet.dataset("tensors", {images = gfnet.tensor.zeros(2, 3, 128, 128), labels = {1, 2},
      classes = {"a", "b"}})
    local trace = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}:trace(data)

    """

  /// Loads `evil` and a well-behaved plugin, runs a script that uses both, and returns what it showed.
  private func run(_ evil: String, _ script: String, seconds: Double? = nil) throws -> ScriptBench {
    let folder = try PluginFolder()
    try folder.plugin("evil", initialise: evil)
    try folder.plugin("good")
    return try ScriptBench(Self.setup + script, clock: SteppingClock(), plugins: folder.loader) {
      $0.options.pluginLimits = UsageLimits(memory: 24_000_000, seconds: seconds)
    }
  }

  private static func rule(_ body: String) -> String {
    "gfnet.exits.define{name = 'evil', decide = function(s, p) \(body) return true end}"
  }

  private static let useBoth = """
    pcall(trace.evaluate, trace, gfnet.exits.evil{})
    assert(#trace:evaluate(gfnet.exits.good{}).exits == 2)
    assert(string.upper("a") == "A" and ("a"):upper() == "A" and type(print) == "function" and #{1} == 1)
    assert(rawget(_G, "stolen") == nil and rawget(_G, "evil") == nil)
    print("held")
    """

  @Test(arguments: [
    "string.upper = function() return 'evil' end table.insert = nil math.floor = nil print = nil error = nil",
    "_G.print = nil _G.stolen = true _ENV = {}",
    "local g = _G for k in pairs(g) do if k ~= 'gfnet' then g[k] = nil end end",
    "rawset(_G, 'pcall', nil) pcall = nil xpcall = nil tostring = nil",
    "package.loaded.string.upper = nil package.loaded = {}",
    "package.preload.evil = function() end string.format = function() while true do end end",
    "math.randomseed(1) math.random = function() return 4 end",
    "coroutine.resume = nil coroutine.yield = nil",
    "for _, m in ipairs{'load', 'tensor', 'exits'} do pcall(rawset, gfnet, m, nil) pcall(function() gfnet[m] = nil end) end",
    "local function walk(t, seen) if seen[t] then return end seen[t] = true for k, v in next, t do if type(v) == 'table' then walk(v, seen) end pcall(rawset, t, k, nil) end end walk(_G, {})",
    "error(setmetatable({}, {__tostring = function() stolen = true return 'x' end}))",
    "error(setmetatable({}, {__index = function() while true do end end}))",
    "error(coroutine.create(function() end))",
    "error(function() stolen = true end)", "coroutine.yield(1)",
    "local f = coroutine.wrap(function() for level = 0, 100 do local i = debug.getinfo(level) if i and i.func then i.func() end end end) f()",
    "s.kept = s kept = s p.threshold = 0 setmetatable(p, {__index = function() end})",
    "setmetatable(_G, {__index = function() return 'evil' end, __newindex = function() end})",
    "collectgarbage('stop')", "load('stolen = true')() load('evil = 1', 'x', 't', _G)()",
    "local function f() return 1 + f() end pcall(f) f()",
    "local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end",
    "gfnet.exits.define{name = 'good', decide = function() return false end}", "gfnet.params{x = 1}",
    "gfnet.strict(false)",
    "io.write(('x'):rep(100)) io.stderr:write('x')", "debug.traceback = nil debug.getinfo = nil",
  ])
  func whatItsRuleDoesOthersDoNotFeel(_ body: String) throws {
    let bench = try run(Self.rule(body), Self.useBoth)
    #expect(bench.message == "", "\(bench.message)")
    #expect(bench.shown.hasSuffix("held\n"), "\(bench.shown)")
  }

  @Test(arguments: [
    "string.upper = nil print = nil", "setmetatable(_G, {__index = function() return 1 end})",
    "local g = _G for k in pairs(g) do if k ~= 'gfnet' then g[k] = nil end end",
    "package.loaded.math.floor = nil", "math.randomseed(7)",
  ])
  func whatItDoesWhileItLoadsOthersDoNotFeel(_ code: String) throws {
    let bench = try run(
      "local gfnet = gfnet \(code) gfnet.exits.define{name = 'evil', decide = function() return true end}",
      Self.useBoth)
    #expect(bench.message == "" && bench.shown == "held\n", "\(bench.message)")
  }

  /// The script has the name that the plugin lacks, so there is none to propose.
  @Test func whatItLacksIsNotProposed() throws {
    let bench = try run("_G = nil _G.x = 1", Self.useBoth)
    #expect(bench.message.contains("the plugin 'evil' cannot be used: "), "\(bench.message)")
    #expect(bench.message.hasSuffix("a nil value (global '_G')"), "\(bench.message)")
  }

  /// What it takes goes on existing, and gives it nothing once its call is over.
  @Test func whatItKeepsOfACallIsDead() throws {
    let bench = try run(
      "local kept "
        + Self.rule(
          "if kept then local ok = pcall(function() return kept.margin end) assert(ok == (kept == s)) end kept = s"
        ),
      Self.useBoth)
    #expect(bench.message == "" && bench.shown == "held\n", "\(bench.message)")
  }

  @Test(arguments: [
    "while true do end", "while true do pcall(function() while true do end end) end",
    "coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()",
    "local x <close> = setmetatable({}, {__close = function() while true do end end}) error('x')",
    "table.sort({3, 2, 1}, function() while true do end end)",
    "(('a'):rep(3000)):find(('.-'):rep(20) .. 'b')",
    "local t = setmetatable({}, {__index = function() while true do end end}) local _ = t.none",
  ])
  func itsTimeIsItsOwn(_ body: String) throws {
    let bench = try run(
      Self.rule(body),
      "local ok, why = pcall(trace.evaluate, trace, gfnet.exits.evil{}) assert(not ok) print(why:match('the plugin .evil. may run')) "
        + Self.useBoth, seconds: 0.3)
    #expect(bench.message == "", "\(bench.message)")
    #expect(bench.shown == "the plugin 'evil' may run\nheld\n", "\(bench.shown)")
  }

  /// The stop of the script's own cell goes through a plugin that catches everything.
  @Test func itCannotSwallowTheStopOfTheCell() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "evil", initialise: Self.rule("while true do pcall(function() while true do end end) end"))
    let bench = try ScriptBench(
      Self.setup + "pcall(trace.evaluate, trace, gfnet.exits.evil{}) print('never')", seconds: 20,
      clock: SteppingClock(), plugins: folder.loader)
    #expect(bench.message.hasPrefix("time limit reached: cell 1 may run 20 s and ran "), "\(bench.message)")
    #expect(bench.shown == "")
  }
}
