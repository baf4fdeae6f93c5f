/// Times of one thing, measured again and again.
public struct Timing: Sendable {
  /// What was timed, such as `step 2`.
  public let name: String
  /// Multiply-Adds of one run, the whole batch.
  public let multiplyAdds: Double
  /// The time of each run, in the order of measurement.
  public internal(set) var milliseconds: [Double] = []

  init(_ name: String, multiplyAdds: Double) {
    self.name = name
    self.multiplyAdds = multiplyAdds
  }

  /// The time in milliseconds that half of the runs did not exceed.
  public var median: Double { quantile(0.5) }
  /// The time of the fastest run in milliseconds.
  public var minimum: Double { milliseconds.min() ?? .nan }
  /// The time in milliseconds that 95 % of the runs did not exceed.
  public var percentile95: Double { quantile(0.95) }

  /// Billions of Multiply-Adds per second at the median time.
  public var gigaMultiplyAddsPerSecond: Double { multiplyAdds / median / 1e6 }

  /// The nearest rank, which is always a time that was measured.
  private func quantile(_ share: Double) -> Double {
    guard !milliseconds.isEmpty else { return .nan }
    let sorted = milliseconds.sorted()
    return sorted[min(Int((share * Double(sorted.count)).rounded(.up)) - 1, sorted.count - 1)]
  }
}
