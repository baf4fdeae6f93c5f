import Foundation
import LuaHost
import TestSupport
import Support
import Testing

/// The library's loops in C end with their cell, and tables that hold themselves are shown.
@Suite struct HostileLibraryTests {
  @Test(arguments: [
    "table.concat(setmetatable({}, {__index = tostring}), '', 1, 1 << 53)",
    "table.move(setmetatable({}, {__index = rawequal}), 1, 40000000, 1, setmetatable({}, {__newindex = rawequal}))",
    "table.insert(setmetatable({}, {__len = function() return 40000000 end, __index = rawequal, __newindex = rawequal}), 1, 1)",
    "table.remove(setmetatable({}, {__len = function() return 40000000 end, __index = rawequal, __newindex = rawequal}), 1)",
    "table.sort(setmetatable({}, {__len = function() return 40000000 end, __index = tostring, __newindex = rawequal}))",
    "load(('x = 1 '):rep(4000000))", "while true do collectgarbage() end",
    "while true do local s = ('x'):rep(1 << 22) s = s .. s end",
    "local set = '[' .. ('a'):rep(1 << 20) .. ']' local s = ('b'):rep(1 << 16) s:find(set)",
    "local s = ('a'):rep(1 << 20) while true do s:upper() s:lower() s:reverse() end",
  ])
  func aLoopInCEndsAtTheTimeLimit(_ source: String) throws {
    let bench = try ScriptBench(source, seconds: 0.02, clock: SteppingClock())
    #expect(bench.message.hasPrefix("time limit reached: cell 1 may run 0.02 s and ran "))
  }

  @Test func aPlainSearchIsLinear() throws {
    // Looking at each place again would take 10^12 comparisons.
    let bench = try ScriptBench(
      "local s = ('a'):rep(4000000) print(s:find(('a'):rep(2000000) .. 'b', 1, true)) print(s:find(('a'):rep(3999999), 2, true))"
    )
    #expect(bench.shown == "nil\n2\t4000000\n")
  }

  @Test func aPlainSearchFindsAcrossItsWindows() throws {
    let bench = try ScriptBench(
      "local s = ('a'):rep((1 << 24) - 2) .. 'needle' .. ('b'):rep(100) print((1 << 24) - 1, s:find('needle', 1, true))",
      memory: 512 << 20)
    #expect(bench.shown == "16777215\t16777215\t16777220\n")
  }

  @Test func aLengthIsReadOnce() throws {
    let bench = try ScriptBench(
      """
      local asked = 0
      local function lying() asked = asked + 1 return asked == 1 and 0 or (1 << 62) end
      local t = setmetatable({}, {__len = lying})
      table.insert(t, 1, "x")
      print(t[1], asked)
      """)
    #expect(bench.message == "")
    #expect(bench.shown == "x\t1\n")
  }

  @Test(arguments: [
    ("local t = {} t[t] = 1\nt", "{[{…}] = 1}\n"), ("local t = {} t[{t}] = {t}\nt", "{[{{…}}] = {{…}}}\n"),
    ("local a, b = {}, {} a[b] = 1 b[a] = 2\na", "{[{[{…}] = 2}] = 1}\n"),
    ("local t = {} t[t] = 1\nprint(t)", "{[{…}] = 1}\n"),
    ("local t = {} t[1] = t\nprint(t, 1)", "{{…}}\t1\n"),
    ("print({1, 2, x = {3}})", "{1, 2, x = {3}}\n"), ("print({0/0, -(0/0)})", "{nan, nan}\n"),
    ("print(setmetatable({}, {__tostring = function() return 'mine' end}))", "mine\n"),
    ("local t = {} for i = 1, 100 do t[i] = i end\nprint((#tostring(t) > 6))", "true\n"),
  ])
  func tablesAreShownWhateverTheyHold(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(source)
    #expect(bench.message == "")
    #expect(bench.shown == expected)
  }

  @Test func deepAndLargeTablesAreShort() throws {
    let bench = try ScriptBench(
      "local t = {} for i = 1, 30 do t = {t, t} end\nprint(t)\nlocal k = {} for i = 1, 100000 do k = {[k] = k} end\nprint(k)\nt, k"
    )
    #expect(bench.message == "")
    #expect(bench.shown.count < 2000)
    #expect(!bench.shown.contains("0x"))
  }

  // MARK: Errors

