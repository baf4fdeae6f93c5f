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
  private let clock: Clock

  /// `seconds` from now.
  public init(of owner: String, seconds: Double, clock: @escaping Clock = machineClock) {
    self.owner = owner
    self.seconds = max(seconds, 0)
    self.clock = clock
    end = clock() + self.seconds
  }

  /// True once the clock has passed the moment.
  public var isOver: Bool { clock() > end }
}
