import Support

/// What is to be promised of thresholds.
public struct RiskPromise: Sendable {
  /// What the risk is the mean of.
  public var loss: RiskLoss
  /// How it is bounded.
  public var bound: any RiskBound
  /// The largest risk on new images.
  public var epsilon: Double
  /// The probability that the promise is broken, over draws of the images; of no meaning to bounds in expectation.
  public var delta: Double

  /// - Throws: ``EpisodeError`` for numbers that are not between 0 and 1.
  public init(loss: RiskLoss, bound: any RiskBound, epsilon: Double, delta: Double) throws {
    guard epsilon > 0, epsilon < 1 else {
      throw EpisodeError("a risk of at most \(epsilon): expected a share between 0 and 1, such as 0.01")
    }
    guard delta > 0, delta < 1 else {
      throw EpisodeError("delta is \(delta): expected a probability between 0 and 1, such as 0.1")
    }
    self.loss = loss
    self.bound = bound
    self.epsilon = epsilon
    self.delta = delta
  }

  /// Refuses a number of images on which no early exit can be promised, whatever they lose.
  /// - Throws: ``EpisodeError``.
  func check(images: Int) throws {
    let least = bound.leastImages(epsilon: epsilon, delta: delta)
    guard least.map({ images < $0 }) ?? true else { return }
    let needed = least.map { "it takes at least \($0)" } ?? "it would take more than \(1 << 24)"
    throw EpisodeError(
      "too few images: on \(images) no early exit can be promised a risk of at most"
        + " \(NumberSpelling.plain(epsilon)) by '\(bound.name)'"
        + (bound.isWithProbability ? " with delta \(NumberSpelling.plain(delta))" : "") + "; \(needed)")
  }
}

/// Thresholds with a promise: the last of a sequence before the first that a bound refuses.
public struct RiskControl: Sendable {
  /// What is promised.
  public let promise: RiskPromise
  /// The sequence that was walked, each T values.
  public let path: [[Float]]
  /// How many of the sequence were kept; 0 where the first was refused, and no image leaves early.
  public let certified: Int
  /// T thresholds: the last that was kept, or ∞ before the last step.
  public let thresholds: [Float]
  /// The mean loss of the tested images under them.
  public let risk: Double
  /// Mean Multiply-Adds of the tested images under them.
  public let madds: Double
  /// How many images the bound was asked about.
  public let images: Int
  /// How many of the trace were set aside to solve the sequence on.
  public let setAside: Int
  /// What the thresholds were solved on.
  public let origin: ThresholdOrigin

  /// Walks a sequence on the images of a trace that may be asked about it.
  /// - Throws: ``EpisodeError`` for too few images, and without labels where the loss needs them; `Interrupted`.
  public init(_ promise: RiskPromise, on trace: Trace, sequence: RiskSequence) throws {
    let (rows, path) = (sequence.rows, sequence.path)
    try promise.check(images: rows.count)
    let losses = try LossRows(trace, promise.loss, path: path)
    var walk = RiskWalk(promise, count: rows.count)
    let kept = try walk.run(points: path.count, rows: rows) { try losses.row($0) }
    let steps = trace.record.steps
    let thresholds =
      kept > 0 ? path[kept - 1] : [Float](repeating: .infinity, count: steps - 1) + [-.infinity]
    let exits = try ThresholdExits(record: trace.record, thresholds: thresholds).steps
    let count = Double(rows.count)
    self.promise = promise
    self.path = path
    self.thresholds = thresholds
    certified = kept
    risk = rows.reduce(0) { $0 + Double(losses.columns[Int(exits[$1]) - 1][$1]) } / count
    madds = rows.reduce(0) { $0 + trace.record.madds[Int(exits[$1]) - 1] } / count
    images = rows.count
    setAside = sequence.setAside
    origin = ThresholdOrigin(trace)
  }
}

/// The losses of all images of a trace under each thresholds of a sequence.
struct LossRows {
  let record: EpisodeRecord
  let path: [[Float]]
  /// T columns of N losses.
  let columns: [[Float]]

  /// - Throws: ``EpisodeError`` without labels where the loss needs them.
  init(_ trace: Trace, _ loss: RiskLoss, path: [[Float]]) throws {
    guard !loss.needsLabels || trace.record.labels != nil else {
      throw EpisodeError(
        "the loss '\(loss.name)' needs labels, which the trace of '\(trace.dataset.name)' has not;"
          + " 'consistency' needs none")
    }
    record = trace.record
    self.path = path
    columns = loss.columns(trace.record)
  }

  /// N costs under the thresholds at a place, from 0.
  func madds(_ point: Int) throws -> [Double] {
    try ThresholdExits(record: record, thresholds: path[point]).steps.map { record.madds[Int($0) - 1] }
  }

  /// N losses under the thresholds at a place, from 0.
  func row(_ point: Int) throws -> [Float] {
    let exits = try ThresholdExits(record: record, thresholds: path[point]).steps
    var row = columns[0]
    for step in 1..<columns.count {
      let column = columns[step]
      for i in exits.indices where Int(exits[i]) == step + 1 { row[i] = column[i] }
    }
    return row
  }
}

/// Goes along a sequence until the bound refuses.
struct RiskWalk {
  private let promise: RiskPromise
  private var losses: [Float]

  init(_ promise: RiskPromise, count: Int) {
    self.promise = promise
    losses = [Float](repeating: 0, count: count)
  }

  /// How many thresholds of the sequence are kept.
  /// - Parameters:
  ///   - rows: the images that are asked about, in random order.
  ///   - row: the losses of all images at a place.
  mutating func run(
    points: Int, rows: ArraySlice<Int>, _ row: (Int) throws -> [Float]
  ) throws -> Int {
    let promise = promise
    let largest = promise.bound.seesLargestLosses
    // Before the first thresholds nothing is lost.
    if largest { for i in losses.indices { losses[i] = 0 } }
    for point in 0..<points {
      try Cancellation.check()
      let all = try row(point)
      let isKept = losses.withUnsafeMutableBufferPointer { losses in
        all.withUnsafeBufferPointer { all in
          for (i, image) in rows.enumerated() {
            losses[i] = largest ? max(losses[i], all[image]) : all[image]
          }
          return promise.bound.certifies(
            UnsafeBufferPointer(losses), isCount: promise.loss.isCount, epsilon: promise.epsilon,
            delta: promise.delta)
        }
      }
      if !isKept { return point }
    }
    return points
  }
}
