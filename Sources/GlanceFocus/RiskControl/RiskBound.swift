import Support

/// Says of thresholds, by the losses of some images, whether their risk on new images is as small as it should be.
///
/// Thresholds are asked about one after the other, from those that let no image leave early on, and the first that is
/// refused ends the search. So nothing is lost by asking often, and nothing need be monotone: for the answer to be
/// wrong, the first thresholds of the sequence whose risk is too large must be let through.
public protocol RiskBound: Sendable {
  /// The name by which users know it.
  var name: String { get }
  /// How it decides, in a few words.
  var help: String { get }
  /// Whether the risk is promised with probability 1 − δ; otherwise its mean over draws of the images is.
  var isWithProbability: Bool { get }
  /// Whether it is to see each image's largest loss along the sequence so far, which never falls.
  var seesLargestLosses: Bool { get }

  /// Whether these thresholds may be kept.
  /// - Parameters:
  ///   - losses: of n images in random order, each at most 1.
  ///   - isCount: whether each is −1, 0 or 1.
  ///   - epsilon: the largest risk.
  ///   - delta: how probable a larger one may be.
  func certifies(
    _ losses: UnsafeBufferPointer<Float>, isCount: Bool, epsilon: Double, delta: Double
  ) -> Bool
}

extension RiskBound {
  public var isWithProbability: Bool { true }
  public var seesLargestLosses: Bool { false }

  /// The least number of images on which thresholds can be kept, though none of them loses anything; nil above 2²⁴.
  public func leastImages(epsilon: Double, delta: Double) -> Int? {
    func suffices(_ images: Int) -> Bool {
      [Float](repeating: 0, count: images).withUnsafeBufferPointer {
        certifies($0, isCount: true, epsilon: epsilon, delta: delta)
      }
    }
    var high = 1
    while !suffices(high) {
      high *= 2
      if high > 1 << 24 { return nil }
    }
    var low = high / 2
    while high - low > 1 {
      let middle = (low + high) / 2
      if suffices(middle) { high = middle } else { low = middle }
    }
    return high
  }
}

/// The bounds. A further one is one file and one row here.
public enum RiskBounds {
  /// Those that promise something.
  public static let table: [any RiskBound] = [BettingBound(), LearnThenTest(), ConformalRisk()]
  /// The same and the one that promises nothing, for comparisons.
  public static let withNaive: [any RiskBound] = table + [NaiveRisk()]
}

/// The observed risk as if it were the true one: what people do, and what promises nothing.
public struct NaiveRisk: RiskBound {
  public static let name = "naive"
  public var name: String { Self.name }
  public let help = "the risk that was seen; promises nothing"
  public let isWithProbability = false

  public func certifies(
    _ losses: UnsafeBufferPointer<Float>, isCount: Bool, epsilon: Double, delta: Double
  ) -> Bool {
    var sum = 0.0
    for loss in losses { sum += Double(loss) }
    return sum <= epsilon * Double(losses.count)
  }
}
