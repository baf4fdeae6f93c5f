/// What is wrong with a text, and in which line.
struct TextProblem: Error {
  /// The line's number, from 1.
  let line: Int
  let reason: String

  var description: String { "line \(line): \(reason)" }
}
