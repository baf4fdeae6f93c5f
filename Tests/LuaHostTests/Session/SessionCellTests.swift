import LuaHost
import Reports
import Support
import TestSupport
import Testing

/// Cells that are given one after the other, as at the prompt and in Jupyter.
@Suite struct SessionCellTests {
  @Test(
    arguments: [
      (["local x = 1", "x"], "1\n"),
      (["local x = 1", "x = 2", "x"], "2\n"),
      (["local n = 0 local function inc() n = n + 1 end", "inc() inc()", "n"], "2\n"),
      // A local that is declared again is another one; what holds the first keeps it.
      (["local x = 1 local function f() return x end", "local x = 2", "f(), x"], "1\t2\n"),
      (["y = 1", "y = y + 1", "y"], "2\n"),
      (["local f = function() return 1 end", "local f = function() return 2 end", "f()"], "2\n"),
      (["local k <const> = 3", "local k <const> = 4", "k"], "4\n"),
      (["local k <const> = 3", "local k = 4", "k = 5", "k"], "5\n"),
      (["1 + 1"], "2\n"), (["1 + 1;"], ""), (["print('a') 7"], "a\n7\n"),
      (["local t = {}", "t.a = 1", "t"], "{a = 1}\n"),
      (["", "-- only a comment"], ""),
      (["gfnet.plot.figure{name = 'f'}"], "figure:f\n"),
      (["gfnet.report.markdown('# a')"], "md:# a\n"),
      // Parameters are declared again when a cell is.
      (["gfnet.params{a = {default = 1}}.a", "gfnet.params{a = {default = 2}}.a"], "2\n"),
      (
        [
          "gfnet.exits.define{name = 'w', decide = function() return true end};",
          "gfnet.exits.define{name = 'w', decide = function() return false end};", "1",
        ], "1\n"
      ),
    ] as [([String], String)])
  func theLastCellShows(_ cells: [String], _ expected: String) throws {
    let bench = try SessionBench()
    for cell in cells.dropLast() { #expect(!bench.run(cell).contains("failed")) }
    #expect(bench.run(cells.last ?? "") == expected)
  }

  @Test func aCellThatFailsKeepsTheLocalsThatItHadDeclared() throws {
    let bench = try SessionBench()
    #expect(bench.run("local a = 1\nlocal b <const> = 2\nerror('no')\nlocal c = 3") == "failed: In [1]:3: no")
    #expect(bench.run("a + b") == "3\n")
    #expect(bench.run("c").hasPrefix("failed: In [3]:1: the global 'c' was never assigned"))
    // What closures of the failed cell share is shared still.
    #expect(bench.run("local n = 0 local function inc() n = n + 1 end inc() nothing()").contains("'nothing'"))
    #expect(bench.run("inc() n") == "2\n")
  }

  @Test func aCellThatFailsLeavesTheLocalsBeforeIt() throws {
    let bench = try SessionBench()
    bench.run("local a = 1")
    #expect(bench.run("error('no') local a = 2").hasSuffix("In [2]:1: no"))
    #expect(bench.run("a") == "1\n")
    #expect(bench.run("local a = = 2").contains("unexpected symbol near '='"))
    #expect(bench.run("a") == "1\n")
    // Locals inside blocks are none of the cell.
    #expect(bench.run("do local a = 9 error('x') end").hasSuffix("x"))
    #expect(bench.run("a") == "1\n")
  }

  /// What a session has filled its memory with can be let go of in it.
  @Test(arguments: ["local t = {} for i = 1, 1e9 do t[i] = {} end", "t = {} for i = 1, 1e9 do t[i] = {} end"])
  func aSessionWithoutMemoryLivesOn(_ cell: String) throws {
    for way in ["t = nil", "%reset"] {
      let bench = try SessionBench(memory: 64 << 20)
      let shown = bench.run(cell)
      #expect(shown.contains("failed: ") && shown.contains("memory"), "\(shown)")
      #expect(shown.contains("set large ones to nil, or forget all with %reset"), "\(shown)")
      #expect(bench.run("#t > 1000") == "true\n")
      #expect(!bench.run(way).contains("failed"))
      #expect(bench.run("local u = {} for i = 1, 1e5 do u[i] = {i} end #u") == "100000\n")
      #expect(bench.run("u = nil collectgarbage() collectgarbage('count') < 20000") == "true\n")
    }
  }

  @Test func globalsAreCheckedInEveryCell() throws {
    let bench = try SessionBench()
    bench.run("accuracy = 3")
    #expect(bench.run("acuracy").contains("did you mean 'accuracy'?"))
    #expect(bench.run("local function f() hidden = 1 end f()").contains("made inside a function"))
    #expect(bench.run("function g() return accuracy end g()") == "3\n")
  }

  @Test func errorsNameTheCellAndItsLine() throws {
    let bench = try SessionBench()
    bench.run("function f()\n  error('deep')\nend")
    #expect(bench.run("\n\nf()") == "failed: In [1]:2: deep")
    #expect(bench.run("-- a remark\n%time\nlocal x\nx.y = 1").contains("In [3]:4:"))
    #expect(bench.run("if x then").contains("<eof>"))
    #expect(bench.run("for i in range(3):").contains("Lua writes for i = 1, n do … end"))
  }

  @Test func aSilentCellShowsNothing() throws {
    let bench = try SessionBench()
    #expect(bench.run("print('a') gfnet.report.markdown('b') local x = 5 return x", isSilent: true) == "")
    #expect(bench.run("x") == "5\n")
  }

  @Test func aCellWithinACellIsRefused() throws {
    let bench = try SessionBench()
    var inner = ""
    bench.watch = { text in
      guard text == "go\n" else { return }
      if case .failed(let failure) = bench.session.run("1", name: "inner", isSilent: false) {
        inner = failure.message
      }
    }
    #expect(bench.run("print('go') 7") == "go\n7\n")
    #expect(inner == "a cell of this session is running already")
  }

  @Test func bytesThatArePrintedComeAsTheyAre() throws {
    let bench = try SessionBench()
    var bytes: [UInt8] = []
    bench.session.onPrint = { bytes += $0 }
    var errors: [UInt8] = []
    bench.session.onErrorPrint = { errors += $0 }
    #expect(bench.run("io.write('\\xff', 'a') io.stderr:write('e')") == "")
    #expect(bytes == [0xFF, 0x61])
    #expect(errors == [0x65])
  }

  @Test func aLongCellIsConfirmedBeforeItIsRepeated() throws {
    let time = StillClock()
    let bench = try SessionBench(clock: time.clock)
    var asked: [String] = []
    var answer = false
    bench.session.confirm = {
      asked.append($0)
      return answer
    }
    bench.watch = { text in if text == "long\n" { time.set(100) } }
    #expect(bench.run("print('long')") == "long\n")
    #expect(asked == [])
    #expect(bench.run(" print('long')\n").hasPrefix("remark:the cell was not run again"))
    #expect(asked == ["this cell took 100.0 s; run it again?"])
    answer = true
    #expect(bench.run("print('long')") == "long\n")
    // It was quick this time.
    #expect(bench.run("print('long')") == "long\n")
    #expect(asked.count == 2)
    #expect(bench.run("%confirm inf").contains("inf s"))
    #expect(bench.run("%confirm soon").contains("%confirm expects seconds"))
  }

  @Test func formatsOfFiguresAreThoseThatTheSessionWasTold() throws {
    let bench = try SessionBench()
    #expect(bench.run("%formats") == "figures: png\n")
    #expect(bench.run("%formats svg, png, svg") == "figures: svg,png\n")
    #expect(bench.session.context.options.pictureFormats.map(\.ending) == ["svg", "png"])
    #expect(bench.run("%formats docx").contains("%formats: unknown picture format \"docx\""))
    #expect(bench.run("%formats") == "figures: svg,png\n")
  }

  @Test func thousandsOfCellsLeaveNoMoreThanTheirVariables() throws {
    let bench = try SessionBench()
    for index in 1...2000 {
      #expect(bench.run("local v\(index % 10) = \(index) v\(index % 10)") == "\(index)\n")
    }
    #expect(bench.session.variables.count == 10)
  }
}
