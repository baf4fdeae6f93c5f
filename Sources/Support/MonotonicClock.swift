import Glibc

/// A clock that only moves forward, for measuring.
public enum MonotonicClock {
  /// Since some moment in the past.
  public static var milliseconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }

  /// The milliseconds that `body` takes.
  public static func time(_ body: () throws -> Void) rethrows -> Double {
    let start = milliseconds
    try body()
    return milliseconds - start
  }
}
