import Foundation
import Support

/// A sequence of thresholds by step, from those that let hardly any image leave early to those that let all.
///
/// It must not depend on the images that are to say which of it may be kept.
public enum ThresholdPath: String, CaseIterable, Sendable {
  /// The paper's thresholds with q from 1000 down to 1/1000, solved on a trace.
  case paper
  /// The most accurate thresholds on a trace for falling budgets; the first may let many images leave, as far as that is
  /// accurate.
  case optimal
  /// One threshold for all steps, down to 0; needs no images.
  case single

  /// Whether it is solved on images.
  public var needsImages: Bool { self != .single }

  /// The thresholds, `points` times T.
  /// - Parameters:
  ///   - trace: the images to solve it on; of ``single``, only its number of steps matters.
  ///   - points: 2…10000.
  /// - Throws: ``EpisodeError``, `Interrupted`.
  public func thresholds(on trace: Trace, points: Int) throws -> [[Float]] {
    guard (2...10_000).contains(points) else {
      throw EpisodeError("a sequence of \(points) thresholds: expected 2 to 10000")
    }
    let steps = trace.record.steps
    func share(_ point: Int) -> Double { Double(point) / Double(points - 1) }
    switch self {
    case .single:
      // Confidences crowd near 1, so distances from 1 grow by a factor, from 10⁻⁷ on; the last threshold is 0.
      return (0..<points).map { point in
        let threshold = Float(1 - pow(10, 7 * (share(point) - 1)))
        return [Float](repeating: threshold, count: steps - 1) + [-.infinity]
      }
    case .paper:
      let calibration = Calibration(trace)
      return try (0..<points).map { try calibration.thresholds(q: pow(1000, 1 - 2 * share($0))) }
    case .optimal:
      let calibration = Calibration(trace)
      let (least, most) = (trace.record.madds[0], trace.record.madds[steps - 1])
      let search = try OptimalSearch(calibration)
      return try (0..<points).map { try search.solve(budget: most - (most - least) * share($0)) }
    }
  }
}
