import Glibc

/// A clock that only moves forward, for measuring.
public enum MonotonicClock {
  /// Seconds since some moment in the past.
  public static var seconds: Double {
    let time = now
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Milliseconds since the same moment.
  public static var milliseconds: Double {
    let time = now
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }

  private static var now: timespec {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time
  }

  /// The milliseconds that `body` takes.
  public static func time(_ body: () throws -> Void) rethrows -> Double {
    let start = milliseconds
    try body()
    return milliseconds - start
  }
}
