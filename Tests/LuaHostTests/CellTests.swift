import LuaHost
import Reports
import Testing

/// What a cell sees of the cells before it, and what it shows.
@Suite struct CellTests {
  @Test(arguments: [
    ("local x = 1\n-- %%\nx", "1\n"),
    ("local x = 1\n-- %%\nx;", ""),
    ("local x = 1\nx", "1\n"),
    ("local n = 0\nlocal function inc() n = n + 1 end\n-- %%\ninc() inc()\n-- %%\nn", "2\n"),
    ("local n = 0\nlocal function get() return n end\n-- %%\nn = 5\n-- %%\nget()", "5\n"),
    ("local x = 1\nlocal function f() return x end\nlocal x = 2\n-- %%\nf(), x", "1\t2\n"),
    ("local x = 1\n-- %%\nlocal x = x + 1\n-- %%\nx", "2\n"),
    ("local function fact(n) return n < 2 and 1 or n * fact(n - 1) end\n-- %%\nfact(5)", "120\n"),
    ("local k <const> = 3\n-- %%\nk * 2", "6\n"),
    ("local k <const> = math.floor(3.5)\n-- %%\nk * 2", "6\n"),
    ("local a, b <const>, c = 1, 2\n-- %%\na, b, c", "1\t2\tnil\n"),
    ("do local hidden = 1 end\n-- %%\nrawget(_G, 'hidden')", ""),
    (
      "for i = 1, 2 do local inner = i end\nif true then local y = 1 end\n-- %%\ngfnet.strict(false) return inner, y",
      ""
    ),
    (
      "local s = 'local z = 1' -- local w = 2\n--[==[ local v = 3 ]==]\n-- %%\ngfnet.strict(false) return s, z, w, v",
      "local z = 1\tnil\tnil\tnil\n"
    ),
    ("local t = {f = function() local q = 1 end, 'end'}\n-- %%\nrawget(_G, 'q'), #t", "nil\t1\n"),
    ("x = 1\n-- %%\nx + 1", "2\n"),
    ("local f = function(a) return a end\n-- %%\nf(3)", "3\n"),
    ("print('a')", "a\n"),
    ("('x'):rep(3)", "xxx\n"),
    ("{1, 2, x = 3}", "{1, 2, x = 3}\n"),
    ("return function() end", "function\n"),
    ("{print, f = print}", "{function, f = function}\n"),
    ("{'gr\\xfcn', 'a\\xff\"b'}", "{\"gr\\xFCn\", \"a\\xFF\\\"b\"}\n"),
    ("-- only a comment", ""),
    ("local x = 1 return x", "1\n"),
    ("return", ""),
    ("local y = 2\ndo return 7 end\n-- %%\ny", "7\n2\n"),
    (
      "local x <close> = setmetatable({}, {__close = function() print('closed') end})\n-- %%\nprint(rawget(_G, 'x'))",
      "closed\nnil\n"
    ),
    ("goto done\nprint('skipped')\n::done::\nprint('there')", "there\n"),
    ("local a = 1\nlocal b = a\n(function() end)()\n-- %%\na", ""),
    ("not true, #'abc', -2 ^ 2, 'a' .. 'b'", "false\t3\t-4.0\tab\n"),
    ("function() end;", ""),
    ("local x = 1 -- %% not a mark\n-- %%\nx", "1\n"),
    ("repeat local r = 1 until r == 1\n-- %%\nrawget(_G, 'r'), 'end'", "nil\tend\n"),
    ("local i = 0\nwhile i < 3 do i = i + 1 end\n-- %%\ni", "3\n"),
    ("while (function() return false end)() do end\nlocal after = 1\n-- %%\nafter", "1\n"),
    ("local x <const>, y = 1, 2\nlocal function both() return x, y end\n-- %%\ny = 3\nboth()", "1\t3\n"),
    ("1, 2; -- hidden", ""),
    ("io.write('a', 1) io.stdout:write('b', 2.5):write('c\\n')", "a1b2.5c\n"),
  ])
  func cellsShowWhatTheyPrintAndReturn(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(source)
    if source.contains("local b = a\n(function") {
      // Lua reads the parenthesis as a call, and so does the host.
      #expect(bench.message.contains("attempt to call"))
    } else {
      #expect(bench.message == "")
      #expect(bench.shown == expected)
    }
  }

  @Test(arguments: [
    ("local x = 1\n-- %%\n\nlocal y = = 2", "test.lua:4: unexpected symbol near '='"),
    ("print(1)\n-- %%\nend", "test.lua:3: <eof> expected near 'end'"),
    ("print(1) end print(2) do", "<eof> expected near 'end'"),
    ("local k <const> = 1\n-- %%\nk = 2", "test.lua:3: attempt to assign to const variable 'k'"),
    ("local k <const> = math.pi\n-- %%\n\nk = 2", "test.lua:4: attempt to assign to const variable 'k'"),
    ("print('never')\n-- %%\nif x then", "near <eof>"),
    ("1 = 2", "test.lua:1:"),
    ("x\ny", "syntax error near 'y'"),
    (
      "x = 5\nx\n\n-- then\nprint('hi')",
      "test.lua:5: syntax error near 'print'; line 2: a value is shown only at the end of a cell; use print(x)"
        + " or begin a new cell"
    ),
    ("local t = {1}\n#t + 1\nprint(1)", "test.lua:2: unexpected symbol near '#'"),
    ("local a = 1\na + 1\nprint(a)", "test.lua:2: syntax error near '+'; line 2: a value is shown only"),
  ])
  func reportsSyntaxErrorsBeforeAnythingRuns(_ source: String, _ expected: String) throws {
    let bench = try ScriptBench(source)
    #expect(bench.message.contains(expected), "\(bench.message)")
    #expect(bench.shown == "")
    #expect(bench.outcome.exitStatus == 1)
  }

