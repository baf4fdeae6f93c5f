extension EpisodeStream {
  /// The queue whose first image still has the time for its next step, but not for `action` before it.
  func urgentQueue(before action: Action) -> Int? {
    guard times.deadline != nil else { return nil }
    var first = 0.0
    if case .run(let taken) = action { first = expectedDuration(after: taken) }
    let now = clock()
    return waiting.indices.dropFirst().reversed().first { taken in
      guard let row = waiting[taken].first else { return false }
      let own = expectedDuration(after: taken)
      let left = times.left(row, at: now)
      return left >= own && left < own + first
    }
  }

  /// Seconds that the next batch of those that have taken `taken` steps is expected to need.
  private func expectedDuration(after taken: Int) -> Double {
    times.expected(taken + 1, count: min(batchSize, waiting[taken].count))
  }

  /// Before a batch of `count` images takes step `step`: whoever has no time to wait for its end, or to be
  /// part of it, leaves with the best answer so far.
  ///
  /// - Returns: true when images left, so that what is to be done next may have changed.
  func letGo(of count: Int, before step: Int) throws -> Bool {
    guard times.deadline != nil else { return false }
    let end = clock() + times.expected(step, count: count)
    var hasChanged = false
    for taken in waiting.indices.dropFirst() {
      let hurried = waiting[taken].prefix { times.left($0, at: end) < 0 }
      guard hurried > 0 else { continue }
      if taken + 1 == step { times.avoided(step, count: count) }
      var left = hurried
      while left > 0 {
        let group = try waiting[taken].take(left)
        finish(group.rows, after: taken)
        left -= group.rows.count
      }
      hasChanged = true
    }
    return hasChanged
  }
}
