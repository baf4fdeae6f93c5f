import Foundation
import Support
import TestSupport
import Testing

/// What `--help` says of each command is true.
@Suite struct CommandHelpTests {
  /// A command as the argument parser describes it.
  private struct Command: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable { let kind, name: String }
      let kind: String
      let names: [Name]?
    }
    let commandName: String
    let arguments: [Argument]?
    let subcommands: [Command]?

    /// The words that ask for this command and for all below it.
    func paths(after words: [String] = []) -> [[String]] {
      let below = subcommands ?? []
      return [words] + below.flatMap { $0.paths(after: words + [$0.commandName]) }
    }
  }

  private func describe(_ program: Program, _ words: String...) throws -> Command {
    struct Dump: Decodable { let command: Command }
    let result = try program.run(words + ["--experimental-dump-help"])
    return try JSONDecoder().decode(Dump.self, from: Data(result.output.utf8)).command
  }

  @Test func scriptsThatHelpNamesExist() throws {
    let program = try Program()
    let paths = Set(try describe(program).paths())
    #expect(paths.contains(["models", "verify"]) && paths.contains(["run"]))
    var named: Set<String> = []
    for words in paths {
      let result = try program.run(words + ["--help"])
      #expect(result.status == 0 && !result.output.isEmpty, "\(words)")
      named.formUnion(result.output.matches(of: /scripts\/[A-Za-z0-9_\/]+\.lua/).map { String($0.output) })
    }
    // A command with others below it sends readers to `help` with both names.
    for words in paths where !words.isEmpty {
      let help = try program.run(["help"] + words)
      let own = try program.run(words + ["--help"])
      #expect(help.status == 0 && help.output == own.output, "help \(words): \(help.errors)")
    }
    #expect(!named.isEmpty)
    for script in named {
      #expect((SourceTree.root / script).isRegularFile, "\(script) does not exist")
    }
  }

  /// `gfnet-lab --seed 7 SCRIPT --help` is about the script, whatever option stands before it.
  @Test func optionsWithAValueMayStandBeforeTheScript() throws {
    let program = try Program()
    try program.write("s.lua", "local p = gfnet.params{limit = {default = 100, help = \"images\"}}")
    let options = try describe(program, "run").arguments?.filter { $0.kind == "option" } ?? []
    #expect(options.count > 3)
    for name in options.flatMap({ $0.names ?? [] }) where name.kind == "long" {
      for words in [["--\(name.name)", "7"], ["run", "--\(name.name)", "7"], ["--\(name.name)=7"]] {
        let result = try program.run(words + ["s.lua", "--help"])
        #expect(result.status == 0 && result.output.contains("limit"), "\(words): \(result.errors)")
      }
    }
  }

  @Test func helpVersionAndDoctor() throws {
    let program = try Program()
    #expect(try program.run("--version").output.hasPrefix("gfnet-lab 0."))
    let help = try program.run("--help")
    #expect(help.status == 0)
    #expect(
      help.output.contains("gfnet-lab scripts/threshold_sweep.lua") && help.output.contains("Exit status"))
    #expect(try program.run("help", "gfnet.report.table").output.contains("Example: gfnet.report.table{"))
    #expect(try program.run("help", "learning", "rate").output.contains("gfnet.train({model=,"))
    #expect(try program.run("help", "files").output.contains("A relative path is looked for"))
    #expect(try program.run("help", "run").output.contains("USAGE: gfnet-lab run"))
    #expect(try program.run("help").output.contains("SUBCOMMANDS"))
    let doctor = try program.run("doctor")
    #expect(doctor.output.contains("Lua 5.4") && doctor.output.contains("oneDNN"))
    #expect(doctor.status == 0)
  }
}
