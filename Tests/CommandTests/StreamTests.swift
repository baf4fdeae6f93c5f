import Foundation
import Testing

/// Standard streams that are closed, full, or read by someone who leaves.
@Suite struct StreamTests {
  private func program() throws -> Program {
    let program = try Program()
    try program.write("s.lua", "for i = 1, 20000 do print('line ' .. i) end\nio.stderr:write('remark\\n')")
    try program.write("bad.lua", "print('before')\nerror('no')")
    return program
  }

  @Test func aReaderThatGoesAwayDoesNotStopTheRun() throws {
    let program = try program()
    let result = try program.shell("\"$GFNET\" s.lua | head -n 1; exit ${PIPESTATUS[0]}")
    #expect(result.status == 0)
    #expect(result.output == "line 1\n")
    #expect(result.errors == "remark\nreport: reports/s/index.html\n")
    #expect(program.read("reports/s/report.md")?.contains("line 20000") == true)
    #expect(try program.shell("\"$GFNET\" --help | head -n 1; exit ${PIPESTATUS[0]}").status == 0)
  }

  /// Errors must not become crashes because nobody reads them.
  @Test(arguments: [
    "\"$GFNET\" bad.lua 2>&1 | true; exit ${PIPESTATUS[0]}", "\"$GFNET\" bad.lua 2> /dev/full",
    "\"$GFNET\" bad.lua 2>&-", "\"$GFNET\" bad.lua <&- >&- 2>&-", "\"$GFNET\" bad.lua <&-",
  ])
  func theStatusStandsWhenNobodyListens(_ command: String) throws {
    let program = try program()
    #expect(try program.shell(command).status == 1)
    #expect(program.read("reports/bad/report.md")?.contains("bad.lua:2: no") == true)
    // A file that took the number of a closed stream would receive what is printed.
    let log = try #require(program.read("reports/bad/log.txt"))
    #expect(log.contains("Z started: ") && !log.contains("gfnet-lab: "))
  }

  @Test func resultsThatCannotBeWrittenAreAnError() throws {
    let program = try program()
    let result = try program.shell("\"$GFNET\" s.lua > /dev/full")
    #expect(result.status == 1)
    #expect(result.errors.hasSuffix("gfnet-lab: cannot write to standard output: No space left on device\n"))
    #expect(program.read("reports/s/meta.json")?.contains("\"status\": \"done\"") == true)
    #expect(try program.shell("\"$GFNET\" --version > /dev/full").status == 1)
    // Closing it is a wish.
    #expect(try program.shell("\"$GFNET\" s.lua >&-").status == 0)
  }
}
