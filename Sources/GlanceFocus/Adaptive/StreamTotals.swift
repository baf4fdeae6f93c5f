/// Totals of the answers that a stream has given so far.
public struct StreamTotals: Sendable {
  /// Cumulative Multiply-Adds by step, T values.
  private let stepMadds: [Double]
  /// Images answered.
  public private(set) var images = 0
  /// Images answered after step 1, 2, ….
  public private(set) var exits: [Int]
  private var (labelled, right) = (0, 0)

  init(stepMadds: [Double]) {
    self.stepMadds = stepMadds
    exits = [Int](repeating: 0, count: stepMadds.count)
  }

  mutating func add(_ result: AdaptiveRunner.Result) {
    images += 1
    exits[result.steps - 1] += 1
    if let label = result.label {
      labelled += 1
      if label == result.prediction { right += 1 }
    }
  }

  /// The share of right answers, 0…1; nil without labels.
  public var accuracy: Double? { labelled > 0 ? Double(right) / Double(labelled) : nil }

  /// Mean Multiply-Adds per image; 0 before the first.
  public var madds: Double { Evaluation.meanMadds(exits: exits, stepMadds: stepMadds) }
}
