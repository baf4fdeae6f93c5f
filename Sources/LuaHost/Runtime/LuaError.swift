import Support

/// A script that failed: one line with the script's file and line, and the script's call stack.
public struct LuaError: LineError {
  /// The error in one line, which begins with file and line where these are known.
  public var message: String
  /// One line per script function that was active, innermost first; empty for errors outside functions.
  public var traceback: String
  /// What a Swift function threw, when the error began there.
  public var underlying: (any Error)?
  /// The innermost script line that was active.
  public var line: Int?

  public init(_ message: String, traceback: String = "", underlying: (any Error)? = nil, line: Int? = nil) {
    self.message = message
    self.traceback = traceback
    self.underlying = underlying
    self.line = line
  }

  public var description: String { message }
}

/// A mistake in what the user typed on the command line, such as an unknown parameter; the exit status is 2.
public struct UsageError: LineError {
  public let description: String
  public init(_ description: String) { self.description = description }
}
