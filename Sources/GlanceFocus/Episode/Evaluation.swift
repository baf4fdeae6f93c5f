/// The result of an exit rule on a set of images: the answers, their cost and their accuracy.
public struct Evaluation: Sendable, Equatable {
  /// The step after which each image left, 1…T.
  public let exitSteps: [Int32]
  /// Each image's answer, 0-based.
  public let predictions: [Int32]
  /// The answer's softmax probability.
  public let confidences: [Float]
  /// Whether each answer is right; nil without labels.
  public let correct: [Bool]?
  /// Cumulative Multiply-Adds by step, T values.
  public let stepMadds: [Double]
  /// Images that left after each step, T counts.
  public let exits: [Int]
  /// The share of right answers, 0…1; nil without labels or images.
  public let accuracy: Double?
  /// Mean Multiply-Adds per image; 0 without images.
  public let madds: Double

  init(
    exitSteps: [Int32], predictions: [Int32], confidences: [Float], correct: [Bool]?, stepMadds: [Double]
  ) {
    self.exitSteps = exitSteps
    self.predictions = predictions
    self.confidences = confidences
    self.correct = correct
    self.stepMadds = stepMadds
    var exits = [Int](repeating: 0, count: stepMadds.count)
    for step in exitSteps { exits[Int(step) - 1] += 1 }
    self.exits = exits
    let count = exitSteps.count
    if let correct, count > 0 {
      var right = 0
      for answer in correct where answer { right += 1 }
      accuracy = Double(right) / Double(count)
    } else {
      accuracy = nil
    }
    madds = Self.meanMadds(exits: exits, stepMadds: stepMadds)
  }

  /// Sums up the results of a live run.
  init(of results: [AdaptiveRunner.Result], stepMadds: [Double]) {
    let correct = results.compactMap { result in result.label.map { $0 == result.prediction } }
    self.init(
      exitSteps: results.map { Int32($0.steps) }, predictions: results.map { Int32($0.prediction) },
      confidences: results.map(\.confidence), correct: correct.count == results.count ? correct : nil,
      stepMadds: stepMadds)
  }

  /// Mean Multiply-Adds per image of a histogram of exits; every evaluator sums in this order.
  static func meanMadds(exits: [Int], stepMadds: [Double]) -> Double {
    var sum = 0.0
    var count = 0
    for (exited, cost) in zip(exits, stepMadds) {
      sum += Double(exited) * cost
      count += exited
    }
    return count > 0 ? sum / Double(count) : 0
  }

  /// The results of consecutive parts of a data set as one.
  /// - Throws: ``EpisodeError`` when the parts differ in steps or costs, or there is none.
  public static func joined(_ parts: [Evaluation]) throws -> Evaluation {
    guard let first = parts.first else { throw EpisodeError("no results to join") }
    guard
      parts.allSatisfy({ $0.stepMadds == first.stepMadds && ($0.correct == nil) == (first.correct == nil) })
    else { throw EpisodeError("results of different models cannot be joined") }
    return Evaluation(
      exitSteps: parts.flatMap(\.exitSteps), predictions: parts.flatMap(\.predictions),
      confidences: parts.flatMap(\.confidences),
      correct: first.correct == nil ? nil : parts.flatMap { $0.correct ?? [] }, stepMadds: first.stepMadds)
  }
}
