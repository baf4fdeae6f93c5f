import Support

/// A promise put to the test: thresholds are chosen on some images of a trace, drawn at random, and their risk is
/// measured on the others, many times.
///
/// The sequence of thresholds is solved once, on images that are set aside and never drawn.
public struct RiskTrials: Sendable {
  /// What is promised.
  public let promise: RiskPromise
  /// Images that were drawn to choose thresholds on, in each trial.
  public let images: Int
  /// The other images, on which the risk was measured.
  public let others: Int
  /// The risk on the others, by trial.
  public private(set) var risks: [Double] = []
  /// Mean Multiply-Adds of the others, by trial.
  public private(set) var madds: [Double] = []
  /// How many thresholds of the sequence were kept, by trial.
  public private(set) var certified: [Int] = []

  /// Trials in which the risk was above ε.
  public var exceeded: Int { risks.count { $0 > promise.epsilon } }

  /// - Parameters:
  ///   - images: how many are drawn in each trial.
  ///   - trials: 1…1000000.
  ///   - sequence: what is walked, and the images that may be drawn.
  ///   - seed: of the draws.
  /// - Throws: ``EpisodeError`` as ``RiskControl``; `Interrupted`, `MemoryRefused`.
  public init(
    _ promise: RiskPromise, on trace: Trace, images: Int, trials: Int = 1000, sequence: RiskSequence,
    seed: UInt64 = 0
  ) throws {
    guard (1...1_000_000).contains(trials) else {
      throw EpisodeError("\(trials) trials: expected 1 to 1000000")
    }
    guard images >= 1, images < sequence.rows.count else {
      throw EpisodeError(
        "\(images) images for each trial: of \(sequence.rows.count) at least one must be drawn and one be left"
      )
    }
    try promise.check(images: images)
    self.promise = promise
    self.images = images
    others = sequence.rows.count - images
    var kept = try KeptRows(trace, promise.loss, sequence, trials: trials)
    var walk = RiskWalk(promise, count: images)
    let rows = Array(sequence.rows)
    let random = CounterRandom(seed: seed, stream: "risk trials")
    for trial in 0..<trials {
      let order = try random.child(trial).permutation(rows.count).map { rows[$0] }
      let count = try walk.run(points: sequence.path.count, rows: order.prefix(images)) {
        try kept.row($0).losses
      }
      certified.append(count)
      guard count > 0 else {
        // No image leaves early, and none loses anything.
        risks.append(0)
        madds.append(trace.record.madds[trace.record.steps - 1])
        continue
      }
      let row = try kept.row(count - 1)
      let rest = order.dropFirst(images)
      risks.append(rest.reduce(0) { $0 + Double(row.losses[$1]) } / Double(rest.count))
      madds.append(rest.reduce(0) { $0 + row.madds[$1] } / Double(rest.count))
    }
  }
}

/// What each image loses and costs under thresholds of a sequence, made when a trial first comes so far.
private struct KeptRows {
  struct Row {
    var losses: [Float]
    var madds: [Double]
  }

  private let losses: LossRows
  private var rows: [Row?]

  init(_ trace: Trace, _ loss: RiskLoss, _ sequence: RiskSequence, trials: Int) throws {
    try MemoryBudget.shared.require(12 * sequence.path.count * trace.record.images + 24 * trials)
    losses = try LossRows(trace, loss, path: sequence.path)
    rows = Array(repeating: nil, count: sequence.path.count)
  }

  mutating func row(_ point: Int) throws -> Row {
    if let row = rows[point] { return row }
    let row = Row(losses: try losses.row(point), madds: try losses.madds(point))
    rows[point] = row
    return row
  }
}
