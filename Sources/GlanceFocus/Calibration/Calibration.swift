import Support

/// A trace prepared for solving confidence thresholds: each step's images sorted once.
///
/// Thresholds are solved on one trace, the calibration set, and normally applied to another.
public struct Calibration: Sendable {
  /// How thresholds for a budget are found.
  public enum Method: String, CaseIterable, Sendable {
    /// The paper's: the share of images that leave after step k is proportional to qᵏ.
    case paper
    /// Highest accuracy on the calibration set at no more than the budget.
    case optimal
  }

  /// The number of images, N.
  public let images: Int
  /// The number of steps, T.
  public let steps: Int
  /// Cumulative Multiply-Adds by step, T values.
  public let madds: [Double]
  /// What the thresholds are solved on.
  public let origin: ThresholdOrigin
  /// The confidences of steps 1…T−1, N values each.
  let confidence: [[Float]]
  /// The images after steps 1…T−1 by descending confidence, equal ones by ascending row.
  let order: [[Int32]]
  /// 1 where the answer after steps 1…T is right, N values each; nil without labels.
  let correct: [[UInt8]]?

  /// Sorts the images of `trace`.
  public init(_ trace: Trace) {
    let record = trace.record
    images = record.images
    steps = record.steps
    madds = record.madds
    origin = ThresholdOrigin(trace)
    confidence = (1..<record.steps).map { record[$0].confidence }
    order = confidence.map(DescendingOrder.of)
    correct = try? trace.correctBySteps()
  }

  /// Thresholds of the paper's form.
  ///
  /// With P_k ∝ qᵏ: for k = 1…T−1, among the images that have not left, by descending confidence after step k
  /// (equal ones in the data set's order), η_k is the confidence of the ⌊N·P_k⌋-th; it is ∞ when that number
  /// is 0 or larger than the number of images left. All images with confidence ≥ η_k then leave. η_T = −∞.
  /// - Parameter q: above 0; small q lets images leave early, large q late.
  /// - Returns: T thresholds.
  /// - Throws: ``EpisodeError``.
  public func thresholds(q: Double) throws -> [Float] {
    guard q > 0, q.isFinite else { throw EpisodeError("thresholds by q need a number above 0, given \(q)") }
    return paper(q: q).thresholds
  }

  /// Thresholds that keep the calibration set's mean cost within a budget.
  /// - Parameters:
  ///   - budget: mean Multiply-Adds per image.
  ///   - method: the paper's form, as near below the budget as it gets, or the most accurate.
  /// - Returns: T thresholds, the last −∞.
  /// - Throws: ``EpisodeError`` for a budget below the cost of one step, and without labels for
  ///   ``Method/optimal``.
  public func thresholds(madds budget: Double, method: Method = .paper) throws -> [Float] {
    guard budget >= madds[0] else {
      throw EpisodeError(
        "a budget of \(NumberSpelling.plain(budget)) Multiply-Adds is below the cost of one step,"
          + " \(NumberSpelling.plain(madds[0]))")
    }
    switch method {
    case .paper: return paper(budget: budget).thresholds
    case .optimal: return try OptimalSearch(self).solve(budget: budget)
    }
  }

  /// Total cost that `budget` allows all images; the slack is for the order in which costs were summed.
  func total(_ budget: Double) -> Double { budget * Double(images) * (1 + 1e-12) }
}
