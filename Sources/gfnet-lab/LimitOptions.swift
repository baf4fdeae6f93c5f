import ArgumentParser
import LuaHost
import Support

/// The options that bound what a run, its cells and its plugins may take beside `--memory`.
struct LimitOptions: ParsableArguments {
  @Option(
    name: .customLong("time"),
    help: ArgumentHelp(
      "Most wall time of the run, such as 90s, 10m or 2h (default: no limit).", valueName: "time"))
  var runTime: Duration?

  @Option(help: ArgumentHelp("Most wall time of one cell.", valueName: "time"))
  var cellTime: Duration?

  @Option(
    help: ArgumentHelp("Most memory that one cell may add to what is held, such as 500M.", valueName: "size"))
  var cellMemory: WorkMemory?

  @Option(
    help: ArgumentHelp("Most wall time of a plugin's code each time that it is called.", valueName: "time"))
  var pluginTime: Duration?

  @Option(help: ArgumentHelp("Most memory that the code of one plugin may hold.", valueName: "size"))
  var pluginMemory: WorkMemory?

  /// The names of the options, each of which takes a value.
  static let names: Set = ["--time", "--cell-time", "--cell-memory", "--plugin-time", "--plugin-memory"]

  /// Sets the limits of a run that begins now.
  func apply(to options: inout HostContext.Options) {
    options.cellLimits = UsageLimits(memory: cellMemory?.bytes, seconds: cellTime?.seconds)
    options.pluginLimits = UsageLimits(memory: pluginMemory?.bytes, seconds: pluginTime?.seconds)
    options.deadline = runTime.map { Deadline(of: "the run", seconds: $0.seconds) }
  }

  /// What is to be typed for a value that was refused with `message`; nil where it is about another option.
  static func expectation(_ message: String) -> String? {
    guard names.contains(where: { message.contains("'\($0) <") }) else { return nil }
    return message.contains("<time>")
      ? "expected a time such as 90s, 10m or 2h" : "expected a size of at least 1M, such as 500M or 2G"
  }

  /// A length of time as it is typed.
  struct Duration: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
      guard let seconds = DurationText.parse(argument) else { return nil }
      self.seconds = seconds
    }
  }

  /// An amount of memory for one part of a run, as it is typed.
  struct WorkMemory: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
      guard let bytes = MemoryText.parse(argument), bytes >= 1_000_000 else { return nil }
      self.bytes = bytes
    }
  }
}
