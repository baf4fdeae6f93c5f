import Support
import Synchronization

/// A clock for deadlines that moves on by a step each time somebody looks, so that a limit is over after a known number
/// of polls on any machine.
public final class SteppingClock: Sendable {
  private let looks = Mutex(0)
  private let step: Double

  public init(step: Double = 0.001) { self.step = step }

  /// How often somebody looked.
  public var count: Int { looks.withLock { $0 } }

  public var clock: Deadline.Clock {
    {
      Double(
        self.looks.withLock { looks in
          looks += 1
          return looks
        }) * self.step
    }
  }
}
