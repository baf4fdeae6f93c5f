import Foundation
import Testing

/// `gfnet-lab repl` where standard input is a pipe or a file.
@Suite struct PipedCellTests {
  private func run(_ text: String, _ arguments: String = "") throws -> Program.Result {
    let program = try Program()
    try program.write("cells.lua", text)
    return try program.shell("$GFNET repl \(arguments) < cells.lua")
  }

  @Test(arguments: [
    ("1 + 1\n", "2\n"), ("1 + 1", "2\n"), ("local x = 1\nx = x + 1\nx\n", "2\n"), ("", ""),
    ("for i = 1, 2 do\n  print(i)\nend\n'done'\n", "1\n2\ndone\n"),
    ("local s = [[\nif then\n]]\n#s\n", "8\n"), ("--[[ a\nb ]] 7\n", "7\n"),
    ("#!/usr/bin/env gfnet-lab\nprint(3)\n", "3\n"), ("local t = {\n1,\n2\n}\n#t;\n#t\n", "2\n"),
    ("%time 5\n", "5\ntime: "), ("function f()\n  return 4\nend\nf()\n", "4\n"),
  ])
  func whatComesIsRun(_ text: String, _ output: String) throws {
    let result = try run(text)
    #expect(result.status == 0)
    #expect(result.output.hasPrefix(output), "\(result.output)")
    #expect(result.complaints == [])
  }

  @Test func theFirstErrorEndsIt() throws {
    let result = try run("print(1)\n\nlocal t\nt.x = 1\nprint('never')\n")
    #expect(result.status == 1)
    #expect(result.output == "1\n")
    #expect(result.complaints.count == 1)
    #expect(result.complaints[0].hasPrefix("gfnet-lab: stdin:4: attempt to index a nil value"))
  }

  @Test(arguments: [
    ("if true then\n", "<eof>"), ("print(1))\n", "stdin:1:"),
    ("%nothing\n", "there is no command '%nothing'"),
    ("%run missing.lua\n", "missing.lua"), ("print('a\n", "unfinished string"),
  ])
  func whatIsNoCellFails(_ text: String, _ message: String) throws {
    let result = try run(text)
    #expect(result.status == 1)
    #expect(result.complaints.count == 1)
    #expect(result.complaints.first?.contains(message) == true, "\(result.errors)")
  }

  @Test func aScriptComesFirst() throws {
    let program = try Program()
    try program.write("s.lua", "local p = gfnet.params{n = {default = 1}}\nlocal m = p.n * 10")
    let result = try program.shell("echo 'm' | $GFNET repl s.lua n=4")
    #expect(result.output == "40\n")
    let failed = try program.shell("echo 'm' | $GFNET repl s.lua x=4")
    #expect(failed.status == 1)
    #expect(failed.errors.contains("unknown parameter 'x'"))
  }

  @Test func theSeedIsThatOfTheOption() throws {
    let program = try Program()
    let line = "echo 'gfnet.random.uniform()' | $GFNET repl --seed"
    #expect(try program.shell(line + " 5").output == program.shell(line + " 5").output)
    #expect(try program.shell(line + " 5").output != program.shell(line + " 6").output)
  }

  @Test func figuresAreSaved() throws {
    let program = try Program()
    let result = try program.shell("echo 'gfnet.plot.figure{name = \"f\"}' | $GFNET repl")
    #expect(result.output == "[figure f] → reports/session/figures/f.png\n")
    #expect(program.read("reports/session/figures/f.png") == nil || result.status == 0)
    #expect(FileManager.default.fileExists(atPath: program.folder + "/reports/session/figures/f.png"))
  }

  @Test func controlCEndsIt() throws {
    let program = try Program()
    try program.write("cells.lua", "print('go') while true do end")
    let process = try program.start(
      ["-c", "exec $GFNET repl < cells.lua"],
      environment: ["GFNET_LAB_PATIENCE": "600", "GFNET": program.executable], executable: "/bin/bash")
    #expect(program.wait(for: "go", in: process))
    kill(process.processIdentifier, SIGINT)
    let result = program.finish(process)
    #expect(result.status == 130)
    #expect(result.complaints == ["gfnet-lab: interrupted"])
  }
}
