import ArgumentParser
import Foundation
import LuaHost
import Support

/// Runs the command line and turns every way of failing into the documented exit status.
enum Launcher {
  /// A command line that was read.
  struct Call {
    fileprivate let arguments: [String]
    /// The command, or why there is none.
    let command: Result<any ParsableCommand, any Error>

    init(_ arguments: [String]) {
      var arguments = arguments
      if let script = scriptBeforeHelp(arguments) {
        // `run SCRIPT --help` is about the script; `run --help` about the command.
        arguments = ["run", script, "--script-parameters"]
      }
      self.arguments = arguments
      command = Result { [arguments] in try GFNetLab.parseAsRoot(arguments) }
    }
  }

  /// Returns the exit status: 0 done, 1 the script or its input failed, 2 wrong usage, 130 interrupted.
  static func run(_ call: Call) -> Int32 {
    let arguments = call.arguments
    do {
      if arguments.isEmpty {
        try HelpCommand.showOverview()
        return 0
      }
      var command = try call.command.get()
      guard Teamwork(of: command) != .first || Ranks.isFirst else { return 0 }
      try command.run()
      return 0
    } catch let status as ExitCode {
      return status.rawValue
    } catch let reason as Interrupted {
      // A run says so itself; here ends what has no report, such as the loading of plugins.
      Terminal.complain("\(reason)")
      return reason.deadline == nil ? 130 : 1
    } catch let error as UsageError {
      Terminal.complain("\(error)")
      return 2
    } catch let error as any LineError {
      Terminal.complain(error.commandLineText)
      return 1
    } catch {
      guard GFNetLab.exitCode(for: error) != .success else {
        Terminal.write(GFNetLab.fullMessage(for: error) + "\n")
        return 0
      }
      Terminal.complain(RawArgument.shown(usageLine(GFNetLab.message(for: error), arguments)))
      return 2
    }
  }

  /// The parser's message as one line in the style of all others, with where to read on.
  private static func usageLine(_ message: String, _ arguments: [String]) -> String {
    var text = message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ")
    if text.hasSuffix(".") { text.removeLast() }
    text = text.replacing(". Did you mean", with: "; did you mean")
    let command = arguments.first.flatMap { GFNetLab.commandNames.contains($0) ? $0 : nil } ?? "run"
    text = withoutFarOption(text)
    if ["run", "sweep"].contains(command) { text += parameterHint(text, arguments) }
    if command == "bench" { text += networkHint(text) }
    if text.hasSuffix("is invalid for '--memory <size>'") { text += "; expected at least 64M, such as 8G" }
    if text.contains("' is invalid for '"), let expected = LimitOptions.expectation(text) {
      text += "; \(expected)"
    }
    return text.prefix(1).lowercased() + text.dropFirst() + " (see gfnet-lab \(command) --help)"
  }

  /// The message without a proposal that is not near: the parser takes `--time` for what `--limit` meant.
  private static func withoutFarOption(_ message: String) -> String {
    guard
      let match = message.firstMatch(
        of: #/Unknown option '--([^'=]+)'(; did you mean '--([^']+)'\?)/#.ignoresCase()),
      NearestName.find(String(match.1), in: [String(match.3)]) == nil
    else { return message }
    return message.replacing(match.2, with: "")
  }

  /// What to write where a network was named in a way that `bench` does not know; else empty.
  private static func networkHint(_ message: String) -> String {
    let patterns = ["Unexpected argument '", "Unknown option '--backbone", "Unknown option '--model"]
    let isNetwork = patterns.contains { message.lowercased().hasPrefix($0.lowercased()) }
    return isNetwork ? "; the network is given as --arch NAME" : ""
  }

  /// What to write instead of `--limit 5`; empty where another option is near, which the message then names.
  private static func parameterHint(_ message: String, _ arguments: [String]) -> String {
    guard let match = message.wholeMatch(of: #/Unknown option '--([A-Za-z_][A-Za-z0-9_]*)'/#.ignoresCase()),
      let place = arguments.firstIndex(where: { $0 == "--\(match.1)" || $0.hasPrefix("--\(match.1)=") })
    else { return "" }
    var value = arguments[place].firstIndex(of: "=").map { String(arguments[place][$0...].dropFirst()) }
    if value == nil, place + 1 < arguments.count, !arguments[place + 1].hasPrefix("-") {
      value = arguments[place + 1]
    }
    // Without a value it may be a switch of another program.
    guard let value else { return "" }
    return "; parameters of a script are written \(match.1)=\(value.printable(upTo: 60))"
  }

  /// The options of `run` whose next word is their value, and so no script.
  private static let optionsWithValue = LimitOptions.names.union(FileOptions.names).union([
    "--out", "--seed", "--threads", "--shards", "--precision", "--memory", "--keep-after", "--formats",
  ])

  /// The script of `[run] SCRIPT … --help`; nil when the arguments are something else.
  private static func scriptBeforeHelp(_ arguments: [String]) -> String? {
    guard arguments.contains("--help") || arguments.contains("-h") else { return nil }
    var rest = arguments[...]
    if rest.first == "run" {
      rest.removeFirst()
    } else if let first = rest.first, GFNetLab.commandNames.contains(first) {
      return nil
    }
    while let argument = rest.popFirst() {
      if optionsWithValue.contains(argument) {
        _ = rest.popFirst()
      } else if !argument.hasPrefix("-") {
        return argument
      }
    }
    return nil
  }
}
