import Foundation
import GlanceFocus
import Support
import Testing

/// True where two numbers differ by so little of the second.
private func isNear(_ found: Double, _ wanted: Double, _ tolerance: Double = 1e-12) -> Bool {
  abs(found - wanted) <= tolerance * max(abs(wanted), 1e-300)
}

/// Constants are SciPy's 1.17.1 (`stats.binom`, `beta`, `binomtest`, `t`, `ttest_ind`) and statsmodels' 0.15.0 (`mcnemar`).
@Suite struct StatisticsTests {
  @Test(arguments: [
    (0, 230, 0.01, 0.09910481551887486, 1.0),
    (3, 10, 0.5, 0.171875, 0.9453125),
    (9000, 10000, 0.905, 0.04648813893348623, 0.9566886283361494),
    (12, 1000, 0.02, 0.037604810397184225, 0.979558925400412),
    (0, 1, 0.3, 0.7, 1.0),
    (499, 1000, 0.5, 0.48738749091081973, 0.5377871779298602),
    (100, 100_000, 0.002, 3.5400358333315203e-15, 0.9999999999999982),
  ])
  func binomialTailsAreSciPys(_ row: (k: Int, n: Int, p: Double, atMost: Double, atLeast: Double)) {
    #expect(isNear(Binomial.atMost(row.k, of: row.n, row.p), row.atMost, 1e-11))
    #expect(isNear(Binomial.atLeast(row.k, of: row.n, row.p), row.atLeast, 1e-11))
  }

  @Test func tailsAreSumsOfProbabilities() {
    for (n, p) in [(1, 0.4), (7, 0.03), (25, 0.5), (60, 0.93)] {
      var sum = 0.0
      for k in 0...n {
        sum += Binomial.exactly(k, of: n, p)
        #expect(isNear(Binomial.atMost(k, of: n, p), sum, 1e-12), "\(k) of \(n)")
        #expect(abs(Binomial.atMost(k, of: n, p) + Binomial.atLeast(k + 1, of: n, p) - 1) < 1e-13)
      }
      #expect(isNear(sum, 1))
    }
    #expect(Binomial.atMost(-1, of: 5, 0.2) == 0 && Binomial.atMost(5, of: 5, 0.2) == 1)
    #expect(Binomial.atLeast(6, of: 5, 0.2) == 0 && Binomial.atLeast(0, of: 5, 0.2) == 1)
    #expect(Binomial.atMost(3, of: 5, 0) == 1 && Binomial.atMost(3, of: 5, 1) == 0)
  }

  @Test(arguments: [
    (9042, 10000, 0.95, 0.8982753047003506, 0.9098142710167946, 0.8982631939018667, 0.9099001858108284),
    (0, 50, 0.95, 0.0, 0.07134759913335872, 0.0, 0.07112173646419762),
    (50, 50, 0.95, 0.9286524008666412, 1.0, 0.9288782635358024, 1.0),
    (7, 10, 0.9, 0.4416997958698351, 0.8731234160968021, 0.39337578389458766, 0.9127355660858497),
    (1, 3, 0.99, 0.04042662929608476, 0.855783984952333, 0.0016694521863086687, 0.9585998492839568),
  ])
  func intervalsOfSharesAreSciPys(_ row: (Int, Int, Double, Double, Double, Double, Double)) throws {
    let share = try Proportion(row.0, of: row.1)
    let (wilson, exact) = (try share.wilson(level: row.2), try share.exact(level: row.2))
    #expect(abs(wilson.lower - row.3) < 1e-14 && abs(wilson.upper - row.4) < 1e-14, "\(wilson)")
    #expect(abs(exact.lower - row.5) < 1e-13 && abs(exact.upper - row.6) < 1e-13, "\(exact)")
    #expect(wilson.value == Double(row.0) / Double(row.1) && wilson.uncertainty > 0)
  }

  /// By adding up: how often Wilson's and the exact interval hold shares that are known.
  @Test func intervalsHoldAsOftenAsTheySay() throws {
    for (n, p) in [(20, 0.5), (50, 0.9), (200, 0.97)] {
      var (wilson, exact) = (0.0, 0.0)
      for k in 0...n {
        let share = try Proportion(k, of: n)
        let weight = Binomial.exactly(k, of: n, p)
        let (w, e) = (try share.wilson(), try share.exact())
        if w.lower <= p, p <= w.upper { wilson += weight }
        if e.lower <= p, p <= e.upper { exact += weight }
      }
      #expect(exact >= 0.95, "\(n), \(p): \(exact)")
      #expect((0.92...0.99).contains(wilson), "\(n), \(p): \(wilson)")
    }
  }

