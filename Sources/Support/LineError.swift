/// An error whose description is one clear line for the user: what is wrong, where, what was expected.
///
/// Every layer throws its own conforming type; the command line prints `description` and nothing else.
public protocol LineError: Error, CustomStringConvertible, Sendable {}

/// Raised when the user interrupted the run (Ctrl-C) or a time limit ended it.
public struct Interrupted: LineError {
  public init() {}
  public var description: String { "interrupted" }
}
