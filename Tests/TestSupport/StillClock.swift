import Support
import Synchronization

/// A clock for deadlines that stands still until the test moves it on.
public final class StillClock: Sendable {
  private let time = Mutex(0.0)

  public init() {}

  /// Makes it `seconds` o'clock; it starts at 0.
  public func set(_ seconds: Double) { time.withLock { $0 = seconds } }

  /// Moves it on.
  public func pass(_ seconds: Double) { time.withLock { $0 += seconds } }

  public var clock: Deadline.Clock { { self.time.withLock { $0 } } }
}