  @Test(arguments: [
    (117, 1000, 0.1, 0.08166486312800317, 0.9651403188396577, 0.043343891238023784),
    (83, 1000, 0.1, 0.07318065305032176, 0.03832097188997938, 0.9700729653694864),
    (3, 20, 0.3, 0.22041826738070913, 0.10708680450373087, 0.9645168677015313),
    (10, 20, 0.5, 1.0, 0.5880985260009766, 0.5880985260009766),
    (0, 12, 0.2, 0.141274976256, 0.06871947673599997, 1.0),
    (12, 12, 0.8, 0.141274976256, 1.0, 0.06871947673600004),
  ])
  func binomialTestsAreSciPys(_ row: (Int, Int, Double, Double, Double, Double)) throws {
    let observed = try Proportion(row.0, of: row.1)
    #expect(isNear(try Binomial.test(observed, against: row.2), row.3, 1e-11))
    #expect(isNear(try Binomial.test(observed, against: row.2, alternative: .less), row.4, 1e-11))
    #expect(isNear(try Binomial.test(observed, against: row.2, alternative: .greater), row.5, 1e-11))
  }

  @Test(arguments: [
    (31, 52, 0.027534178012294533, 0.021383189937144602),
    (52, 31, 0.027534178012294533, 0.021383189937144602),
    (5, 5, 1.0, 0.876953125), (0, 8, 0.0078125, 0.00390625), (0, 1, 1.0, 0.5),
    (1000, 1100, 0.03072070786424249, 0.029110633685909233), (0, 0, 1.0, 1.0),
  ])
  func mcNemarsTestIsStatsmodels(_ row: (Int, Int, Double, Double)) throws {
    #expect(isNear(try McNemar.exact.p(row.0, row.1), row.2, 1e-11))
    #expect(isNear(try McNemar.midP.p(row.0, row.1), row.3, 1e-11))
  }

  @Test func meansOverSeedsAreSciPys() throws {
    let mean = try Means.student([90.1, 90.6, 90.3, 89.8])
    #expect(isNear(mean.value, 90.2) && isNear(mean.uncertainty, 0.1683250823060342, 1e-12))
    #expect(isNear(mean.lower, 89.66431446372859) && isNear(mean.upper, 90.73568553627142))
    #expect(mean.count == 4)
    let difference = try Means.welch([90.1, 90.6, 90.3], [89.7, 90.0, 89.9, 89.2])
    #expect(isNear(difference.value, 0.6333333333333258, 1e-11))
    #expect(isNear(try #require(difference.p), 0.03998570631605397, 1e-10))
    #expect(isNear(difference.lower, 0.04278291093918396, 1e-10))
    #expect(isNear(difference.upper, 1.2238837557274675, 1e-10))
    // One number has no spread, equal numbers have none either.
    let one = try Means.student([7])
    #expect(one.value == 7 && one.uncertainty.isNaN && one.lower.isNaN)
    let equal = try Means.student([2, 2, 2])
    #expect(equal.uncertainty == 0 && equal.lower == 2 && equal.upper == 2)
    #expect(try Means.welch([2, 2], [2, 2]).p == 1)
    #expect(try Means.welch([2, 2], [3, 3]).p == 0)
  }

  /// Student's quantiles through intervals of two numbers and more, `scipy.stats.t.ppf`.
  @Test(arguments: [
    (2, 0.95, 12.706204736174694), (3, 0.95, 4.302652729749462), (5, 0.95, 2.7764451051977934),
    (10, 0.99, 3.249835541592126), (31, 0.6827, 1.0169692106477997), (10_000, 0.95, 1.960201263621357),
    (2, 0.9999, 6366.197671316637),
  ])
  func studentsIntervalsReachAsFarAsSciPys(_ row: (count: Int, level: Double, t: Double)) throws {
    let values = (0..<row.count).map { Double($0 % 2) }
    let mean = try Means.student(values, level: row.level)
    #expect(isNear((mean.upper - mean.value) / mean.uncertainty, row.t, 1e-9))
  }

