import Foundation
import LuaHost
import TestSupport
import Support
import Testing

/// Lua as the manual of 5.4 documents it; against `lua5.4` where the machine has it.
@Suite struct StandardLuaTests {
  @Test(arguments: [
    ("'10' + 1, '3' * '4', -'2', (10 .. '') + 1", "11\t12\t-2\t11\n"),
    ("'0x10' + 0, '7' // '2', '7' % 4, '2' ^ '3', ' 5 ' - 1, '1e1' / 2", "16\t3\t3\t8.0\t4\t5.0\n"),
    (
      "pcall(function() return 'a' + 1 end)",
      "false\ttest.lua:1: attempt to perform arithmetic on a string value ('a' is no number)\n"
    ),
    (
      "pcall(function() return '1' + {} end)",
      "false\ttest.lua:1: attempt to perform arithmetic on a table value\n"
    ),
    ("'1' + setmetatable({}, {__add = function(a, b) return a .. '!' end})", "1!\n"),
    ("('a\\0b'):find('%z'), ('a\\0b'):gsub('%Z', '')", "2\t\0\t2\n"),
    (
      "load('return 1', 'x', 'b')",
      "nil\tattempt to load a text chunk (mode is 'b'); only text is loaded here\n"
    ),
    ("load('\\27Lua', 'x')", "nil\tattempt to load a binary chunk (mode is 't')\n"),
    ("pcall(string.gsub)", "false\tbad argument #1 to 'string.gsub' (string expected, got no value)\n"),
    ("pcall(table.concat, {{}})", "false\tinvalid value (table) at index 1 in table for 'concat'\n"),
    ("pcall(math.floor, {})", "false\tbad argument #1 to 'math.floor' (number expected, got table)\n"),
    ("pcall(rawlen, 1)", "false\tbad argument #1 to 'rawlen' (table or string expected, got number)\n"),
    ("0/0, -(0/0), string.format('%.1f', 0/0), tostring(0/0)", "nan\tnan\tnan\tnan\n"),
  ])
  func standardFunctionsAnswer(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench("print(\(source))")
    #expect(bench.message == "")
    #expect(bench.shown == expected)
  }

  @Test(arguments: [
    ("f = function() print('ran') end\nf();;", "ran\n"), ("1;;", ""), ("local x = 1;;;\n-- %%\nx;;", ""),
    ("local done = true\nif done then goto e end\nlocal x = 1\n::e::", ""),
    ("local p = 2\nfor i = 1, 3 do if i == 2 then goto e end end\nlocal x = 1\n::e:: ;\n-- %%\np", "2\n"),
    ("local p = 2\nlocal function get() return p end\nif true then return end\n-- %%\np = 3\nget()", "3\n"),
    ("local p = 2\n::a:: ::b::\n-- %%\np", "2\n"),
    ("local a <const>, b = 1, 2\ndo goto e end\nlocal c\n::e::\n-- %%\na, b", "1\t2\n"),
    ("local x = 1\nlocal __gfnet = 2\n-- %%\nx + __gfnet", "3\n"),
  ])
  func cellsEndAsChunksDo(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(source)
    #expect(bench.message == "")
    #expect(bench.shown == expected)
  }

