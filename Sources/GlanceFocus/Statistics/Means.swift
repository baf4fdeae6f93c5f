import Support

/// Means of a few numbers, such as one for each seed.
public enum Means {
  /// The mean with Student's interval; its uncertainty is the standard error s/√n, both NaN for one number.
  /// - Throws: ``EpisodeError`` for an empty list, and for a level that is none.
  public static func student(_ values: [Double], level: Double = 0.95) throws -> Estimate {
    let (mean, variance) = try moments(values)
    let (error, reach) = try reach(variance / Double(values.count), Double(values.count - 1), level)
    return Estimate(
      value: mean, uncertainty: error, lower: mean - reach, upper: mean + reach, level: level,
      count: values.count)
  }

  /// The difference of the means of two lists that are not paired, with Welch's interval and test.
  /// - Throws: ``EpisodeError`` for lists of fewer than two numbers, and for a level that is none.
  public static func welch(_ first: [Double], _ second: [Double], level: Double = 0.95) throws -> Estimate {
    guard first.count > 1, second.count > 1 else {
      throw EpisodeError(
        "lists of \(first.count) and \(second.count) numbers: the difference of two means needs two of each")
    }
    let (a, b) = (try moments(first), try moments(second))
    let (u, v) = (a.variance / Double(first.count), b.variance / Double(second.count))
    let difference = a.mean - b.mean
    let squares = u * u / Double(first.count - 1) + v * v / Double(second.count - 1)
    // Constant lists have no spread, and no degrees of freedom.
    let freedom = squares > 0 ? (u + v) * (u + v) / squares : Double(first.count + second.count - 2)
    let (error, reach) = try reach(u + v, freedom, level)
    let p =
      error > 0
      ? SpecialFunctions.studentTails(difference / error, freedom: freedom) : difference == 0 ? 1 : 0
    return Estimate(
      value: difference, uncertainty: error, lower: difference - reach, upper: difference + reach,
      level: level, count: first.count + second.count, p: p)
  }

  /// The p-value of a mean that is not above `limit`, by Student's test: small where the numbers say that it is above.
  /// - Throws: ``EpisodeError`` for an empty list.
  public static func oneSided(_ values: [Double], above limit: Double) throws -> Double {
    let (mean, variance) = try moments(values)
    let error = (variance / Double(values.count)).squareRoot()
    guard error > 0 else { return mean > limit ? 0 : 1 }
    let tails = SpecialFunctions.studentTails((mean - limit) / error, freedom: Double(values.count - 1))
    return mean > limit ? tails / 2 : 1 - tails / 2
  }

  /// The mean and the variance over n − 1 (NaN for one number), in two passes.
  static func moments(_ values: [Double]) throws -> (mean: Double, variance: Double) {
    guard !values.isEmpty else { throw EpisodeError("the mean of an empty list") }
    let mean = values.reduce(0, +) / Double(values.count)
    guard values.count > 1 else { return (mean, .nan) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares / Double(values.count - 1))
  }

  /// The standard error of a squared one, and how far the interval reaches.
  private static func reach(_ square: Double, _ freedom: Double, _ level: Double) throws
    -> (error: Double, reach: Double)
  {
    let level = try Estimate.checked(level)
    guard square.isFinite, freedom > 0 else { return (.nan, .nan) }
    let error = square.squareRoot()
    return (error, error > 0 ? error * SpecialFunctions.studentQuantile(level: level, freedom: freedom) : 0)
  }
}
