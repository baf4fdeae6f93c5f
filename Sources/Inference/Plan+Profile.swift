import Glibc

extension Plan {
  /// What one step of a plan costs.
  public struct StepProfile: Sendable {
    public let name: String
    public let milliseconds: Double
    /// Of convolutions and linear layers; 0 for what only moves or maps numbers.
    public let multiplyAdds: Int
  }

  /// The least time of each step over `runs` runs, in order.
  public func profile(runs: Int) throws -> [StepProfile] {
    var least = [Double](repeating: .infinity, count: steps.count)
    for _ in 0..<runs {
      for (index, step) in steps.enumerated() {
        let start = Self.now()
        try step.run()
        least[index] = min(least[index], Self.now() - start)
      }
    }
    return zip(steps, least).map {
      StepProfile(name: $0.name, milliseconds: $1, multiplyAdds: $0.multiplyAdds)
    }
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}
