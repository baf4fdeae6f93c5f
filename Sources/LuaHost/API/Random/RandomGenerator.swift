import Support

/// Random numbers for scripts: draws of a `CounterRandom`, one after the other.
///
/// The numbers depend on the seed, the name and how many were drawn before, never on the clock.
public final class RandomGenerator {
  public let name: String
  private let random: CounterRandom
  /// Draws so far.
  public private(set) var position = 0

  public init(seed: UInt64, name: String) {
    self.name = name
    random = CounterRandom(seed: seed, stream: "lua." + name)
  }

  /// A generator over numbers that the host owns, such as those of one sampler at one step.
  public init(_ random: CounterRandom, name: String = "host") {
    self.name = name
    self.random = random
  }

  /// The family of numbers that it draws from.
  var family: CounterRandom { random }

  /// Goes on after so many draws, as a run did that was here before.
  func move(to position: Int) { self.position = position }

  private func advance() -> Int {
    defer { position += 1 }
    return position
  }

  /// The next number in [0, 1).
  public func uniform() -> Double { Double(random.uniform(advance())) }
  /// The next number from `low` (included) to `high` (excluded, unless they are equal).
  public func uniform(from low: Double, to high: Double) -> Double {
    let share = uniform()
    let span = high - low
    // A span beyond the largest number is weighed from both ends.
    let value =
      span.isInfinite && low.isFinite && high.isFinite
      ? low * (1 - share) + high * share : low + share * span
    // The sum is rounded, and where numbers lie far apart it rounds up to the end.
    if low < high && value >= high { return high.nextDown }
    if low > high && value <= high { return high.nextUp }
    return value
  }
  /// The next standard normal number.
  public func normal() -> Double { Double(random.normal(advance())) }
  /// The next whole number in 0..<`bound`.
  public func integer(below bound: Int) -> Int { random.integer(advance(), below: bound) }
  /// The next whole number in `range`.
  public func integer(in range: ClosedRange<Int>) -> Int { random.integer(advance(), in: range) }
  /// Independent numbers for one tensor or permutation; counts as one draw.
  public func takeFamily() -> CounterRandom { random.child(advance()) }
}
