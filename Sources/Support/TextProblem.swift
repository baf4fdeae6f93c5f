/// What is wrong with a text, and in which line.
public struct TextProblem: Error, CustomStringConvertible {
  /// The line's number, from 1.
  public let line: Int
  /// What is wrong there.
  public let reason: String

  public init(line: Int, reason: String) {
    self.line = line
    self.reason = reason
  }

  public var description: String { "line \(line): \(reason)" }
}
