import ArgumentParser
import LuaHost

/// `gfnet-lab help SYMBOL`: help from the registration tables; of a command, its `--help`; of a subject, its page.
struct HelpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "help",
    abstract: "Explain what scripts can call, a subject or a command.",
    discussion: """
      Examples:
        gfnet-lab help gfnet              all modules, classes and pages
        gfnet-lab help tensor:mean        one function; t.mean will do
        gfnet-lab help exits              the exit rules, plugins' too
        gfnet-lab help confidence         one of them
        gfnet-lab help scripts            a page of the manual
        gfnet-lab help epochs             an option, and what takes it
        gfnet-lab help run                a command
        gfnet-lab help plugins new        a command of a command
        gfnet-lab help --stubs            declarations for editors (LuaCATS)
      """)

  @Argument(help: "A name that scripts use, a subject, or a command.")
  var symbol: [String] = []

  @Flag(help: "Print what scripts can call as declarations that the Lua language server reads.")
  var stubs = false

  func run() throws {
    if stubs {
      guard symbol.isEmpty else { throw UsageError("--stubs declares everything and takes no name") }
      Terminal.write(TypeStubs(definitions: try Help.definitionsWithPlugins()).text)
      return
    }
    guard !symbol.isEmpty else { return try Self.showOverview() }
    if let command = Self.command(symbol) {
      Terminal.write(GFNetLab.helpMessage(for: command) + "\n")
      return
    }
    // A subject may be two words: `help learning rate`.
    let symbol = symbol.joined(separator: " ")
    let help = try Help.withPlugins(width: Terminal.width)
    Terminal.write(try (symbol == "topics" ? help.topics : help.text(on: symbol)) + "\n")
  }

  /// The command that the words lead to, such as `plugins new`; nil where one of them is no command.
  private static func command(_ words: [String]) -> (any ParsableCommand.Type)? {
    var command: any ParsableCommand.Type = GFNetLab.self
    for word in words {
      let below = command.configuration.subcommands.first { $0.configuration.commandName == word }
      guard let below else { return nil }
      command = below
    }
    return command
  }

  /// What `gfnet-lab` alone shows.
  static func showOverview() throws {
    Terminal.write(
      GFNetLab.helpMessage() + "\n\nPAGES (gfnet-lab help NAME):\n" + Help(width: Terminal.width).topics
        + "\n")
  }
}
