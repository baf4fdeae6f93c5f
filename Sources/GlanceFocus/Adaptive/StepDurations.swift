/// How long steps take on batches of the sizes that occur, in seconds, learned as they run: what a deadline
/// is kept by.
struct StepDurations {
  private var recent: [Key: [Double]] = [:]
  private static let kept = 16

  private struct Key: Hashable {
    let step: Int
    let size: Int

    /// Batches of more than half a power of two and up to it take about as long.
    init(_ step: Int, _ count: Int) {
      self.step = step
      var size = 1
      while size < count { size *= 2 }
      self.size = size
    }
  }

  /// Seconds within which most batches of `count` images take step `step`; 0 before anything is known.
  func expected(_ step: Int, count: Int) -> Double {
    guard let durations = recent[Key(step, count)]?.sorted() else { return 0 }
    // All but the two slowest of 16, so that a hiccup is not taken for the rule.
    return durations[max(0, (durations.count * 7 - 1) / 8)]
  }

  mutating func note(_ step: Int, count: Int, took seconds: Double) {
    let key = Key(step, count)
    recent[key, default: []].append(seconds)
    if let known = recent[key], known.count > Self.kept { recent[key]?.removeFirst() }
  }

  /// A step was not taken because it was expected to take too long: every time that is expected a little
  /// less, so that one slow spell of the machine does not rule the step out for good.
  mutating func avoided(_ step: Int, count: Int) {
    note(step, count: count, took: 0.98 * expected(step, count: count))
  }
}
