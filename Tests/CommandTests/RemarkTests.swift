import Foundation
import Testing

/// What the program says on standard error stands in the report and in the log.
@Suite struct RemarkTests {
  @Test func remarksAreInEveryForm() throws {
    let program = try Program()
    try program.write("plugins/broken/plugin.lua", "return 3")
    try program.write(
      "run.lua",
      """
      -- %% One
      print("first")
      -- %% Two
      error("no such thing")
      """)
    let result = try program.run("run.lua", "--out", "out")
    #expect(result.status == 1)
    let remark = try #require(
      result.complaints.first { $0.contains("'broken'") }?.split(separator: ": ", maxSplits: 1).last)
    for file in ["index.html", "report.md", "meta.json", "log.txt"] {
      let text = try #require(program.read("out/\(file)"))
      #expect(text.contains("broken"), "\(file) does not have: \(remark)")
    }
    let log = try #require(program.read("out/log.txt")).split(separator: "\n")
    // A time (UTC) before each line.
    #expect(log.allSatisfy { $0.prefixMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z /#) != nil })
    let said = log.map { $0.drop { $0 != " " }.dropFirst() }
    #expect(said.first?.hasPrefix("started: gfnet-lab run.lua") == true)
    #expect(said.contains { $0.hasPrefix("cell 1 (One): done") })
    #expect(said.contains { $0.contains("no such thing") })
    #expect(said.last == "failed")
  }

  @Test func whatLoopsShowIsBounded() throws {
    let program = try Program()
    try program.write(
      "run.lua",
      """
      -- %% Markdown
      for i = 1, 20000 do gfnet.report.markdown("piece " .. i) end
      -- %% Text between
      for i = 1, 20000 do gfnet.report.text("line " .. i) gfnet.report.markdown("") end
      -- %% After
      gfnet.report.markdown("the end")
      """)
    let result = try program.run("run.lua", "--out", "out")
    #expect(result.status == 0)
    #expect(result.complaints.count { $0.contains("leaves out") } >= 1)
    // The terminal has all of it.
    #expect(result.output.contains("piece 20000\n") && result.output.contains("line 20000\n"))
    let page = try #require(program.read("out/index.html"))
    #expect(page.contains("piece 2000<") && !page.contains("piece 2001<"))
    #expect(page.contains("the report leaves out") && page.contains("the end"))
  }
}