  @Test func theBootstrapIsTheSameEveryTimeAndNearTheFormula() throws {
    let random = CounterRandom(seed: 5, stream: "values")
    let values = (0..<400).map { Double(random.normal($0)) }
    let bootstrap = try Bootstrap(resamples: 4000, seed: 1)
    let mean = try bootstrap.mean(values)
    #expect(try bootstrap.mean(values) == mean)
    #expect(try Bootstrap(resamples: 4000, seed: 2).mean(values) != mean)
    let student = try Means.student(values)
    #expect(isNear(mean.value, student.value))
    // 4000 resamples know a deviation to 1.1 %, and the ends of the interval to some 3 % of its width.
    #expect(isNear(mean.uncertainty, student.uncertainty, 0.05))
    #expect(abs(mean.lower - student.lower) < 0.06 * (student.upper - student.lower))
    #expect(abs(mean.upper - student.upper) < 0.06 * (student.upper - student.lower))
  }

  /// One item says nothing of how far others are; neither does a number that is none.
  @Test(arguments: [[7.0], [1, .nan, 2], [1, .infinity]])
  func theBootstrapPromisesNothingItDoesNotKnow(_ values: [Double]) throws {
    let mean = try Bootstrap(resamples: 100).mean(values)
    #expect(mean.uncertainty.isNaN && mean.lower.isNaN && mean.upper.isNaN)
    #expect(mean.count == values.count && (values.count > 1 || mean.value == 7))
  }

  @Test func pairsStayTogether() throws {
    let random = CounterRandom(seed: 6, stream: "pairs")
    let first = (0..<300).map { Double(random.normal($0)) * 10 }
    let (a, b) = try Bootstrap(resamples: 500).means(first, first.map { $0 + 1 })
    #expect(abs(b.lower - a.lower - 1) < 1e-12 && abs(b.upper - a.upper - 1) < 1e-12)
    #expect(throws: EpisodeError.self) { try Bootstrap().means([1, 2], [1]) }
    #expect(throws: EpisodeError.self) { try Bootstrap().mean([]) }
    #expect(throws: EpisodeError.self) { try Bootstrap(resamples: 1) }
    #expect(throws: EpisodeError.self) { try Bootstrap(level: 1) }
  }

  @Test func whatCannotBeCountedIsRefused() throws {
    #expect(throws: EpisodeError.self) { try Proportion(1, of: 0) }
    #expect(throws: EpisodeError.self) { try Proportion(-1, of: 3) }
    #expect(throws: EpisodeError.self) { try Proportion(4, of: 3) }
    #expect(throws: EpisodeError.self) { try Proportion(1, of: 3).wilson(level: 0) }
    #expect(throws: EpisodeError.self) { try McNemar.exact.p(-1, 2) }
    #expect(throws: EpisodeError.self) { try Means.student([]) }
    #expect(throws: EpisodeError.self) { try Means.welch([1], [2, 3]) }
    #expect(throws: EpisodeError.self) { try Estimate(value: 1, uncertainty: -1, level: 0.95) }
  }

  @Test func rulesAreComparedImageByImage() throws {
    let trace = try SyntheticTrace.make(images: 2000, steps: 4, seed: 3)
    let bootstrap = try Bootstrap(resamples: 2000)
    let (early, late) = (try trace.evaluate(thresholds: [0.2]), try trace.evaluate(thresholds: [0.99]))
    let comparison = try Comparison(early, late, bootstrap: bootstrap)
    let right = zip(try #require(early.correct), try #require(late.correct))
    #expect(comparison.onlyFirst == right.count { $0 && !$1 })
    #expect(comparison.onlySecond == right.count { !$0 && $1 })
    let accuracy = try #require(comparison.accuracy)
    #expect(abs(accuracy.value - (try #require(early.accuracy)) + (try #require(late.accuracy))) < 1e-12)
    #expect(accuracy.p == (try McNemar.midP.p(comparison.onlyFirst, comparison.onlySecond)))
    #expect(comparison.differsInAccuracy == true && comparison.differsInMadds)
    #expect(comparison.madds.value == early.madds - late.madds && comparison.madds.upper < 0)
    // A rule does not differ from itself.
    let same = try Comparison(early, early, bootstrap: bootstrap)
    #expect(same.differsInAccuracy == false && !same.differsInMadds && same.accuracy?.p == 1)
    let other = try SyntheticTrace.make(images: 100, steps: 4).evaluate(thresholds: [0.5])
    #expect(throws: EpisodeError.self) { try Comparison(early, other, bootstrap: bootstrap) }
    let plain = try SyntheticTrace.make(images: 200, steps: 4, labels: false)
    let unlabelled = try Comparison(
      plain.evaluate(thresholds: [0.2]), plain.evaluate(thresholds: [0.9]), bootstrap: bootstrap)
    #expect(unlabelled.accuracy == nil && unlabelled.differsInMadds)
  }
}
