import LuaHost
import Support
import TestSupport
import Testing

/// Sources that take long to compile, and instructions that walk long texts and tables, end with their cell.
@Suite struct LongWalkTests {
  // MARK: Compiling

  /// Each name in the innermost function is looked for among the locals of all of them.
  private static let nested = """
    local names, parts = {}, {}
    for i = 1, 199 do names[i] = "a" .. i end
    local locals = "local " .. table.concat(names, ",") .. "\\n"
    for i = 1, 150 do parts[i] = "local function f() " .. locals end
    parts[151] = "return x" .. ("+x"):rep(3000000)
    for i = 1, 150 do parts[151 + i] = " end " end
    local source = table.concat(parts)

    """

  @Test(arguments: [
    "load(source)", "while true do pcall(load, source) end",
    "local done = false load(function() if done then return nil end done = true return source end)",
    "coroutine.wrap(load)(source)",
  ])
  func compilingEndsAtTheTimeLimit(_ call: String) throws {
    let bench = try ScriptBench(Self.nested + call, seconds: 0.5, clock: SteppingClock(step: 0.005))
    #expect(
      bench.message.hasPrefix("time limit reached: cell 1 may run 0.5 s and ran "), "\(bench.message)")
  }

  @Test(arguments: ["load(s)", "local once = s load(function() local s = once once = nil return s end)"])
  func aSourceIsLookedAtByTheKilobyte(_ call: String) throws {
    let clock = SteppingClock()
    let bench = try ScriptBench(
      "local s = (' '):rep(1 << 20) \(call) print('done')", seconds: 1e6, clock: clock)
    #expect(bench.shown == "done\n")
    #expect(clock.count >= 1024)
  }

  @Test func piecesMeanWhatTheWholeMeans() throws {
    let bench = try ScriptBench(
      """
      local text = ("abc "):rep(2500)
      local source = "local t = '" .. text .. "' -- " .. ("c"):rep(3000) .. "\\nreturn t, " .. ("1 + "):rep(1000) .. "1"
      local function check(f, why)
        local t, n = assert(f, why)()
        assert(t == text and n == 1001)
      end
      check(load(source))
      for _, size in ipairs{1, 7, 1023, 1024, 1025, 2048, #source - 1, #source} do
        local at = 1
        check(load(function()
          if at > #source then return nil end
          at = at + size
          return source:sub(at - size, at - 1)
        end))
      end
      local ended = false
      check(load(function()
        if ended then return "" end
        ended = true
        return source
      end))
      print(select(2, load(("x = 1\\n"):rep(1000) .. "y = =", "=chunk")))
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "chunk:1001: unexpected symbol near '='\n")
  }

  /// Thousands of looks, of which none is within a cell that runs.
  private static let longSource = "do local x = 1 " + String(repeating: "x = x + 1 ", count: 20_000) + "end"

  @Test func theTimeOfTheRunEndsItsCompilation() throws {
    let bench = try ScriptBench("print(1)\n-- %%\n" + Self.longSource) {
      $0.options.deadline = Deadline(of: "the run", seconds: 0.1, clock: SteppingClock().clock)
    }
    #expect(bench.shown == "")
    #expect(bench.message.contains("time limit reached: the run may run 0.1 s and ran "), "\(bench.message)")
    #expect(bench.message.hasSuffix("(--time)"), "\(bench.message)")
  }

  @Test func theTimeOfACellEndsItsCompilation() throws {
    let bench = try ScriptBench("print(1)\n-- %%\n" + Self.longSource, seconds: 0.1, clock: SteppingClock())
    #expect(bench.shown == "")
    #expect(bench.message.contains("time limit reached: cell 2 may run 0.1 s and ran "), "\(bench.message)")
  }

  @Test func theTimeToLoadEndsTheCompilationOfAPlugin() throws {
    for file in ["plugin.lua", "init.lua"] {
      let folder = try PluginFolder()
      try folder.plugin("slow")
      try folder.write("slow/\(file)", Self.longSource)
      let problems = try folder.outcome(secondsToLoad: 0.1).problems
      #expect(problems.count == 1 && problems[0].contains("it took longer than 0.1 s to load"), "\(problems)")
    }
  }

  // MARK: Instructions that walk far

  /// A text of n bytes, in few instructions and looks.
  private static let long = "local function long(c, n) return c:rep(1000):rep(n // 1000) end "

  @Test(arguments: [
    "local s = long(' ', 32000000) while true do local _ = tonumber(s) end",
    "local s = long(' ', 32000000) .. '1' while true do local _ = s + 1 end",
    "local s = long(' ', 32000000) .. '1' while true do math.floor(s) end",
    "local s = long('a', 32000000) while true do utf8.len(s) end",
    "local s = long('a', 32000000) while true do utf8.offset(s, #s) end",
    "local s = long(' ', 32000000) while true do string.packsize(s) for i = 1, 9 do end end",
    "local s = long('x', 64000000) while true do local _ = s < s end",
    "local s = long('x', 64000000) while true do local _ = s <= s end",
    "local a, b = long('x', 32000000) .. 'a', long('x', 32000000) .. 'b' while true do local _ = a == b end",
    "local a, b = long('x', 32000000) .. 'a', long('x', 32000000) .. 'a' local t = {[a] = 1} while true do local _ = t[b] end",
    "local s = long('x', 16000000) local t = {} for i = 1, 999 do t[i] = s end table.sort(t)",
    "local s = long('x', 100000) local t = {} for i = 1, 99 do t[i] = s end while true do math.max(table.unpack(t)) end",
    // The text is made by one coroutine and walked by another.
    "local s local f = coroutine.wrap(function() while true do coroutine.yield() for i = 1, 5 do local _ = s < s end end end) f() s = long('x', 64000000) while true do f() end",
    "local f = coroutine.wrap(function() coroutine.yield(long('x', 64000000)) end) local s = f() while true do local _ = s < s end",
  ])
  func itEndsAtTheTimeLimit(_ source: String) throws {
    let bench = try ScriptBench(Self.long + source, seconds: 0.15, clock: SteppingClock(step: 0.01))
    #expect(
      bench.message.hasPrefix("time limit reached: cell 1 may run 0.15 s and ran "), "\(bench.message)")
  }

  @Test func aPluginEndsAtItsTime() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "slow", manifest: Self.long + "local s = long('x', 64000000) while true do local _ = s < s end")
    let problems = try folder.outcome(secondsToLoad: 0.02).problems
    #expect(problems.count == 1 && problems[0].contains("it took longer than 0.02 s to load"), "\(problems)")
  }

  /// The longest text decides; what is gone does not count, and a table counts a sixteenth.
  @Test func longBlocksHaveItLookMoreOften() throws {
    let state = try LuaState()
    try Catalog.standard.install(in: state)
    // Opens the library in the state's own globals.
    _ = try LuaEnvironment(in: state, catalog: .standard, moduleFolders: [])
    #expect(state.instructionsBetweenLooks == 1000)
    for (source, expected) in [
      ("short = ('x'):rep(100000)", 1000), ("long = ('x'):rep(1 << 20)", 256),
      ("longer = ('x'):rep(1024):rep(1 << 16)", 3), ("longer = nil collectgarbage()", 255),
      ("long = nil collectgarbage()", 1000), ("long = ('x'):rep(1024):rep(300 << 10)", 1),
      ("long = nil collectgarbage()", 1000),
      ("list = {} for i = 1, 100000 do list[i] = i end", 1000),
      ("list = {} for i = 1, 1 << 20 do list[i] = i end", 256), ("list = nil collectgarbage()", 1000),
    ] {
      try state.stack.load(source, name: "test")
      try state.stack.call(arguments: 0, results: 0)
      let instructions = state.instructionsBetweenLooks
      #expect(abs(instructions - expected) <= 1, "\(source): \(instructions)")
    }
  }

  /// What stands among the arguments of one call a thousand times is refused, as its result would be.
  @Test(arguments: [
    "string.char", "string.pack", "utf8.char", "math.max", "math.min", "string.format",
  ])
  func aCallWithTheSameLongTextAThousandTimesIsRefused(_ function: String) throws {
    let bench = try ScriptBench(
      "local s = (' '):rep(1 << 20) local t = {} for i = 1, 999 do t[i] = s end \(function)(table.unpack(t))")
    #expect(bench.message.contains("as arguments are too long"), "\(bench.message)")
  }
}
