/// A number with how far it can be trusted.
///
/// ``uncertainty`` is one standard deviation, as the digits in parentheses of 90.42(29) are; ``lower`` and
/// ``upper`` are the interval of ``level``.
public struct Estimate: Sendable, Equatable {
  public var value: Double
  /// The standard uncertainty; NaN where it is not known, as of one number.
  public var uncertainty: Double
  public var lower: Double
  public var upper: Double
  /// The confidence level of the interval, 0…1.
  public var level: Double
  /// What it was computed from: images, seeds, pairs; nil where nobody said.
  public var count: Int?
  /// The probability of a value at least as far from 0 if the truth were 0; nil where there is no such test.
  public var p: Double?

  public init(
    value: Double, uncertainty: Double, lower: Double, upper: Double, level: Double, count: Int? = nil,
    p: Double? = nil
  ) {
    self.value = value
    self.uncertainty = uncertainty
    self.lower = lower
    self.upper = upper
    self.level = level
    self.count = count
    self.p = p
  }

  /// The same in another unit, as percent: all numbers times `factor`, above 0.
  public func scaled(by factor: Double) -> Estimate {
    var result = self
    result.value *= factor
    result.uncertainty *= factor
    result.lower *= factor
    result.upper *= factor
    return result
  }

  /// What is known of a number with a stated standard uncertainty, with a normal interval.
  /// - Throws: ``EpisodeError`` for an uncertainty below 0 and a level out of range.
  public init(value: Double, uncertainty: Double, level: Double) throws {
    guard uncertainty >= 0 || uncertainty.isNaN else {
      throw EpisodeError("an uncertainty of \(uncertainty): expected 0 or more")
    }
    let reach = try Self.normalReach(level) * uncertainty
    self.init(
      value: value, uncertainty: uncertainty, lower: value - reach, upper: value + reach, level: level)
  }

  /// z of a two-sided interval.
  /// - Throws: ``EpisodeError`` for a level that is not between 0 and 1.
  static func normalReach(_ level: Double) throws -> Double {
    SpecialFunctions.normalQuantile(tail: (1 - (try checked(level))) / 2)
  }

  /// - Throws: ``EpisodeError`` for a level that is not between 0 and 1, both excluded.
  static func checked(_ level: Double) throws -> Double {
    guard level > 0, level < 1 else {
      throw EpisodeError("a level of \(level): expected a number between 0 and 1, such as 0.95")
    }
    return level
  }
}
