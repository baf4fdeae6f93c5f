import Support

/// Intervals of means by drawing the items again, with replacement.
///
/// Draw i of resample r is a function of the seed, r and i, so that the result is the same every time. Columns of
/// the same items are drawn together: differences of two rules on the same images stay paired.
public struct Bootstrap: Sendable {
  /// How often the items are drawn again.
  public var resamples: Int
  public var seed: UInt64
  /// The level of the intervals, 0…1.
  public var level: Double

  /// - Throws: ``EpisodeError`` for fewer than 100 resamples or more than a million, and for a level that is none.
  public init(resamples: Int = 10_000, seed: UInt64 = 0, level: Double = 0.95) throws {
    guard (100...1_000_000).contains(resamples) else {
      throw EpisodeError("\(resamples) resamples: expected 100 to 1000000")
    }
    self.resamples = resamples
    self.seed = seed
    self.level = try Estimate.checked(level)
  }

  /// The mean of a column. The interval is between the percentiles of the resamples' means, the uncertainty their
  /// standard deviation; both are NaN for a single item and where an item is not finite.
  /// - Throws: ``EpisodeError`` for an empty column; `Interrupted`.
  public func mean(_ values: [Double]) throws -> Estimate {
    try means(values, [Double](repeating: 0, count: values.count)).0
  }

  /// The means of two columns of the same items.
  /// - Throws: ``EpisodeError`` for empty columns and unequal ones; `Interrupted`.
  public func means(_ first: [Double], _ second: [Double]) throws -> (Estimate, Estimate) {
    guard first.count == second.count else {
      throw EpisodeError("lists of \(first.count) and \(second.count) numbers: pairs need as many of each")
    }
    guard !first.isEmpty else { throw EpisodeError("the mean of an empty list") }
    try MemoryBudget.shared.require(4 * resamples * MemoryLayout<Double>.stride)
    var firstMeans = [Double](repeating: 0, count: resamples)
    var secondMeans = firstMeans
    let random = CounterRandom(seed: seed, stream: "bootstrap")
    for resample in 0..<resamples {
      if resample % 16 == 0 { try Cancellation.check() }
      (firstMeans[resample], secondMeans[resample]) = Self.draw(random.child(resample), first, second)
    }
    return (estimate(first, &firstMeans), estimate(second, &secondMeans))
  }

  /// The means of as many items as there are, drawn with replacement.
  private static func draw(
    _ random: CounterRandom, _ first: [Double], _ second: [Double]
  ) -> (Double, Double) {
    let count = first.count
    var (a, b) = (0.0, 0.0)
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        for i in 0..<count {
          let place = random.integer(i, below: count)
          a += first[place]
          b += second[place]
        }
      }
    }
    return (a / Double(count), b / Double(count))
  }

  private func estimate(_ values: [Double], _ means: inout [Double]) -> Estimate {
    let mean = values.reduce(0, +) / Double(values.count)
    // One item is drawn every time, which says nothing of others; and where a number is none, no mean is known.
    guard values.count > 1, mean.isFinite else {
      return Estimate(
        value: mean, uncertainty: .nan, lower: .nan, upper: .nan, level: level, count: values.count)
    }
    means.sort()
    let center = means.reduce(0, +) / Double(means.count)
    let squares = means.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    return Estimate(
      value: mean,
      uncertainty: (squares / Double(means.count - 1)).squareRoot(),
      lower: Self.percentile(means, (1 - level) / 2), upper: Self.percentile(means, (1 + level) / 2),
      level: level, count: values.count)
  }

  /// Between two neighbours of a sorted list in proportion, as NumPy's `quantile` does.
  private static func percentile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = min(Int(clamping: place), sorted.count - 1)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }
}