  @Test(arguments: [
    ("error({code = 3})", "test.lua:1: the script raised a table as its error: {code = 3}"),
    ("local t = {} t[t] = t error(t)", "the script raised a table as its error: {[{…}] = {…}}"),
    ("error(print)", "the script raised a function value as its error"),
    ("error(('x'):rep(100000))", "x… (100012 bytes) …x"),
    ("error(('ä'):rep(100000), 0)", "ä… (200000 bytes) …ä"),
    ("local t = {1} print(t[0].x)", "lists begin at 1"), ("print('a' + 'b')", "Lua joins strings with '..'"),
  ])
  func errorsSayWhatWasRaised(_ source: String, _ expected: String) throws {
    let message = try ScriptBench(source).message
    #expect(message.contains(expected), "\(message.prefix(300))")
    #expect(message.utf8.count < 2500)
  }

  @Test(arguments: [
    ("if x != 3 then end", "~="), ("if a && b then end", "'and'"), ("if a || b then end", "'or'"),
    ("x = !y", "'not'"),
    ("x += 1", "Lua has no +="), ("x -= 1", "Lua has no -="), ("x++", "Lua has no ++"),
    ("if x == 3:\n  print(1)", "if … then … end"), ("for i in range(3):\n  print(i)", "for i = 1, n do"),
    ("for i in range(3): print(i)", "for i = 1, n do"), ("while x: print(x)", "while … do … end"),
    ("if x == 3: print(1)", "if … then … end"), ("for i in range(3): print(i)\nprint(4)", "for i = 1, n do"),
    ("while true:\n print(1)", "while … do … end"), ("local x = a ? b : c", "condition and a or b"),
    ("größe = 3", "'größe' is none"), ("local länge2 = 1", "'länge2' is none"),
    ("def f(x):\n  return x", "function name"),
    ("import numpy", "require"), ("let x = 3", "local name"), ("x = [1, 2]", "{1, 2, 3}"),
    ("x = {a: 1}", "{name = value}"), ("// comment", "comments begin with --"),
    ("# comment\nprint(1) # x", "comments begin with --"),
    ("local f = lambda x: x", "function(x)"), ("try:\n  f()", "pcall"), ("x = 2 ** 3", "^"),
    ("if x then\nelif y then\nend", "elseif"),
  ])
  func otherLanguagesAreExplained(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("\n" + source)
    #expect(bench.message.hasPrefix("test.lua:"))
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  // MARK: Output

  @Test func bytesThatAreNoTextAreShownAsSuch() throws {
    let bench = try ScriptBench(
      "print('a\\xff\\x80b') io.write('\\xc3') io.write('\\xa4\\n') io.write('\\xe2\\x82')\n-- %%\nprint('next')"
    )
    #expect(bench.shown == "a\\xff\\x80b\nä\n\\xe2\\x82next\n")
  }

  @Test(
    arguments: [
      ([0x70, 0x00, 0x0A], "line 1 has a NUL byte"),
      ([0x0A, 0x0A, 0x2D, 0x2D, 0xE9, 0x0A], "line 3 has the byte 0xe9"),
      ([0x2D, 0x2D, 0xC3], "line 1 has the byte 0xc3"),
    ] as [([UInt8], String)])
  func filesThatAreNoTextAreRefused(_ bytes: [UInt8], _ expected: String) throws {
    let folder = try TemporaryFolder()
    try Data(bytes).write(to: URL(fileURLWithPath: (folder.path / "x.lua").string))
    #expect { try ScriptFile(contentsOf: folder.path / "x.lua") } throws: { "\($0)".contains(expected) }
  }

  // MARK: Size

  @Test func largeSourcesAreReadInOnePass() throws {
    // Tokens, symbols, locals and brackets by the hundred thousand: quadratic work would take minutes.
    for source in [
      String(repeating: "x = 1 + 2 .. 3 == 4 ", count: 60_000), String(repeating: "local a ", count: 100_000),
      (1...60_000).map { "local v\($0) " }.joined(), "x=[" + String(repeating: "=", count: 2_000_000),
      "x=[[" + String(repeating: "]=", count: 1_000_000), String(repeating: "[=", count: 500_000),
      String(repeating: "-- %%\n", count: 50_000), String(repeating: ";", count: 500_000),
    ] {
      let outline = try CellOutline(of: source)
      #expect(outline.locals.count <= 60_000)
      #expect(ScriptFile(path: "test.lua", source: source).cells.count <= 1)
    }
  }
}
