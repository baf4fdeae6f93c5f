import Foundation
import Testing

/// `gfnet-lab repl` at a terminal: keys are sent, and what the program draws is read.
@Suite struct PromptTests {
  private static let controlC = "\u{3}"
  private static let controlD = "\u{4}"
  private static let controlP = "\u{10}"
  private static let controlR = "\u{12}"

  /// A prompt that waits for its first cell.
  private func prompt(
    _ program: Program, _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> PseudoTerminal {
    let terminal = try PseudoTerminal(program, ["repl"] + arguments, environment: environment)
    try #require(terminal.wait(for: "In [1]: "), "\(terminal.drawn)")
    return terminal
  }

  /// Types a line and waits for what it shows, and for the next prompt.
  private func expect(_ terminal: PseudoTerminal, _ line: String, _ shown: String, next: Int) {
    terminal.send(line + "\r")
    #expect(terminal.wait(for: "\n" + shown + "\n"), "\(line): \(terminal.drawn)")
    #expect(terminal.wait(for: "In [\(next)]: "), "\(line): \(terminal.drawn)")
  }

  private func leave(_ terminal: PseudoTerminal) {
    terminal.send(Self.controlD)
    #expect(terminal.finish() == 0, "\(terminal.drawn)")
  }

  @Test func cellsFollowEachOther() throws {
    let terminal = try prompt(Program())
    expect(terminal, "local x = 20 x + 1", "21", next: 2)
    expect(terminal, "x * 2", "40", next: 3)
    // An error ends nothing.
    expect(terminal, "x.y.z", "gfnet-lab: In [3]:1: attempt to index a number value (local 'x')", next: 4)
    expect(terminal, "x", "20", next: 5)
    terminal.send("?gfnet.exits.confidence\r")
    #expect(terminal.wait(for: "threshold"), "\(terminal.drawn)")
    #expect(terminal.wait(for: "In [6]: "))
    leave(terminal)
  }

  @Test func aCellThatIsNotCompleteGoesOn() throws {
    let terminal = try prompt(Program())
    terminal.send("for i = 1, 2 do\r")
    #expect(terminal.wait(for: "...:   "))
    terminal.send("print('n' .. i)\r")
    #expect(terminal.wait(for: "...:   "))
    terminal.send("end\r")
    #expect(terminal.wait(for: "\nn1\nn2\n"))
    #expect(terminal.wait(for: "In [2]: "))
    leave(terminal)
  }

  @Test func tabCompletes() throws {
    let program = try Program()
    try program.write("measured.csv", "a\n1\n")
    let terminal = try prompt(program, environment: ["GFNET_LAB_GRAPHICS": "none"])
    terminal.send("settings = {threshold = 5} t = gfnet.tensor{1, 2}\r")
    #expect(terminal.wait(for: "In [2]: "))
    // What is drawn of a completed line are pieces between movements of the cursor, so its value is looked at.
    let lines = [
      ("setti\t.thr\t", "5"), ("#gfnet.tensor.zer\t(3)", "3"), ("#t:tota\t()", "2"), ("#'meas\t'", "12"),
      ("gfnet.plot.figure{nam\t'curve'}", "[figure curve] → reports/session/figures/curve.png"),
      ("retu\t 9", "9"),
    ]
    for (number, (typed, value)) in lines.enumerated() { expect(terminal, typed, value, next: number + 3) }
    // More than one are listed, with how they are called.
    terminal.send("gfnet.tensor.l\t")
    #expect(terminal.wait(for: "linspace  gfnet.tensor.linspace("), "\(terminal.drawn)")
    #expect(terminal.wait(for: "In [8]: gfnet.tensor.l"), "\(terminal.drawn)")
    // A line that is thrown away is no cell.
    terminal.send(Self.controlC)
    #expect(terminal.wait(for: "In [8]: "), "\(terminal.drawn)")
    leave(terminal)
  }

  @Test func controlCThrowsALineAway() throws {
    let terminal = try prompt(Program())
    terminal.send("print('never' ..")
    #expect(terminal.wait(for: "never"))
    terminal.send(Self.controlC)
    #expect(terminal.wait(for: "^C"))
    #expect(terminal.wait(for: "In [1]: "))
    // Also a line that goes on.
    terminal.send("if true then\r")
    #expect(terminal.wait(for: "...: "))
    terminal.send(Self.controlC)
    #expect(terminal.wait(for: "In [1]: "))
    expect(terminal, "1 + 1", "2", next: 2)
    leave(terminal)
  }

  @Test func controlCStopsWhatRunsAndTheSessionLivesOn() throws {
    let terminal = try prompt(Program(), environment: ["GFNET_LAB_PATIENCE": "600"])
    expect(terminal, "n = 7 n", "7", next: 2)
    for round in 0..<5 {
      terminal.send("local m = \(round) print('g' .. 'o') while true do end\r")
      #expect(terminal.wait(for: "\ngo\n"))
      terminal.send(Self.controlC)
      #expect(terminal.wait(for: "interrupted"))
      #expect(terminal.wait(for: "In [\(2 * round + 3)]: "))
      expect(terminal, "n + m", "\(7 + round)", next: 2 * round + 4)
    }
    leave(terminal)
  }

  @Test func whatWasTypedIsThereInTheNextSession() throws {
    let program = try Program()
    let first = try prompt(program)
    expect(first, "function twice(v)\rreturn 2 * v end answer = 41 answer", "41", next: 2)
    leave(first)
    let second = try prompt(program)
    second.send(Self.controlP)
    #expect(second.wait(for: "answer = 41"), "\(second.drawn)")
    second.send("\r")
    #expect(second.wait(for: "\n41\n"), "\(second.drawn)")
    #expect(second.wait(for: "In [2]: "))
    expect(second, "twice(answer)", "82", next: 3)
    second.send(Self.controlR + "twice(a")
    second.send("\r")
    #expect(second.wait(for: "\n82\n"), "\(second.drawn)")
    #expect(second.wait(for: "In [4]: "))
    leave(second)
    let mode = try FileManager.default.attributesOfItem(atPath: program.folder + "/state/gfnet-lab/history")
    #expect(mode[.posixPermissions] as? Int == 0o600)
  }

  @Test func aScriptRunsFirstAndItsVariablesAreThere() throws {
    let program = try Program()
    try program.write(
      "s.lua",
      "local p = gfnet.params{limit = {default = 3}}\n-- %%\nlocal double = 2 * p.limit\nprint('ran')\n-- %%\nerror('here')"
    )
    let terminal = try prompt(program, ["s.lua", "limit=8"])
    #expect(terminal.drawn.contains("ran\n"))
    #expect(terminal.drawn.contains("s.lua:6: here"))
    expect(terminal, "double", "16", next: 2)
    leave(terminal)
  }

  @Test func figuresAreShownWhereTheTerminalSaysThatItCan() throws {
    let program = try Program()
    let terminal = try prompt(program)
    terminal.send("local f = gfnet.plot.figure{name = 'curve'} f:line({1, 2, 3}, {3, 1, 2}) f\r")
    // The terminal is asked what it is, and says that it draws sixels. What was typed meanwhile is not lost.
    #expect(terminal.wait(for: "\u{1B}[c"))
    terminal.send("\u{1B}[?62;4c")
    #expect(terminal.wait(for: "\u{1B}P0;1;0q"))
    #expect(terminal.wait(for: "[figure curve] → reports/session/figures/curve.png"))
    #expect(terminal.wait(for: "In [2]: "))
    leave(terminal)
    #expect(FileManager.default.fileExists(atPath: program.folder + "/reports/session/figures/curve.png"))
  }

  @Test(arguments: [("kitty", "\u{1B}_Ga=T,f=100"), ("none", "\n[figure curve]")])
  func theEnvironmentSaysHowFiguresAreShown(_ way: String, _ drawn: String) throws {
    let terminal = try prompt(Program(), environment: ["GFNET_LAB_GRAPHICS": way])
    terminal.send("local f = gfnet.plot.figure{name = 'curve'} f:line({1, 2, 3}, {3, 1, 2}) f\r")
    #expect(terminal.wait(for: drawn), "\(terminal.drawn)")
    #expect(terminal.wait(for: "In [2]: "))
    leave(terminal)
  }

  @Test func anotherSizeOfTheTerminalChangesNothing() throws {
    let terminal = try prompt(Program())
    terminal.send("1 +")
    #expect(terminal.wait(for: "+"))
    terminal.resize(columns: 60)
    terminal.send(" 4\r")
    #expect(terminal.wait(for: "\n5\n"), "\(terminal.drawn)")
    #expect(terminal.wait(for: "In [2]: "))
    leave(terminal)
  }

  @Test(arguments: [SIGTERM, SIGHUP])
  func aRequestToEndIsMet(_ signal: Int32) throws {
    let terminal = try prompt(Program())
    kill(terminal.process, signal)
    #expect(terminal.finish() == 130, "\(terminal.drawn)")
  }

  @Test(arguments: ["exit", "quit()"])
  func farewellsAreUnderstood(_ word: String) throws {
    let terminal = try prompt(Program())
    terminal.send(word + "\r")
    #expect(terminal.finish() == 0)
  }
}
