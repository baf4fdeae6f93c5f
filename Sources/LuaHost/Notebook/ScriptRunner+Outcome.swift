extension ScriptRunner {
  /// How a run ended.
  public enum Outcome: Sendable {
    case done
    /// The script failed: the message, the cell that failed, and its call stack.
    case failed(Failure)
    /// The command line does not fit the script.
    case usage(String)
    case interrupted

    /// The exit status of the program.
    public var exitStatus: Int32 {
      switch self {
      case .done: 0
      case .failed: 1
      case .usage: 2
      case .interrupted: 130
      }
    }
  }

  /// What a script failed on.
  public struct Failure: Sendable {
    /// The error in one line.
    public let message: String
    /// The script-level call stack, a line each; empty where there is none.
    public let traceback: String
    /// The number of the cell, from 1; nil where the failure is of none.
    public let cell: Int?
    /// The title of that cell; empty for none.
    public let cellTitle: String
    /// True where the script is fine and its report could not be written.
    public var isOfReport = false
    /// True where the script is no Lua, or has no cells that its author would know: nothing ran.
    public var isOfSource = false
  }
}