  @Test func anErrorEndsTheRunAtItsCell() throws {
    let bench = try ScriptBench(
      """
      -- %% first
      local function inner(t)
        return t.a.b
      end
      local function outer(t) local r = inner(t); return r end
      print("one")
      -- %% second
      print("two")
      outer({})
      -- %% third
      print("three")
      """)
    #expect(bench.shown == "one\ntwo\n")
    #expect(bench.message == "test.lua:3: attempt to index a nil value (field 'a')")
    #expect(
      bench.traceback.split(separator: "\n") == [
        "test.lua:3: in upvalue 'inner'", "test.lua:5: in function 'outer'", "test.lua:9: in the main part",
      ] || bench.traceback.contains("test.lua:5"))
    #expect(bench.notebook.cells.map(\.status) == [.done, .failed, .pending])
    guard case .failed(let failure) = bench.outcome else {
      Issue.record("did not fail")
      return
    }
    #expect(failure.cell == 2)
    #expect(failure.cellTitle == "second")
  }

  @Test func tracebacksComeFromTheFailingCoroutine() throws {
    let bench = try ScriptBench(
      """
      local function deep()
        error("inside")
      end
      local co = coroutine.wrap(function()
        deep()
      end)
      co()
      """)
    #expect(bench.message == "test.lua:2: inside")
    #expect(bench.traceback.contains("test.lua:2") && bench.traceback.contains("test.lua:5"))
    #expect(bench.traceback.hasSuffix("test.lua:7: in the main part"))
  }

  @Test func namesTheNearestGlobal() throws {
    let bench = try ScriptBench("local model = {}\n-- %%\nmodle.x = 1")
    #expect(bench.message == "test.lua:3: the global 'modle' was never assigned; did you mean 'model'?")
  }

  @Test func parsesCells() {
    let script = ScriptFile(
      path: "dir/sweep.lua",
      source: """
        #!/usr/bin/env gfnet-lab
        -- a comment before
        -- %% [markdown] Intro
        -- # Title
        --
        -- Text
        -- %% [parameters]

        local p = {}
        --%% Load data
        load1()

        -- %%
        """)
    #expect(script.cells.map(\.kind) == [.code, .markdown, .parameters, .code])
    #expect(script.cells.map(\.title) == ["", "Intro", "", "Load data"])
    #expect(script.cells.map(\.firstLine) == [2, 4, 9, 11])
    #expect(script.cells[1].source == "# Title\n\nText")
    #expect(script.title == "Title")
    #expect(script.stem == "sweep")
  }

  @Test func outlinesStatements() throws {
    let outline = try CellOutline(
      of: "local a, b <const> = f{1}, 'x'\nlocal function g() local h end\na.b[c](d):e 'f'")
    #expect(outline.locals.map(\.name) == ["a", "b", "g"])
    #expect(outline.locals.map(\.isConstant) == [false, true, false])
    #expect(outline.ending == .expression(at: 62))
  }

  @Test func summarisesLargeValues() throws {
    let bench = try ScriptBench(
      "local t = {} for i = 1, 1000 do t[i] = i end\nlocal loop = {} loop.me = loop\n-- %%\nt\n-- %%\nloop")
    #expect(bench.shown.contains("… (1000 elements)"))
    #expect(bench.shown.contains("{me = {…}}"))
    #expect(bench.shown.count < 300)
  }

  /// What is shown of a large table is looked for in it: its fields come first in their order, however many there are.
  @Test func ofLargeTablesTheFirstFieldsAreShown() throws {
    let bench = try ScriptBench(
      """
      local t = {} for i = 1, 20000 do t[i] = i end
      t.name = "x" t[-7] = true t[0.5] = false t[1 << 40] = 1
      print(t)
      -- %%
      local fields = {} for i = 1, 20000 do fields[("f%05d"):format(20001 - i)] = i end
      fields
      """)
    let shown = bench.shown
    let fields = ["[-7] = true", "[0.5] = false", "[1099511627776] = 1", "name = \"x\"\n}"]
    #expect(shown.contains("… (20000 elements),\n  " + fields.joined(separator: ",\n  ")))
    #expect(shown.contains("f00001 = 20000") && shown.contains("f00040 = 19961"))
    #expect(!shown.contains("f00041") && shown.contains("… (20000 fields)"))
  }

  @Test func manyLocalsAcrossCells() throws {
    let cells = (1...40).map { cell in (1...10).map { "local v\(cell)_\($0) = \($0)" }.joined(separator: "\n")
    }
    let bench = try ScriptBench(cells.joined(separator: "\n-- %%\n") + "\n-- %%\nv1_1 + v40_10")
    #expect(bench.shown == "11\n")
  }

  @Test func boundsTheTextThatIsKept() throws {
    let bench = try ScriptBench("for i = 1, 200000 do print('a line of text that is printed') end")
    #expect(bench.shown.utf8.count < (1 << 20) + 200)
    #expect(bench.shown.hasSuffix("not kept)\n"))
  }
}
