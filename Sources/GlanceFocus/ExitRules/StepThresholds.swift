/// A threshold for every step, or one by step.
struct StepThresholds: Sendable {
  private let values: [Float]

  init(_ values: [Double]) { self.values = values.map(Float.init) }

  /// The threshold after a step, 1…T−1.
  func callAsFunction(after step: Int) -> Float { values[min(step, values.count) - 1] }

  /// A list must have one entry by step; that of the last step, where every image leaves, may be left out.
  func check(steps: Int, owner: String) throws {
    guard values.count == 1 || values.count == steps || values.count == steps - 1 else {
      throw EpisodeError(
        "the exit rule '\(owner)' has \(values.count) thresholds for \(steps) steps: expected 1, \(steps - 1) or \(steps)"
      )
    }
  }
}
