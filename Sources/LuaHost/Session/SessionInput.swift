import Support

/// What was typed into a cell: commands in lines of their own at its beginning, and Lua.
struct SessionInput {
  /// A command as it was typed.
  struct Typed {
    let command: SessionCommand
    /// What follows its name: to the end of the line, or of the cell where the command takes code.
    let argument: String
    /// The line of the cell with the command, from 1.
    let line: Int
  }

  /// The commands, in order.
  let commands: [Typed]
  /// The Lua behind the commands.
  let code: String
  /// The line of the cell at which ``code`` begins, from 1.
  let firstLine: Int

  /// Tells commands and Lua apart.
  /// - Throws: ``LuaError`` for a line that is a command by its first sign and none by its name.
  init(_ source: String) throws {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    var commands: [Typed] = []
    var at = 0
    while let next = lines[at...].firstIndex(where: { !Self.isRemark($0) }) {
      guard let (command, argument) = try Self.command(lines[next].trimmed, in: lines) else { break }
      guard command.takesCode else {
        commands.append(Typed(command: command, argument: argument, line: next + 1))
        at = next + 1
        continue
      }
      let code = ([argument] + lines[(next + 1)...].map(String.init)).joined(separator: "\n")
      commands.append(Typed(command: command, argument: code, line: next + 1))
      at = lines.count
      break
    }
    self.commands = commands
    code = lines[at...].joined(separator: "\n")
    firstLine = at + 1
  }

  /// Whether a line may stand above a command: it is blank, or a comment that ends with it.
  private static func isRemark(_ line: Substring) -> Bool {
    let text = line.trimmed
    return text.isEmpty || text.hasPrefix("--") && !text.hasPrefix("--[")
  }

  /// The command of a line; nil where it is Lua. No line of Lua begins with `%` or `?`, and none ends with `?`.
  private static func command(
    _ text: String, in lines: [Substring]
  ) throws -> (command: SessionCommand, argument: String)? {
    if text.hasPrefix("?") {
      let marks = text.prefix { $0 == "?" }.count
      return (marks > 1 ? .source : .help, text.dropFirst(marks).trimmed)
    }
    if text.hasPrefix("%") {
      // `%%time` is what notebooks write above a cell.
      let rest = text.drop { $0 == "%" }
      let name = rest.prefix { !$0.isWhitespace }
      guard let command = SessionCommand.all.first(where: { $0.name == name }) else {
        throw LuaError(
          "there is no command '%\(String(name).printable(upTo: 40))'"
            + NearestName.hint(String(name), in: SessionCommand.all.map(\.name)))
      }
      return (command, rest.dropFirst(name.count).trimmed)
    }
    guard text.hasSuffix("?"), lines.count(where: { !isRemark($0) }) == 1 else { return nil }
    let marks = text.reversed().prefix { $0 == "?" }.count
    let name = text.dropLast(marks).trimmed
    // `x ? y` and the like are no question about a name.
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "_.:[]\"'".contains($0) }) else {
      return nil
    }
    return (marks > 1 ? .source : .help, name)
  }
}
