import Support

/// A share that was counted: k of n.
public struct Proportion: Sendable, Equatable {
  public let successes: Int
  public let trials: Int

  /// - Throws: ``EpisodeError`` unless 0 ≤ successes ≤ trials and there is a trial.
  public init(_ successes: Int, of trials: Int) throws {
    guard trials >= 1, trials <= 1 << 48 else {
      throw EpisodeError("a share of \(trials) trials: expected at least 1")
    }
    guard (0...trials).contains(successes) else {
      throw EpisodeError("\(successes) of \(trials): expected 0 to \(trials)")
    }
    self.successes = successes
    self.trials = trials
  }

  /// k/n.
  public var share: Double { Double(successes) / Double(trials) }

  /// Wilson's interval (1927): the shares p for which k lies within z standard deviations of n·p.
  ///
  /// (p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²))/(1 + z²/n). The uncertainty is its half-width with z = 1, which is
  /// not 0 where all or none succeed.
  /// - Throws: ``EpisodeError`` for a level that is none.
  public func wilson(level: Double = 0.95) throws -> Estimate {
    let (lower, upper) = wilson(z: try Estimate.normalReach(level))
    return Estimate(
      value: share, uncertainty: standardUncertainty, lower: lower, upper: upper, level: level, count: trials)
  }

  /// The exact interval of Clopper and Pearson (1934): shares that neither tail of the binomial test refuses.
  ///
  /// It holds at its level for every share, and is wider than Wilson's, which holds on average.
  /// - Throws: ``EpisodeError`` for a level that is none.
  public func exact(level: Double = 0.95) throws -> Estimate {
    let tail = (1 - (try Estimate.checked(level))) / 2
    let (k, n) = (Double(successes), Double(trials))
    // The upper end by the failures, whose small share keeps its digits.
    let lower = successes == 0 ? 0 : SpecialFunctions.inverseIncompleteBeta(tail, k, n - k + 1)
    let upper =
      successes == trials ? 1 : 1 - SpecialFunctions.inverseIncompleteBeta(tail, n - k, k + 1)
    return Estimate(
      value: share, uncertainty: standardUncertainty, lower: lower, upper: upper, level: level, count: trials)
  }

  private var standardUncertainty: Double {
    let (lower, upper) = wilson(z: 1)
    return (upper - lower) / 2
  }

  private func wilson(z: Double) -> (lower: Double, upper: Double) {
    let n = Double(trials)
    let center = share + z * z / (2 * n)
    let reach = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    // At the ends the two terms are equal, and rounding must not leave a rest.
    return (
      successes == 0 ? 0 : (center - reach) / scale, successes == trials ? 1 : (center + reach) / scale
    )
  }
}

/// Probabilities of counts.
public enum Binomial {
  /// Which counts speak against the share that is tested.
  public enum Alternative: String, CaseIterable, Sendable {
    case twoSided = "two-sided"
    case less, greater
  }

  /// P(X ≤ k) for n trials of probability p.
  public static func atMost(_ k: Int, of n: Int, _ p: Double) -> Double {
    if k < 0 { return 0 }
    if k >= n { return 1 }
    return SpecialFunctions.incompleteBeta(1 - p, Double(n - k), Double(k) + 1)
  }

  /// P(X ≥ k) for n trials of probability p.
  public static func atLeast(_ k: Int, of n: Int, _ p: Double) -> Double {
    if k <= 0 { return 1 }
    if k > n { return 0 }
    return SpecialFunctions.incompleteBeta(p, Double(k), Double(n - k) + 1)
  }

  /// P(X = k) for n trials of probability p.
  public static func exactly(_ k: Int, of n: Int, _ p: Double) -> Double {
    (0...max(n, 0)).contains(k) ? SpecialFunctions.binomialDensity(Double(k), of: Double(n), p) : 0
  }

  /// The p-value of the exact test that the probability is `p`.
  ///
  /// The two-sided one adds up all counts that are no more probable than the one observed, as R's and SciPy's do.
  /// - Throws: ``EpisodeError`` for a probability that is none.
  public static func test(
    _ observed: Proportion, against p: Double, alternative: Alternative = .twoSided
  ) throws -> Double {
    guard (0...1).contains(p) else { throw EpisodeError("a probability of \(p): expected 0 to 1") }
    let (k, n) = (observed.successes, observed.trials)
    switch alternative {
    case .less: return atMost(k, of: n, p)
    case .greater: return atLeast(k, of: n, p)
    case .twoSided: break
    }
    let mean = Double(n) * p
    if Double(k) == mean { return 1 }
    // Equal probabilities must count as such in spite of rounding.
    let limit = exactly(k, of: n, p) * (1 + 1e-7)
    if Double(k) < mean {
      // The first count on the other side that is as improbable: probabilities fall from the mean on.
      let first = firstIndex(from: Int(mean.rounded(.up)), to: n + 1) { exactly($0, of: n, p) <= limit }
      return min(atMost(k, of: n, p) + atLeast(first, of: n, p), 1)
    }
    let top = Int(mean.rounded(.down))
    let steps = firstIndex(from: 0, to: top + 1) { exactly(top - $0, of: n, p) <= limit }
    return min(atLeast(k, of: n, p) + atMost(top - steps, of: n, p), 1)
  }

  /// The first of `low`..<`high` for which a condition holds that then holds for all further ones; `high` for none.
  private static func firstIndex(from low: Int, to high: Int, _ holds: (Int) -> Bool) -> Int {
    var (low, high) = (low, high)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// McNemar's test: whether two rules are right equally often, by the images on which one alone is right.
public enum McNemar: String, CaseIterable, Sendable {
  /// Less conservative than the exact test, and nearly never above its level (Fagerland and others, 2013).
  case midP = "mid-p"
  case exact

  /// The two-sided p-value.
  /// - Parameters:
  ///   - first: images that the first alone has right.
  ///   - second: images that the second alone has right.
  /// - Throws: ``EpisodeError`` for negative counts.
  public func p(_ first: Int, _ second: Int) throws -> Double {
    guard first >= 0, second >= 0, first <= 1 << 47, second <= 1 << 47 else {
      throw EpisodeError("\(first) and \(second) images that one alone has right: expected counts from 0")
    }
    let (least, all) = (min(first, second), first + second)
    guard all > 0 else { return 1 }
    let here = Binomial.exactly(least, of: all, 0.5)
    if first == second { return self == .exact ? 1 : 1 - here / 2 }
    let both = min(2 * Binomial.atMost(least, of: all, 0.5), 1)
    return self == .exact ? both : max(both - here, 0)
  }
}
