import Foundation
import TestSupport
import Testing

/// `gfnet-lab run --watch` and `--keep-cells`, as somebody at a terminal has them.
@Suite struct WatchTests {
  private static let script = """
    -- %% First
    local base = 20
    -- %% Second
    local more = base + 1
    print("more " .. more)
    -- %% Third
    print("other " .. base)
    -- %% Fourth
    local twice = more * 2
    print("twice " .. twice)
    """

  @Test func keptCellsAreGivenBackAndListed() throws {
    let program = try Program()
    try program.write("s.lua", Self.script)
    let options = ["--explain-cache", "--keep-after", "0"]
    let first = try program.run(["run", "s.lua"] + options)
    #expect(first.status == 0 && first.output == "more 21\nother 20\ntwice 42\n")
    #expect(first.errors.contains("gfnet-lab: cell 2 (Second): run: it was not run before; kept\n"))
    let second = try program.run(["run", "s.lua"] + options)
    #expect(second.status == 0 && second.output == first.output)
    #expect(second.errors.contains("gfnet-lab: cell 4 (Fourth): hit, which saves "), "\(second.errors)")
    #expect(program.read("reports/s/index.html")?.contains("kept from an earlier run") == true)
    try program.write("s.lua", Self.script.replacing("base + 1", with: "base + 2"))
    let third = try program.run(["run", "s.lua"] + options)
    #expect(third.output == "more 22\nother 20\ntwice 44\n")
    #expect(third.errors.contains("cell 2 (Second): run: line 4 changed; kept"), "\(third.errors)")
    #expect(third.errors.contains("cell 3 (Third): hit"), "\(third.errors)")
    #expect(third.errors.contains("cell 4 (Fourth): run: `more` was 21, is 22; kept"), "\(third.errors)")
    let plain = try program.run(["run", "s.lua", "--no-cache"] + options)
    #expect(plain.output == third.output && !plain.errors.contains("hit"))
    let list = try program.run("cache")
    #expect(list.status == 0 && list.output.contains("6 cells, "), "\(list.output)")
    #expect(try program.run("cache", "clear").output == "removed 6 cells\n")
    #expect(try program.run("cache", "list").output.hasPrefix("0 cells, "))
  }

  @Test func aWatchedScriptRunsAgainWhenItIsSaved() throws {
    let program = try Program()
    try program.write("w.lua", "local m = require(\"m\")\nprint(\"first \" .. m.word)\n")
    try program.write("m.lua", "return {word = \"one\"}\n")
    let process = try program.start(["run", "w.lua", "--watch"], environment: ["GFNET_LAB_PATIENCE": "600"])
    #expect(program.wait(for: "first one", in: process))
    #expect(waitForNote("watching w.lua and 1 file that it reads; Ctrl-C ends", in: process, program))
    #expect(program.read("reports/w/index.html")?.contains("gfnetPage") == true)
    // A module counts as well as the script.
    try program.write("m.lua", "return {word = \"two\"}\n")
    #expect(program.wait(for: "first two", in: process))
    // Errors do not end it.
    try program.write("w.lua", "local m = require(\"m\"\n")
    #expect(waitForNote("w.lua:", in: process, program))
    try program.write("w.lua", "print(\"third\")\nwhile true do end\n")
    #expect(program.wait(for: "third", in: process))
    // Nor does a script that does not end.
    try program.write("w.lua", "print(\"fourth\")\n")
    #expect(program.wait(for: "fourth", in: process))
    kill(process.processIdentifier, SIGINT)
    let result = program.finish(process)
    #expect(result.status == 130, "\(result.errors)")
    #expect(program.leftovers == [])
  }

  @Test func afterAnErrorTheResultsBelowAreMarked() throws {
    let program = try Program()
    try program.write("w.lua", Self.script)
    let process = try program.start(["run", "w.lua", "--watch"], environment: ["GFNET_LAB_PATIENCE": "600"])
    #expect(program.wait(for: "twice 42", in: process))
    #expect(waitForNote("Ctrl-C ends", in: process, program))
    try program.write("w.lua", Self.script.replacing("base + 1", with: "base + nil"))
    #expect(
      waitForNote("stale: cell 4 still shows what a run before the changes has left", in: process, program))
    kill(process.processIdentifier, SIGINT)
    #expect(program.finish(process).status == 130)
    let page = try #require(program.read("reports/w/index.html"))
    #expect(page.contains("twice 42") && page.contains("stale: of a run before the changes above"))
    #expect(!page.contains("<script"))
    let text = try #require(program.read("reports/w/report.md"))
    #expect(text.contains("other 20") && text.contains("*of the run before*"))
    #expect(program.read("reports/w/meta.json")?.contains("\"stale\": true") == true)
  }

  /// Waits until standard error has a text, however long that takes; false where the program ends without.
  private func waitForNote(_ text: String, in process: Process, _ program: Program) -> Bool {
    while process.isRunning {
      if program.read("err.txt")?.contains(text) == true { return true }
      usleep(20_000)
    }
    return program.read("err.txt")?.contains(text) == true
  }
}