  @Test func fieldsAreNoUsesOfLocals() throws {
    let locals = (1...230).map { "local v\($0) = \($0)" }
    let cells = [locals[..<150].joined(separator: "\n"), locals[150...].joined(separator: "\n")]
    let fields =
      "local t = {" + (1...230).map { "v\($0) = \($0)" }.joined(separator: ", ") + "}\nprint(t.v1 + t.v230)"
    let bench = try ScriptBench((cells + [fields]).joined(separator: "\n-- %%\n"))
    #expect(bench.message == "")
    #expect(bench.shown == "231\n")
    let uses = "print(" + (1...230).map { "v\($0)" }.joined(separator: " + ") + ")"
    #expect(
      try ScriptBench((cells + [uses]).joined(separator: "\n-- %%\n")).message
        == "test.lua:233: this cell uses 230 locals of the cells before it, and Lua has room for 198; keep them in a table"
    )
  }

  @Test func tableFunctionsMeanWhatLuaMeans() throws {
    try compare(
      """
      local seed = 7
      local function random(n) seed = (seed * 1103515245 + 12345) % 2147483648 return seed // 65536 % n + 1 end
      local function show(...)
        local parts = table.pack(...)
        for i = 1, parts.n do
          local v = parts[i]
          if type(v) == "table" then local t = {} for k = 1, 60 do t[k] = tostring(v[k]) end v = table.concat(t, ",") end
          parts[i] = tostring(v)
        end
        return table.concat(parts, " ", 1, parts.n)
      end
      for round = 1, 400 do
        local t = {}
        for i = 1, random(40) - 1 do t[i] = random(12) end
        local i, j, k = random(45) - 3, random(45) - 3, random(45) - 3
        print(show(pcall(table.insert, t, i, j)), show(t))
        print(show(pcall(table.remove, t, k)), show(t))
        print(show(pcall(table.move, t, i, j, k)), show(t))
        print(show(pcall(table.concat, t, "-", i, j)))
        print(show(pcall(table.unpack, t, i, j)))
        local calls = 0
        print(show(pcall(table.sort, t, function(a, b) calls = calls + 1 return a % 5 < b % 5 end)), show(t), calls)
        print(show(pcall(table.sort, t)), show(t))
        print((show(pcall(table.sort, t, function() return true end)):gsub("^.-:%d+: ", "")), #t)
      end
      local big = {} for i = 1, 3000 do big[i] = random(100000) end
      table.sort(big) for i = 2, #big do assert(big[i - 1] <= big[i]) end
      local even = {} for i = 1, 2000 do even[i] = 1 end table.sort(even) print(#even, big[1], big[3000])
      """)
  }

  @Test func stringsMeanWhatLuaMeans() throws {
    try compare(
      """
      local values = {"10", "0x1p4", " 7 ", "1e2", "abc", "", "9223372036854775807", "-3", 5, 2.5, "5.0", "0x", "nan", "1_0"}
      for _, a in ipairs(values) do
        for _, b in ipairs(values) do
          for _, op in ipairs{"+", "-", "*", "/", "%", "^", "//"} do
            local ok, result = pcall(load("local a, b = ... return a " .. op .. " b"), a, b)
            print(a, op, b, ok, ok and (result == result and string.format("%q", result) or "nan"))
          end
        end
        local ok, result = pcall(load("local a = ... return -a"), a)
        print(a, ok, ok and string.format("%q", result))
      end
      for _, mode in ipairs{"t", "b", "bt", "x", ""} do print(mode, load("return 1", "c", mode) ~= nil) end
      for _, pattern in ipairs{"%z", "%Z", "[%z]", "[^%z]+", "a%z*b"} do
        for _, s in ipairs{"", "\\0", "a\\0b", "ab", "a\\0\\0b"} do print(pattern, s:find(pattern)) end
      end
      for _, s in ipairs{"", "a", "aab", ("ab"):rep(50) .. "c", "a\\0b"} do
        for _, p in ipairs{"", "a", "ab", "abc", "c", "\\0", "bc"} do print(s:find(p, 1, true), s:find(p, 3, true)) end
        print(s:upper(), s:lower(), s:reverse())
      end
      for _, name in ipairs{"gsub", "rep", "format", "byte", "find"} do print(pcall(string[name])) end
      print(pcall(table.insert, {}, 1, 2, 3)) print(pcall(setmetatable, 1)) print(pcall(ipairs))
      """)
  }

  /// Prints of the same source here and in `lua5.4`.
  private func compare(_ source: String) throws {
    let bench = try ScriptBench("gfnet.strict(false) " + source)
    #expect(bench.message == "")
    #expect(bench.shown.count > 1000)
    guard
      let lua = ["/usr/bin/lua5.4", "/usr/local/bin/lua5.4"].first(
        where: FileManager.default.isExecutableFile)
    else {
      print("not compared with lua5.4, which this machine does not have (Debian package lua5.4)")
      return
    }
    let folder = try TemporaryFolder()
    try source.write(toFile: (folder.path / "test.lua").string, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: lua)
    process.arguments = ["test.lua"]
    process.currentDirectoryURL = folder.path.url
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let expected = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let here = bench.shown.split(separator: "\n", omittingEmptySubsequences: false)
    let there = expected.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(here.count == there.count)
    for (a, b) in zip(here, there) where a != b {
      Issue.record("here '\(a)', in lua5.4 '\(b)'")
      break
    }
  }
}
