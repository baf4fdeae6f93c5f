import LuaHost
import Support
import TestSupport
import Testing

/// The time limit of a cell holds inside Swift as well.
@Suite struct DeadlineTests {
  /// A function that polls for ever, as a kernel or a report renderer does.
  private static let catalog = Catalog(
    modules: [
      LuaModule(
        "gfnet", "Test.",
        functions: [
          FunctionEntry("work", "Never ends.", returns: "nothing") { _ -> Bool in
            while true { try Cancellation.check() }
          }
        ])
    ], classes: [])

  @Test(arguments: [
    "gfnet.work()", "while true do pcall(gfnet.work) end", "coroutine.wrap(gfnet.work)()",
    "local ok = pcall(coroutine.wrap(function() gfnet.work() end)) print('never')",
  ])
  func endsALoopInSwift(_ source: String) throws {
    let bench = try ScriptBench(
      source, seconds: 0.5, clock: SteppingClock(), catalog: Self.catalog)
    #expect(bench.message.hasPrefix("time limit reached: cell 1 may run 0.5 s and ran "))
    #expect(bench.shown == "")
  }
}
