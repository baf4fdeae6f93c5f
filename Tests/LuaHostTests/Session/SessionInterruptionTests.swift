import Foundation
import LuaHost
import Support
import TestSupport
import Testing

/// Requests to stop what a session runs: the session lives on. The request comes from what the cell prints, so that no clock
/// is asked.
@Suite struct SessionInterruptionTests {
  /// A session whose cells are asked to stop when they print `go`.
  private func bench() throws -> SessionBench {
    let bench = try SessionBench()
    let interruption = bench.session.interruption
    bench.watch = { if $0 == "go\n" { interruption.make() } }
    return bench
  }

  @Test(arguments: [
    "print('go') while true do end",
    "print('go') while true do pcall(function() while true do end end) end",
    "print('go') while true do xpcall(function() while true do end end, function() while true do end end) end",
    "print('go') coroutine.wrap(function() while true do end end)()",
    "local c = coroutine.create(function() while true do coroutine.yield() end end) print('go') while true do coroutine.resume(c) end",
    "local t = setmetatable({}, {__index = function() while true do end end}) print('go') return t.x",
    "local t = setmetatable({}, {__close = function() while true do end end}) print('go') local c <close> = t",
    "print('go') local s = ('a'):rep(300) s:find('.-.-.-.-.-.-.-.-b')",
    "local t = {} for i = 1, 1e5 do t[i] = i * 7919 % 1009 end print('go') while true do table.sort(t) end",
    "print('go') local t = gfnet.tensor.zeros(64, 64) while true do t = t:matmul(t) end",
    "print('go') load('while true do end')()",
  ])
  func theSessionLivesOn(_ source: String) throws {
    let bench = try bench()
    #expect(bench.run("local before = 1 count = 0") == "")
    #expect(bench.run("local started = 2\ncount = count + 1\n" + source) == "go\ninterrupted")
    #expect(bench.run("before, started, count") == "1\t2\t1\n")
    // Everything that was in the way of the stop works again.
    #expect(bench.run("pcall(error, 'x')") == "false\tx\n")
    #expect(bench.run("coroutine.wrap(function() return 5 end)()") == "5\n")
    #expect(bench.run("local s = 0 for i = 1, 1e5 do s = s + i end s") == "5000050000\n")
  }

  @Test func manyInterruptionsInARowLeaveTheStateRight() throws {
    let bench = try bench()
    bench.run("local log = {}")
    for round in 1...200 {
      #expect(
        bench.run("local round = \(round) log[#log + 1] = round print('go') repeat until false")
          == "go\ninterrupted")
      #expect(bench.run("round == \(round) and #log == round") == "true\n")
    }
  }

  @Test func aRequestWhileNothingRunsIsForgotten() throws {
    let bench = try bench()
    #expect(!bench.session.interruption.make())
    #expect(bench.run("local s = 0 for i = 1, 1e5 do s = s + 1 end s") == "100000\n")
    // One that comes with the cell's last breath does not reach the next.
    #expect(bench.run("print('go')") == "go\n")
    #expect(bench.run("local s = 0 for i = 1, 1e5 do s = s + 1 end s") == "100000\n")
  }

  @Test func aRequestOfAnotherThreadIsSeen() throws {
    let bench = try SessionBench()
    let interruption = bench.session.interruption
    bench.watch = { text in
      guard text == "go\n" else { return }
      Thread { interruption.make() }.start()
    }
    #expect(bench.run("kept = 4 print('go') while true do end") == "go\ninterrupted")
    #expect(bench.run("kept") == "4\n")
  }

  @Test func aScriptThatIsRunIsLeftAtTheCellThatRan() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "local a = 1\n-- %%\nlocal b = 2 print('go') while true do end\n-- %%\nlocal c = 3", "s.lua")
    let bench = try bench()
    #expect(bench.run("%run \(folder.path.string)/s.lua") == "go\ninterrupted")
    #expect(bench.run("a, b, rawget(_G, 'c')") == "1\t2\tnil\n")
  }

  @Test func timeLimitsOfCellsLeaveTheSessionToo() throws {
    let clock = SteppingClock()
    let bench = try SessionBench(clock: clock.clock) { context in
      context.options.cellLimits = UsageLimits(memory: nil, seconds: 1)
    }
    #expect(bench.run("local kept = 1 while true do end").contains("In [1] may run 1 s"))
    #expect(bench.run("kept") == "1\n")
  }

  @Test func aCellThatTakesTooLongToCompileLeavesTheSessionToo() throws {
    let bench = try SessionBench(clock: SteppingClock().clock) { context in
      context.options.cellLimits = UsageLimits(memory: nil, seconds: 0.1)
    }
    let source = "local lost = 1 do " + String(repeating: "lost = 2 ", count: 20_000) + "end"
    #expect(bench.run(source).contains("time limit reached: In [1] may run 0.1 s"))
    #expect(bench.run("1 + 1") == "2\n")
    #expect(bench.run("rawget(_G, 'lost') == nil") == "true\n")
  }

  @Test func trainingThatIsStoppedKeepsItsLastEpoch() throws {
    let folder = try TemporaryFolder()
    let bench = try SessionBench(prepare: { $0.sessionFolder = folder.path })
    let interruption = bench.session.interruption
    // The line of an epoch is shown when its state is kept.
    bench.watch = { if $0.hasPrefix("stage 1, epoch 2 of") { interruption.make() } }
    bench.run("local data = gfnet.dataset('clutter-fashion', {split = 'train'}):subset{1, 2, 3, 4, 5}")
    let model =
      """
      local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 5};
      """
    bench.run(model)
    let training =
      "gfnet.train{model = model, dataset = data, stage = 1, epochs = 3, batch = 3, rate = 0.01};"
    let shown = bench.run("local before = 1 " + training)
    #expect(shown.hasSuffix("interrupted"), "\(shown)")
    let files = FileManager.default.enumerator(atPath: folder.path.string)?.compactMap { $0 as? String } ?? []
    #expect(files.contains { $0.hasSuffix("-stage1.safetensors") }, "\(files)")
    // From the weights that it began with it goes on behind the second epoch.
    bench.run(model)
    let rest = bench.run(training)
    #expect(rest.contains("stage 1, epoch 3 of 3"), "\(rest)")
    #expect(rest.contains("going on after epoch 2 of 3"), "\(rest)")
  }
}
