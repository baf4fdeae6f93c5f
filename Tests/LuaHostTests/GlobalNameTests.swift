import Foundation
import LuaHost
import TestSupport
import Support
import Testing

/// A misspelt global is an error, and what people write on purpose is none.
@Suite struct GlobalNameTests {
  @Test(arguments: [
    (
      "treshold = 0.9\nprint({exit = threshold})",
      "test.lua:2: the global 'threshold' was never assigned; did you mean 'treshold'?"
    ),
    (
      "local total = 1\nprint(totl)",
      "test.lua:2: the global 'totl' was never assigned; did you mean 'total'?"
    ),
    (
      "local total = 1\n-- %%\nlocal function f() return totl end\nf()",
      "test.lua:3: the global 'totl' was never assigned; did you mean 'total'?"
    ),
    ("local function f(width) return widht end f(1)", "did you mean 'width'?"),
    ("pritn(1)", "test.lua:1: the global 'pritn' was never assigned; did you mean 'print'?"),
    ("x = x or 3", "test.lua:1: the global 'x' was never assigned; rawget(_G, \"x\") asks without an error"),
    ("if verbose then print(1) end", "the global 'verbose' was never assigned"),
    ("_G.x = nil\nprint(_G.y)", "test.lua:2: the global 'y' was never assigned"),
    (
      "local function f() counter = 1 end f()",
      "test.lua:1: the global 'counter' is made inside a function; write local counter = …, or assign it at the top level first"
    ),
    (
      "local function f()\n  function helper() end\nend\nf()",
      "test.lua:2: the global 'helper' is made inside a function"
    ),
    ("coroutine.wrap(function() y = 1 end)()", "the global 'y' is made inside a function"),
    ("x = nil\nprint(x)\nprint(z)", "test.lua:3: the global 'z'"),
    ("print(None)", "Lua writes nil"), ("print(f'{1}')", "f-string"),
    ("for i in range(3) do end", "for i = 1, n do"),
    ("unpack({})", "table.unpack"), ("dofile('x')", "not available to scripts"),
  ])
  func isRefused(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(source)
    #expect(bench.message.contains(expected), "\(bench.message)")
  }

  @Test(arguments: [
    ("x = 1 local function f() x = x + 1 end f() print(x)", "2\n"),
    ("x = 1\n-- %%\nfunction get() return x end\n-- %%\nprint(get())", "1\n"),
    ("counter = nil local function f() counter = (counter or 0) + 1 end f() f() print(counter)", "2\n"),
    ("x = 1 x = nil print(x)", "nil\n"),
    ("local x if x == nil then print('nil') end", "nil\n"),
    ("print(rawget(_G, 'x')) rawset(_G, 'x', 2) print(x)", "nil\n2\n"),
    ("local function f() rawset(_G, 'x', 2) end f() print(x)", "2\n"),
    ("do x = 1 end if true then y = 2 end for i = 1, 1 do z = i end print(x, y, z)", "1\t2\t1\n"),
    ("gfnet.strict(false) print(x) local function f() y = 1 end f() print(y)", "nil\n1\n"),
    (
      "gfnet.strict(false)\ngfnet.strict(true)\nprint(pcall(function() return x end))",
      "false\ttest.lua:3: the global 'x' was never assigned; rawget(_G, \"x\") asks without an error\n"
    ),
    ("print(load('return x')())", "nil\n"), ("load('y = 1')() print(y)", "1\n"),
    ("print(load('return x', 'c', 't', {x = 3})())", "3\n"),
    ("local function f() local _ENV = {print = print} x = 1 print(x) end f()", "1\n"),
    ("local t = setmetatable({}, {__index = _G}) print(t.print == print)", "true\n"),
    ("local n = 0 for name in pairs(_G) do n = n + 1 end print(n > 10)", "true\n"),
  ])
  func whatIsWrittenOnPurposeWorks(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(source)
    #expect(bench.message == "")
    #expect(bench.shown == expected)
  }

  @Test func anEnvironmentEndsWithItsCell() throws {
    let bench = try ScriptBench("-- %%\nlocal _ENV = {}\n-- %%\nprint('here')")
    #expect(bench.message == "" && bench.shown == "here\n")
  }

  @Test func modulesHaveTheirOwnHabits() throws {
    let folder = try TemporaryFolder()
    try "local unpack = unpack or table.unpack\nfunction make() made = 1 end\nreturn {unpack = unpack}".write(
      toFile: (folder.path / "old.lua").string, atomically: true, encoding: .utf8)
    let bench = try ScriptBench(
      "local old = require('old') make() print(made, old.unpack == table.unpack)",
      path: folder.path / "test.lua")
    #expect(bench.message == "")
    #expect(bench.shown == "1\ttrue\n")
  }

  @Test func aPluginDoesNotSwitchItOff() throws {
    let folder = try PluginFolder()
    try folder.plugin(
      "loose",
      initialise: """
        gfnet.strict(false)
        return gfnet.exits.define{name = "loose", decide = function() return true end}
        """)
    let bench = try ScriptBench("print(x)", plugins: folder.loader)
    #expect(bench.message.contains("the global 'x' was never assigned"))
  }
}
