import LuaHost
import TestSupport
import Testing

/// Scripts that try to hang, exhaust or escape the host.
@Suite struct HostileScriptTests {
  @Test(arguments: [
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "pcall(function() while true do end end) while true do end",
    "xpcall(function() while true do end end, function() while true do end end) while true do end",
    "xpcall(function() error('x') end, function() while true do end end)",
    "local co = coroutine.wrap(function() while true do end end) while true do pcall(co) end",
    "while true do local co = coroutine.create(function() while true do end end) coroutine.resume(co) end",
    "while true do coroutine.wrap(function() coroutine.wrap(function() while true do end end)() end)() end",
    """
    local guard = setmetatable({}, {__close = function() while true do end end})
    local co = coroutine.create(function() local g <close> = guard; while true do end end)
    coroutine.resume(co) coroutine.close(co)
    """,
    "local g <close> = setmetatable({}, {__close = function() while true do end end})",
    "pcall(error, setmetatable({}, {__tostring = function() while true do end end})) error(setmetatable({}, {__tostring = function() while true do end end}))",
    "table.sort({3, 2, 1}, function() while true do end end)",
    "string.gsub('abc', '.', function() while true do end end)",
    "load(function() while true do end end)",
    "for _ in ipairs(setmetatable({}, {__index = function() return 1 end})) do end",
    "local s = ('a'):rep(200) s:find('.-.-.-.-.-.-.-.-b')",
    "local s = ('a'):rep(40) s:match(('a?'):rep(40) .. ('a'):rep(40) .. 'b')",
    "local s = ('a'):rep(2000) s:gsub('.*.*.*.*b', '')",
    "for _ in ('a'):rep(3000):gmatch('.*.*.*.*b') do end",
    "print(#string.rep('', 1 << 60)) print(('').rep('', 1 << 62, '')) while true do end",
  ])
  func isStoppedByTheTimeLimit(_ source: String) throws {
    let message = try ScriptBench(source, seconds: 0.3, clock: SteppingClock()).message
    #expect(message.hasPrefix("time limit reached: cell 1 may run 0.3 s and ran "))
  }

  @Test(arguments: [
    "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end",
    "local s = 'x' while true do s = s .. s end",
    "local s = ('x'):rep(1 << 40)",
    "local function f() return f() + 1 end local t = {} for i = 1, 1e9 do t[i] = {i} end",
    "table.concat(setmetatable({}, {__index = function() return ('x'):rep(1 << 20) end, __len = function() return 1 << 20 end}))",
  ])
  func isStoppedByTheBudget(_ source: String) throws {
    let bench = try ScriptBench(source, memory: 24 << 20)
    #expect(bench.message.contains("out of memory") || bench.message.contains("too large"))
  }

  @Test func runsOnAfterCatchingExhaustion() throws {
    let bench = try ScriptBench(
      """
      local ok, why = pcall(function() local t = {} while true do t[#t + 1] = ('x'):rep(10000) .. #t end end)
      print(ok, why)
      local t = {} for i = 1, 1000 do t[i] = {} end
      print(#t)
      """, memory: 24 << 20)
    #expect(bench.shown == "false\tnot enough memory\n1000\n")
  }

  @Test func swiftPushesBeyondTheBudgetRaiseAfterSwiftReturned() throws {
    let module = LuaModule(
      "gfnet", "Test.",
      functions: [
        FunctionEntry("big", "A large string.", returns: "string") { _ in
          String(repeating: "x", count: 5 << 20)
        }
      ])
    let bench = try ScriptBench(
      "local ok, why = pcall(gfnet.big) print(ok, why) collectgarbage() print(1)", memory: 1 << 20,
      catalog: Catalog(modules: [module], classes: []))
    #expect(bench.shown == "false\tnot enough memory\n1\n")
  }

