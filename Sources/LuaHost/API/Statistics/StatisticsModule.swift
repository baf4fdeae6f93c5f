import GlanceFocus
import Support

/// `gfnet.stats`: intervals and tests.
enum StatisticsModule {
  static let module = LuaModule(
    "gfnet.stats", "Numbers with uncertainties: intervals, means over seeds, paired tests.",
    functions: [value, wilson, exact, mean, difference, bootstrap, paired, mcnemar, binomialTest])

  /// Runs `body`; what cannot be computed is told under the function's name.
  private static func told<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as EpisodeError {
      throw LuaError("gfnet.stats.\(name): \(error.description)")
    }
  }

  // MARK: A number as it is

  private static let number = ArgumentKey<Double>("value", "the number")
  private static let uncertainty = ArgumentKey<Double>(
    "uncertainty", "one standard deviation of it", in: 0...Double.infinity)
  private static let digits = ArgumentKey<Int?>(
    "digits", "decimals shown; default: two significant digits of the uncertainty", in: 0...15)

  private static let value = FunctionEntry(
    "value", "A number with a known uncertainty, for the cells of tables.",
    [number, uncertainty, .options([digits, IntervalOptions.level])], returns: "estimate",
    example: """
      local network = gfnet.stats.value(90.42, 0.29)
      gfnet.report.table{columns = {"network", "top-1 (%)"}, rows = {{"ours", network}}}
      """
  ) { call in
    try told("value") {
      Pushed(
        EstimateHandle(
          try Estimate(
            value: call[number], uncertainty: call[uncertainty], level: call[IntervalOptions.level]),
          digits: try call[digits]))
    }
  }

  // MARK: Shares

  private static let successes = ArgumentKey<Int>("k", "how many succeeded", in: 0...0x1p48)
  private static let trials = ArgumentKey<Int>("n", "of how many", in: 1...0x1p48)

  private static func percent(_ estimate: Estimate) -> Pushed<EstimateHandle> {
    Pushed(EstimateHandle(estimate.scaled(by: 100)))
  }

  private static let wilson = FunctionEntry(
    "wilson", "The share k of n in percent, with Wilson's interval.",
    [successes, trials, .options([IntervalOptions.level])], returns: "estimate: percent",
    example: "gfnet.stats.wilson(9042, 10000)"
  ) { call in
    try told("wilson") {
      percent(try Proportion(call[successes], of: call[trials]).wilson(level: call[IntervalOptions.level]))
    }
  }

  private static let exact = FunctionEntry(
    "exact", "The share k of n in percent, with the exact interval of Clopper and Pearson.",
    [successes, trials, .options([IntervalOptions.level])], returns: "estimate: percent",
    example: "gfnet.stats.exact(0, 50)",
    discussion: "It holds at least at its level for every share, and is wider than Wilson's."
  ) { call in
    try told("exact") {
      percent(try Proportion(call[successes], of: call[trials]).exact(level: call[IntervalOptions.level]))
    }
  }

  // MARK: Means

  private static let numbers = ArgumentKey<[Double]>.numbers("numbers", "one for each seed or item")

  private static let mean = FunctionEntry(
    "mean", "The mean of a few numbers, such as one for each seed, with Student's interval.",
    [numbers, .options([IntervalOptions.level])], returns: "estimate",
    example: "gfnet.stats.mean{90.1, 90.6, 90.3}",
    discussion: "Its uncertainty is the standard error s/√n; of one number it is not known (nan)."
  ) { call in
    try told("mean") {
      Pushed(EstimateHandle(try Means.student(call[numbers], level: call[IntervalOptions.level])))
    }
  }

  private static let first = ArgumentKey<[Double]>.numbers("a", "numbers")
  private static let second = ArgumentKey<[Double]>.numbers("b", "numbers to compare with")

  private static let difference = FunctionEntry(
    "difference", "The difference of two means that are not paired, with Welch's interval and test.",
    [first, second, .options([IntervalOptions.level])], returns: "estimate: mean of a less that of b",
    example: "gfnet.stats.difference({90.1, 90.6, 90.3}, {89.7, 90.0, 89.9}).p"
  ) { call in
    try told("difference") {
      Pushed(
        EstimateHandle(try Means.welch(call[first], call[second], level: call[IntervalOptions.level])))
    }
  }

  // MARK: Drawing again

  private static let bootstrap = FunctionEntry(
    "bootstrap", "The mean of a list with the interval of the percentile bootstrap.",
    [numbers, .options(IntervalOptions.bootstrapRows)], returns: "estimate",
    example: "gfnet.stats.bootstrap({3, 1, 4, 1, 5, 9, 2, 6}, {resamples = 1000})"
  ) { call in
    try told("bootstrap") {
      Pushed(EstimateHandle(try IntervalOptions.bootstrap(call).mean(call[numbers])))
    }
  }

  private static let paired = FunctionEntry(
    "paired", "The mean difference of two lists of the same items, with the paired bootstrap's interval.",
    [first, second, .options(IntervalOptions.bootstrapRows)], returns: "estimate: mean of a less that of b",
    example: "gfnet.stats.paired({1, 0, 1, 1, 0}, {1, 0, 0, 1, 0}, {resamples = 1000})",
    discussion: "For two rules on the same images evaluation:compare says more."
  ) { call in
    let (a, b) = (try call[first], try call[second])
    return try told("paired") {
      guard a.count == b.count else {
        throw EpisodeError("lists of \(a.count) and \(b.count) numbers: pairs need as many of each")
      }
      return Pushed(EstimateHandle(try IntervalOptions.bootstrap(call).mean(zip(a, b).map { $0 - $1 })))
    }
  }

  // MARK: Tests

  private static let onlyFirst = ArgumentKey<Int>(
    "only_a", "items that the first alone has right", in: 0...0x1p47)
  private static let onlySecond = ArgumentKey<Int>(
    "only_b", "items that the second alone has right", in: 0...0x1p47)
  static let test = ArgumentKey<McNemar>("test", default: .midP, "McNemar's test with mid-p, or exact")

  private static let mcnemar = FunctionEntry(
    "mcnemar", "The p-value of two rules being right equally often, by items that one alone has right.",
    [onlyFirst, onlySecond, .options([test])], returns: "number: p", example: "gfnet.stats.mcnemar(31, 52)"
  ) { call in
    try told("mcnemar") { try call[test].p(call[onlyFirst], call[onlySecond]) }
  }

  private static let share = ArgumentKey<Double>("share", "the probability that is tested, 0 to 1", in: 0...1)
  private static let alternative = ArgumentKey<Binomial.Alternative>(
    "alternative", default: .twoSided, "what the truth is otherwise: another share, less, or greater")

  private static let binomialTest = FunctionEntry(
    "binomial_test", "The exact p-value of k successes of n where each has a known probability.",
    [successes, trials, share, .options([alternative])], returns: "number: p",
    example: "gfnet.stats.binomial_test(117, 1000, 0.1, {alternative = \"greater\"})"
  ) { call in
    try told("binomial_test") {
      try Binomial.test(
        Proportion(call[successes], of: call[trials]), against: call[share], alternative: call[alternative])
    }
  }
}
