/// Lets a stream compute one answer at a time, and none after an error.
final class StreamTurn {
  private var isTaken = false
  /// What ended the stream before its end.
  private var failure: String?

  /// Runs `body`.
  ///
  /// - Parameter failed: called where `body` throws.
  /// - Throws: what `body` throws, and ``ModelError`` at every later call; ``ModelError`` where the stream is asked while it
  ///   is computing, which leaves it as it is.
  func take<Value>(_ body: () throws -> Value, failed: () -> Void = {}) throws -> Value {
    try ModelError.require(
      !isTaken,
      "the stream is already computing an answer: its source, its rule and its sampler cannot ask it for one")
    if let failure { throw ModelError("the stream has ended with an error before: \(failure)") }
    isTaken = true
    defer { isTaken = false }
    do {
      return try body()
    } catch {
      failure = "\(error)"
      failed()
      throw error
    }
  }
}