  @Test(arguments: [
    ("load('\\27Lua')", "attempt to load a binary chunk"),
    ("assert(load('\\27Lua', 'x', 'bt'))", "attempt to load a binary chunk"),
    ("assert(load('return 1', 'x', 'b'))", "only text is loaded"),
    ("string.dump(print)", "a nil value (field 'dump')"),
    ("('').dump(print)", "a nil value (field 'dump')"),
    ("debug.sethook()", "field 'sethook'"), ("debug.getregistry()", "field 'getregistry'"),
    ("debug.setupvalue(print, 1, 2)", "field 'setupvalue'"), ("debug.upvaluejoin()", "field 'upvaluejoin'"),
    ("package.loadlib('x', 'y')", "field 'loadlib'"),
    ("os.execute('true')", "field 'execute'"),
    ("os.exit(3)", "field 'exit'"),
    ("os.getenv('HOME')", "field 'getenv'"),
    ("io.open('/etc/passwd')", "io.open: may not read /etc/passwd"),
    ("io.open('/etc/passwd', 'w')", "argument 2 'mode' must be \"r\" or \"rb\""),
    ("io.lines('/etc/passwd')", "io.lines: may not read /etc/passwd"),
    ("io.output('x')", "field 'output'"),
    ("io.popen('true')", "field 'popen'"),
    ("dofile('/etc/passwd')", "global 'dofile'"),
    ("loadfile('/etc/passwd')", "global 'loadfile'"),
    ("require('../secret')", "not a module name"),
    ("require('/etc/passwd')", "not a module name"),
    ("setmetatable({}, {__gc = print})", "__gc is not available"),
    ("collectgarbage('stop')", "not available"),
    ("collectgarbage('generational')", "not available"),
    ("getmetatable('').__index = {}", "attempt to index a boolean value"),
    ("setmetatable(gfnet, {})", "cannot change a protected metatable"),
    ("getmetatable(gfnet).x = 1", "attempt to index a boolean value"),
    ("gfnet.clock = 1", "gfnet is read-only"),
    ("table.move({}, 1, 1 << 60, 1, {})", "table.move of more than"),
    ("table.insert(setmetatable({}, {__len = function() return 1 << 60 end}), 1, 2)", "at most"),
    ("string.rep('x', -1 >> 1)", "too large"),
    ("error({})", "raised a table as its error: {}"),
    (
      "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) return t[1]",
      "stack overflow"
    ),
  ])
  func isRefused(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("local result, why = " + source + " if why then error(why, 0) end")
    let plain = try ScriptBench(source)
    #expect(
      bench.message.contains(expected) || plain.message.contains(expected),
      "\(bench.message) / \(plain.message)")
  }

  @Test func stringMethodsCannotBeReplaced() throws {
    let bench = try ScriptBench("string.upper = function() return 'evil' end print(('a'):upper())")
    #expect(bench.shown == "A\n")
  }

  @Test func loadUsesTheEnvironmentOfItsCaller() throws {
    let bench = try ScriptBench(
      "gfnet.strict(false) x = 5 print(load('return x')(), load('y = 6') and y, load('return x', 'n', 't', {x = 7})())"
    )
    #expect(bench.shown == "5\tnil\t7\n")
  }

  @Test func pcallStillCatchesOrdinaryErrorsAndYields() throws {
    let bench = try ScriptBench(
      """
      print(pcall(error, 'x', 0))
      print(xpcall(function() error('y', 0) end, function(m) return m .. '!' end))
      local co = coroutine.wrap(function() print(pcall(function() coroutine.yield(1) error('z', 0) end)) return 2 end)
      print(co()) print(co())
      print(select('#', pcall(function() return nil, nil end)))
      """)
    #expect(bench.shown == "false\tx\nfalse\ty!\n1\nfalse\tz\n2\n3\n")
  }

  @Test func mathRandomRepeats() throws {
    let source = "print(math.random(1 << 40), math.random())"
    #expect(try ScriptBench(source).shown == ScriptBench(source).shown)
  }
}
