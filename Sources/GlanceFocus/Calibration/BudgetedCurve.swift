import Support

/// Budgeted batch classification: accuracy against mean cost as the budget grows.
public struct BudgetedCurve: Sendable, Equatable {
  /// The exit distribution's parameter of each point.
  public let q: [Double]
  /// T thresholds of each point, solved on the calibration trace.
  public let thresholds: [[Float]]
  /// Mean Multiply-Adds on the evaluation trace.
  public let madds: [Double]
  /// Share of right answers on the evaluation trace, 0…1.
  public let accuracy: [Double]
  /// Images of the evaluation trace that left after each step, T counts for each point.
  public let exits: [[Int]]
}

extension Calibration {
  /// The curve over q = 2p/(points + 1), p = 1…points; 39 points are the paper's q = p/20.
  /// - Parameters:
  ///   - points: 1…10000.
  ///   - evaluation: what the thresholds are applied to; normally not the calibration trace.
  ///   - method: with ``Method/optimal``, each point's budget is what the paper's thresholds cost on the
  ///     calibration set.
  /// - Throws: ``EpisodeError`` when the two traces differ in steps, costs, classes or weights, or labels are
  ///   missing; `Interrupted`.
  public func budgeted(
    points: Int = 39, evaluation: Trace, method: Method = .paper
  ) throws -> BudgetedCurve {
    guard (1...10_000).contains(points) else {
      throw EpisodeError("a budgeted curve of \(points) points: expected 1 to 10000")
    }
    if let obstacle = origin.obstacle(toUseOn: ThresholdOrigin(evaluation), comparesWeights: true) {
      throw EpisodeError(obstacle)
    }
    guard evaluation.record.madds == madds else {
      throw EpisodeError(
        "thresholds of the model '\(origin.model.name)' cannot be applied to this trace of"
          + " '\(evaluation.model.name)': their steps cost other Multiply-Adds")
    }
    let scorer = try ThresholdScorer(evaluation)
    let search = method == .optimal ? try OptimalSearch(self) : nil
    let q = (1...points).map { 2 * Double($0) / Double(points + 1) }
    var thresholds: [[Float]] = []
    var scores: [ThresholdScorer.Score] = []
    for value in q {
      try Cancellation.check()
      let solution = paper(q: value)
      let solved = try search?.solve(budget: solution.cost / Double(images)) ?? solution.thresholds
      thresholds.append(solved)
      scores.append(try scorer.score(solved))
    }
    return BudgetedCurve(
      q: q, thresholds: thresholds, madds: scores.map(\.madds), accuracy: scores.map(\.accuracy),
      exits: scores.map(\.exits))
  }
}

extension Trace {
  /// ``Calibration/thresholds(q:)`` on this trace.
  public func thresholds(q: Double) throws -> [Float] { try Calibration(self).thresholds(q: q) }

  /// ``Calibration/thresholds(madds:method:)`` on this trace.
  public func thresholds(madds: Double, method: Calibration.Method = .paper) throws -> [Float] {
    try Calibration(self).thresholds(madds: madds, method: method)
  }

  /// ``Calibration/budgeted(points:evaluation:method:)``, with thresholds solved on `calibration` and applied
  /// to this trace; without it, solved on this trace too.
  public func budgeted(
    points: Int = 39, calibration: Trace? = nil, method: Calibration.Method = .paper
  ) throws -> BudgetedCurve {
    try Calibration(calibration ?? self).budgeted(points: points, evaluation: self, method: method)
  }
}

/// Scores many sets of thresholds on one trace, without results by image.
private struct ThresholdScorer {
  struct Score {
    var accuracy: Double
    var madds: Double
    var exits: [Int]
  }

  private let record: EpisodeRecord
  /// 1 where the answer is right, T×N.
  private let correct: [UInt8]

  init(_ trace: Trace) throws {
    record = trace.record
    correct = try trace.correctBySteps().flatMap { $0 }
  }

  func score(_ thresholds: [Float]) throws -> Score {
    let steps = try ThresholdExits(record: record, thresholds: thresholds).steps
    var exits = [Int](repeating: 0, count: record.steps)
    var right = 0
    let images = steps.count
    correct.withUnsafeBufferPointer { correct in
      for (i, step) in steps.enumerated() {
        let index = Int(step) - 1
        exits[index] += 1
        right += Int(correct[index * images + i])
      }
    }
    return Score(
      accuracy: Double(right) / Double(images),
      madds: Evaluation.meanMadds(exits: exits, stepMadds: record.madds), exits: exits)
  }
}
