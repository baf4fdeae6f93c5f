import Testing

/// Errors quote what a script passed, however long it is.
@Suite struct LongMessageTests {
  @Test func whatAScriptRaisesIsCutToo() throws {
    let bench = try ScriptBench("error(('x'):rep(100000))")
    #expect(bench.message.hasPrefix("test.lua:1: xxx") && bench.message.utf8.count < 5000)
  }

  @Test(arguments: [
    "gfnet.tensor.load(long)", "gfnet.dataset(long)", "gfnet.report.table{columns = {long}, rows = {{{}}}}",
    "gfnet.exits.define{name = long, decide = print}", "gfnet.tensor.zeros(2)[long]",
  ])
  func aMessageStaysReadable(_ call: String) throws {
    let bench = try ScriptBench("local long = ('long '):rep(20000)\n\(call)")
    #expect(
      bench.message.hasPrefix("test.lua:2: ") && bench.message.utf8.count < 5000, "\(bench.message.count)")
  }
}
