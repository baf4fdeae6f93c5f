/// When the images of a stream began, how long its steps take, and by when its answers are due. All in
/// seconds.
struct StreamTimes {
  /// The time from the start of an image's glance to when it is to be answered; nil for any time.
  let deadline: Double?
  /// Images that were answered later than that.
  private(set) var late = 0
  private var durations: StepDurations
  /// When the glance began, by row of the record.
  private var starts: [Double]

  init(deadline: Double?, durations: StepDurations, rows: Int) {
    self.deadline = deadline
    self.durations = durations
    starts = [Double](repeating: 0, count: rows)
  }

  /// The glance of the images of `rows` begins.
  mutating func begin(_ rows: [Int], at now: Double) {
    for row in rows { starts[row] = now }
  }

  /// A step has been run.
  mutating func note(_ step: Int, count: Int, took seconds: Double) {
    durations.note(step, count: count, took: seconds)
  }

  /// A step was not run because it was expected to take too long.
  mutating func avoided(_ step: Int, count: Int) { durations.avoided(step, count: count) }

  /// An image is answered now.
  /// - Returns: how long that took since its glance began.
  mutating func answered(_ row: Int, at now: Double) -> Double {
    let seconds = elapsed(row, at: now)
    if let deadline, seconds > deadline { late += 1 }
    return seconds
  }

  /// How long ago the glance of an image began.
  func elapsed(_ row: Int, at now: Double) -> Double { now - starts[row] }

  /// What is left of an image's time; below 0 where its answer is late.
  func left(_ row: Int, at now: Double) -> Double { starts[row] + (deadline ?? .infinity) - now }

  /// How long a batch of `count` images is expected to take for step `step`; 0 before anything is known.
  func expected(_ step: Int, count: Int) -> Double { durations.expected(step, count: count) }
}
