import LuaHost
import Reports
import Support
import Testing

/// What a run shows is kept within bounds, and counts in its limits.
@Suite struct KeptOutputTests {
  private func texts(_ bench: ScriptBench, cell: Int = 0) -> [String] {
    bench.notebook.cells[cell].outputs.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  @Test func oneLongPrintIsCut() throws {
    // The limit falls into a character of two bytes.
    let bench = try ScriptBench(
      "-- %% Long\nprint('a' .. ('é'):rep(2000000))\nprint('after')\n-- %% Next\nprint('next')")
    #expect(bench.message == "")
    let text = texts(bench).joined()
    #expect(text.utf8.count < 1_050_000 && text.utf8.count > 1_048_000)
    #expect(text.hasPrefix("aéé") && text.hasSuffix("é\n… (more was printed, and is not kept)\n"))
    #expect(texts(bench, cell: 1) == ["next\n"])
  }

  @Test func whatFollowsLongTextIsKept() throws {
    let bench = try ScriptBench(
      "print(('x'):rep(2000000))\ngfnet.report.table{columns = {'a'}, rows = {{1}}, name = 'kept'}")
    #expect(bench.shown.hasSuffix("table:kept\n"))
  }

  @Test func aLongValueIsCut() throws {
    let bench = try ScriptBench("gfnet.report.value(('x'):rep(3000000))")
    #expect(bench.message == "" && bench.shown.utf8.count < 1_050_000)
  }

  @Test func aPieceOfMarkdownHasAMost() throws {
    let bench = try ScriptBench("gfnet.report.markdown(('a*b_c`['):rep(200000))")
    #expect(bench.message.contains("gfnet.report.markdown: got 1.4 MB of Markdown"), "\(bench.message)")
    #expect(bench.shown == "")
  }

  @Test func allMarkdownHasAMostAndFiguresStay() throws {
    let bench = try ScriptBench(
      """
      local piece = ("word "):rep(100000)
      for i = 1, 20 do gfnet.report.markdown(piece) end
      gfnet.report.table{columns = {"a"}, rows = {{1}}, name = "kept"}
      """)
    #expect(bench.message == "")
    let outputs = bench.notebook.cells[0].outputs
    #expect(outputs.count { if case .markdown = $0 { true } else { false } } == 8)
    #expect(bench.notebook.allRemarks.count { $0.contains("leaves out the Markdown") } == 1)
    #expect(bench.shown.hasSuffix("table:kept\n"))
  }

  /// A loop that draws anew keeps one of its pieces, however often.
  @Test func whatIsTakenBackDoesNotCount() throws {
    let bench = try ScriptBench(
      """
      local piece = ("word "):rep(100000)
      for i = 1, 20 do
        gfnet.report.clear()
        gfnet.report.markdown(piece)
      end
      """)
    #expect(bench.message == "" && bench.notebook.allRemarks.isEmpty)
    #expect(bench.notebook.cells[0].outputs.count == 1)
  }

  @Test(arguments: [
    (
      "for i = 1, 200000 do gfnet.report.results{['k' .. i] = i} end",
      "'k100001' is one more than the 100000 results"
    ),
    (
      "for i = 1, 20000 do gfnet.report.results{['k' .. i] = ('x'):rep(10000)} end",
      "makes more than the 8.0 MB of results"
    ),
    ("gfnet.report.results{[('k'):rep(9000000)] = 1}", "makes more than the 8.0 MB of results"),
  ])
  func resultsHaveAMost(_ source: String, _ message: String) throws {
    let bench = try ScriptBench(source)
    #expect(bench.message.contains("gfnet.report.results: "), "\(bench.message)")
    #expect(bench.message.contains(message), "\(bench.message)")
    #expect(bench.message.utf8.count < 300)
  }

  @Test func aResultThatIsReplacedCountsOnce() throws {
    let bench = try ScriptBench(
      "for i = 1, 20000 do gfnet.report.results{same = ('x'):rep(1000) .. i} end")
    #expect(bench.message == "")
  }

  /// Rows that are empty in Lua have all columns in the table.
  @Test func aTableOfEmptyRowsIsHeldToItsSize() throws {
    let bench = try ScriptBench(
      """
      local columns, rows = {}, {}
      for i = 1, 100000 do columns[i] = "c" .. i rows[i] = {} end
      gfnet.report.table{columns = columns, rows = rows}
      """)
    #expect(
      bench.message
        == "test.lua:3: gfnet.report.table: 100000 rows of 100000 columns; a table has up to 4000000 cells (gfnet.tensor.save writes more)"
    )
  }
}
