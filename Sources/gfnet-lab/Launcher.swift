import ArgumentParser
import Foundation
import LuaHost
import Support

/// Runs the command line and turns every way of failing into the documented exit status.
enum Launcher {
  /// 0 done, 1 the script or its input failed, 2 wrong usage, 130 interrupted.
  static func run(_ arguments: [String]) -> Int32 {
    var arguments = arguments
    if let script = scriptBeforeHelp(arguments) {
      // `run SCRIPT --help` is about the script; `run --help` about the command.
      arguments = ["run", script, "--script-parameters"]
    }
    do {
      var command = try GFNetLab.parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let status as ExitCode {
      return status.rawValue
    } catch is Interrupted {
      return 130
    } catch let error as UsageError {
      Terminal.complain("\(error)")
      return 2
    } catch let error as any LineError {
      Terminal.complain("\(error)")
      return 1
    } catch {
      let text = GFNetLab.fullMessage(for: error)
      guard GFNetLab.exitCode(for: error) != .success else {
        Terminal.write(text + "\n")
        return 0
      }
      FileHandle.standardError.write(Data((text + "\n").utf8))
      return 2
    }
  }

  private static let optionsWithValue: Set<String> = ["--out", "--seed", "--threads", "--precision"]

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
