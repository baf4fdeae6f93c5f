/// A moment by which some work must be done, and what the limit is of.
public struct Deadline: Sendable {
  /// Says what time it is, in seconds since some moment in the past. Tests pass a clock of their own.
  public typealias Clock = @Sendable () -> Double

  /// The machine's clock, which only moves forward.
  public static let machineClock: Clock = { MonotonicClock.milliseconds / 1e3 }

  /// What has the limit, as an error names it: `the plugin 'margin'`.
  public let owner: String
  /// The time it was given.
  public let seconds: Double
  let end: Double
  private let start: Double
  private let clock: Clock
  /// Tells the deadline from all others.
  private let identity = Identity()

  private final class Identity: Sendable {}

  /// `seconds` from now.
  public init(of owner: String, seconds: Double, clock: @escaping Clock = machineClock) {
    self.owner = owner
    self.seconds = max(seconds, 0)
    self.clock = clock
    start = clock()
    end = start + self.seconds
  }

  /// Seconds since it was set.
  public var elapsed: Double { clock() - start }

  /// True for the very same deadline; two of the same length and owner are two.
  public func isSame(as other: Deadline) -> Bool { identity === other.identity }

  /// True once the clock has passed the moment.
  public var isOver: Bool { clock() > end }
}
