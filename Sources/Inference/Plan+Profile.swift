import Glibc

extension Plan {
  /// The least time of each step over `runs` runs, in milliseconds, in order.
  public func profile(runs: Int) throws -> [(name: String, milliseconds: Double)] {
    var least = [Double](repeating: .infinity, count: steps.count)
    for _ in 0..<runs {
      for (index, step) in steps.enumerated() {
        let start = Self.now()
        try step.run()
        least[index] = min(least[index], Self.now() - start)
      }
    }
    return zip(steps, least).map { ($0.name, $1) }
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}
