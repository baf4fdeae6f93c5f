/// An error whose description is one clear line for the user: what is wrong, where, what was expected.
///
/// Every layer throws its own conforming type; the command line prints `description` and nothing else.
public protocol LineError: Error, CustomStringConvertible, Sendable {}

/// Raised by ``Cancellation/check()``: the user wants the run to end (Ctrl-C), or a time limit is over.
public struct Interrupted: LineError {
  /// The limit that is over; nil where the user asked.
  public let deadline: Deadline?

  /// The user wants the run to end.
  public init() { deadline = nil }
  /// The limit `deadline` is over.
  public init(by deadline: Deadline) { self.deadline = deadline }

  public var description: String {
    guard let deadline else { return "interrupted" }
    return "time limit reached: \(deadline.owner) may run \(NumberSpelling.plain(deadline.seconds)) s"
  }
}
