import ArgumentParser
import LuaHost

/// `gfnet-lab help SYMBOL`: help from the registration tables; of a command, its `--help`.
struct HelpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "help",
    abstract: "Explain a function, a class or a command.",
    discussion: """
      Examples:
        gfnet-lab help gfnet                  all modules
        gfnet-lab help gfnet.params           one function
        gfnet-lab help run                    a command
      """)

  @Argument(help: "A name that scripts use, or a command.")
  var symbol: String?

  func run() throws {
    guard let symbol else {
      Terminal.write(GFNetLab.helpMessage() + "\n")
      return
    }
    if let command = GFNetLab.configuration.subcommands.first(where: {
      $0.configuration.commandName == symbol
    }) {
      Terminal.write(GFNetLab.helpMessage(for: command) + "\n")
      return
    }
    Terminal.write(try Catalog.standard.help(on: symbol) + "\n")
  }
}
