import Foundation
import GlanceFocus
import Support
import Testing

private func loss(_ name: String) throws -> RiskLoss {
  try #require(RiskLosses.table.first { $0.name == name })
}

private func bound(_ name: String) throws -> any RiskBound {
  try #require(RiskBounds.withNaive.first { $0.name == name })
}

/// What a rule of thresholds loses on each image, as the definitions say.
private func definition(_ name: String, _ trace: Trace, _ thresholds: [Float]) throws -> [Double] {
  let record = trace.record
  func softmax(_ step: Int, _ image: Int) -> [Double] {
    let row = record[step].logits[image * record.classes..<(image + 1) * record.classes].map {
      exp(Double($0))
    }
    let sum = row.reduce(0, +)
    return row.map { $0 / sum }
  }
  return try (0..<record.images).map { i in
    let exit = (1...record.steps).first {
      $0 == record.steps || record[$0].confidence[i] >= thresholds[$0 - 1]
    }
    let step = try #require(exit)
    let (early, last) = (record[step].prediction[i], record[record.steps].prediction[i])
    guard let label = record.labels?[i] else { return early == last ? 0 : 1 }
    switch name {
    case "consistency": return early == last ? 0 : 1
    case "accuracy": return (early == label ? 0 : 1) - (last == label ? 0 : 1)
    default:
      func brier(_ step: Int) -> Double {
        softmax(step, i).enumerated().reduce(0) {
          $0 + ($1.element - ($1.offset == Int(label) ? 1 : 0))
            * ($1.element - ($1.offset == Int(label) ? 1 : 0))
        } / 2
      }
      return brier(step) - brier(record.steps)
    }
  }
}

/// Thresholds for all steps from 1 down to 0.
private let steady = (0...40).map { [Float](repeating: 1 - Float($0) / 40, count: 1) }

@Suite struct RiskControlTests {
  @Test(arguments: RiskLosses.table.map(\.name))
  func theRiskIsTheDefinition(_ name: String) throws {
    let trace = try SyntheticTrace.make(images: 500, steps: 4, seed: 2)
    let promise = try RiskPromise(loss: loss(name), bound: bound("naive"), epsilon: 0.03, delta: 0.1)
    let control = try RiskControl(promise, on: trace, sequence: RiskSequence(steady, for: trace))
    #expect(control.images == 500 && control.setAside == 0 && control.path.count == 41)
    #expect(control.certified > 0 && control.certified < 41)
    let losses = try definition(name, trace, control.thresholds)
    #expect(abs(control.risk - losses.reduce(0, +) / 500) < 1e-6)
    #expect(control.risk <= 0.03)
    #expect(abs(control.madds - (try trace.evaluate(thresholds: control.thresholds).madds)) < 1)
    // The next thresholds of the path are the first whose risk is too large.
    let next = try definition(name, trace, control.path[control.certified])
    #expect(next.reduce(0, +) / 500 > 0.03)
  }

  /// Whether each bound keeps losses, by the text of its definition.
  private func verdicts(
    _ losses: [Double], largest: [Double], isCount: Bool, _ epsilon: Double, _ delta: Double
  ) -> [String: Bool] {
    let n = Double(losses.count)
    let gains = losses.map { max($0, 0) }.reduce(0, +)
    let mean = gains / n
    let tail = Binomial.atMost(Int(gains.rounded(.up)), of: losses.count, epsilon)
    let divergence =
      (mean > 0 ? mean * log(mean / epsilon) : 0) + (1 - mean) * log((1 - mean) / (1 - epsilon))
    let p = isCount ? tail : mean < epsilon ? min(exp(-n * divergence), M_E * tail) : 1
    // The capital, each stake from the losses before it, summed up anew.
    var (capital, best) = (1.0, 0.0)
    for i in losses.indices {
      var squares = 0.25
      var sum = 0.5
      for j in 0..<i {
        sum += losses[j]
        squares += pow(losses[j] - sum / Double(j + 2), 2)
      }
      let variance = squares / Double(i + 1)
      capital *= 1 - min(1, (2 * log(1 / delta) / (n * variance)).squareRoot()) * (losses[i] - epsilon)
      best = max(best, capital)
    }
    return [
      "crc": (largest.reduce(0, +) + 1) / (n + 1) <= epsilon, "naive": losses.reduce(0, +) / n <= epsilon,
      "ltt": p <= delta, "ucb": best > 1 / delta,
    ]
  }

  @Test(arguments: RiskLosses.table.map(\.name))
  func theFirstFailureEndsTheWalk(_ name: String) throws {
    let trace = try SyntheticTrace.make(images: 400, steps: 3, seed: 8)
    let (epsilon, delta) = (0.0471, 0.1)
    let order = try CounterRandom(seed: 4, stream: "risk control").permutation(400)
    var largest = [Double](repeating: 0, count: 400)
    var kept: [String: Int] = [:]
    var failed: Set<String> = []
    for (place, thresholds) in steady.enumerated() {
      let all = try definition(name, trace, [thresholds[0], thresholds[0], -.infinity])
      let losses = order.map { Double(Float(all[$0])) }
      largest = zip(largest, losses).map(max)
      for (bound, isKept) in verdicts(losses, largest: largest, isCount: name != "brier", epsilon, delta) {
        if !isKept { failed.insert(bound) }
        if !failed.contains(bound) { kept[bound] = place + 1 }
      }
    }
    for row in RiskBounds.withNaive {
      let promise = try RiskPromise(loss: loss(name), bound: row, epsilon: epsilon, delta: delta)
      let control = try RiskControl(promise, on: trace, sequence: RiskSequence(steady, for: trace, seed: 4))
      #expect(control.certified == kept[row.name] ?? 0, "\(row.name)")
    }
    #expect(Set(kept.values).count > 1, "bounds differ: \(kept)")
    #expect(kept.values.allSatisfy { $0 < steady.count })
  }

  /// A path whose risk is small, then large, then small again: what comes after the first failure is not kept.
  @Test(arguments: RiskBounds.withNaive.map(\.name))
  func whatFollowsAFailureIsNotKept(_ name: String) throws {
    let trace = try SyntheticTrace.make(images: 1000, steps: 3, seed: 5)
    let (never, always): ([Float], [Float]) = ([.infinity], [-.infinity])
    let promise = try RiskPromise(loss: loss("consistency"), bound: bound(name), epsilon: 0.05, delta: 0.1)
    func certified(_ path: [[Float]]) throws -> Int {
      try RiskControl(promise, on: trace, sequence: RiskSequence(path, for: trace)).certified
    }
    #expect(try certified([never, never, always, never]) == 2)
    #expect(try certified([always, never]) == 0)
    #expect(try certified([never]) == 1)
    let refused = try RiskControl(promise, on: trace, sequence: RiskSequence([always], for: trace))
    #expect(refused.thresholds == [.infinity, .infinity, -.infinity] && refused.risk == 0)
    #expect(refused.madds == trace.record.madds[2])
  }

  /// The least numbers that arithmetic gives: (1 − ε)ⁿ ≤ δ, and 1/(n + 1) ≤ ε.
  @Test func tooFewImagesAreRefused() throws {
    #expect(try bound("ltt").leastImages(epsilon: 0.01, delta: 0.1) == 230)
    #expect(try bound("ltt").leastImages(epsilon: 0.05, delta: 0.1) == 45)
    #expect(try bound("crc").leastImages(epsilon: 0.01, delta: 0.1) == 99)
    #expect(try bound("crc").leastImages(epsilon: 0.05, delta: 0.1) == 19)
    #expect(try bound("naive").leastImages(epsilon: 0.01, delta: 0.1) == 1)
    #expect(try bound("ucb").leastImages(epsilon: 1e-8, delta: 0.1) == nil)
    let trace = try SyntheticTrace.make(images: 60, steps: 3)
    for row in RiskBounds.table {
      let promise = try RiskPromise(loss: loss("consistency"), bound: row, epsilon: 0.01, delta: 0.1)
      let error = #expect(throws: EpisodeError.self) {
        try RiskControl(promise, on: trace, sequence: RiskSequence(steady, for: trace))
      }
      let least = try #require(row.leastImages(epsilon: 0.01, delta: 0.1))
      #expect(
        error?.description
          == "too few images: on 60 no early exit can be promised a risk of at most 0.01 by '\(row.name)'"
          + (row.isWithProbability ? " with delta 0.1" : "") + "; it takes at least \(least)")
    }
  }

  @Test func thePathDoesNotDependOnWhatIsTested() throws {
    let trace = try SyntheticTrace.make(images: 1000, steps: 4, seed: 1)
    let other = try SyntheticTrace.make(images: 300, steps: 4, seed: 2)
    let promise = try RiskPromise(loss: loss("consistency"), bound: bound("ucb"), epsilon: 0.1, delta: 0.1)
    for path in ThresholdPath.allCases {
      let sequence = try RiskSequence(path, for: trace, points: 20)
      #expect(sequence.path.count == 20 && sequence.path.allSatisfy { $0.count == 4 && $0[3] == -.infinity })
      #expect(sequence.setAside == (path.needsImages ? 200 : 0), "\(path)")
      let control = try RiskControl(promise, on: trace, sequence: sequence)
      #expect(control.images == 1000 - sequence.setAside)
      let last = try trace.evaluate(thresholds: sequence.path[19])
      #expect(last.exits[0] > 900, "\(path): \(last.exits)")
      // The most accurate thresholds let many leave at any budget, and one threshold cannot part images that are sure
      // beyond all digits, as many of these are.
      guard path == .paper else { continue }
      #expect(control.certified > 1 && control.madds < trace.record.madds[3], "\(path)")
      let first = try trace.evaluate(thresholds: sequence.path[0])
      #expect(first.exits[3] > 950, "\(path): \(first.exits)")
    }
    // The same images cannot tell thresholds and test them; those of another set can, and none is set aside.
    #expect(throws: EpisodeError.self) { try RiskSequence(.paper, for: trace, family: trace) }
    let renamed = try Trace(
      record: other.record, model: other.model, dataset: .init(name: "another"), sampler: other.sampler,
      classNames: other.classNames)
    #expect(try RiskSequence(.paper, for: trace, family: renamed).setAside == 0)
    #expect(throws: EpisodeError.self) { try RiskSequence(.paper, for: trace, share: 0.0001) }
    #expect(throws: EpisodeError.self) { try RiskSequence([], for: trace) }
    #expect(throws: EpisodeError.self) { try RiskSequence([[0.5, 0.5]], for: trace) }
  }

  @Test func lossesThatNeedLabelsSaySo() throws {
    let plain = try SyntheticTrace.make(images: 300, steps: 3, labels: false)
    for row in RiskLosses.table {
      let promise = try RiskPromise(loss: row, bound: bound("crc"), epsilon: 0.1, delta: 0.1)
      func run() throws {
        _ = try RiskControl(promise, on: plain, sequence: RiskSequence(.single, for: plain))
      }
      if row.needsLabels {
        #expect(throws: EpisodeError.self) { try run() }
      } else {
        #expect(throws: Never.self) { try run() }
      }
    }
    for (epsilon, delta) in [(0, 0.1), (1, 0.1), (.nan, 0.1), (0.1, 0), (0.1, 1)] {
      #expect(throws: EpisodeError.self) {
        try RiskPromise(loss: loss("accuracy"), bound: bound("ucb"), epsilon: epsilon, delta: delta)
      }
    }
  }

  /// The promises, put to the test on a population that is known: more draws than δ allows would be found out.
  @Test(arguments: RiskBounds.table.map(\.name), RiskLosses.table.map(\.name))
  func promisesHold(_ boundName: String, _ lossName: String) throws {
    let trace = try SyntheticTrace.make(images: 6000, steps: 3, seed: 12)
    let promise = try RiskPromise(loss: loss(lossName), bound: bound(boundName), epsilon: 0.05, delta: 0.2)
    let trials = try RiskTrials(
      promise, on: trace, images: 300, trials: 200,
      sequence: RiskSequence(.paper, for: trace, points: 60))
    #expect(trials.others == 4500 && trials.risks.count == 200)
    if promise.bound.isWithProbability {
      let p = try Binomial.test(Proportion(trials.exceeded, of: 200), against: 0.2, alternative: .greater)
      #expect(p > 1e-4, "\(trials.exceeded) of 200")
    } else {
      #expect(try Means.oneSided(trials.risks, above: 0.05) > 1e-4)
    }
    #expect(trials.certified.contains { $0 > 1 }, "something is saved")
  }

  /// What promises nothing is found out by the same trials.
  @Test func theNaiveBoundBreaksItsWord() throws {
    let trace = try SyntheticTrace.make(images: 6000, steps: 3, seed: 12)
    let promise = try RiskPromise(loss: loss("consistency"), bound: bound("naive"), epsilon: 0.05, delta: 0.2)
    let trials = try RiskTrials(
      promise, on: trace, images: 300, trials: 200,
      sequence: RiskSequence(.paper, for: trace, points: 60))
    let p = try Binomial.test(Proportion(trials.exceeded, of: 200), against: 0.2, alternative: .greater)
    #expect(p < 1e-4, "\(trials.exceeded) of 200")
    #expect(
      try RiskTrials(
        promise, on: trace, images: 300, trials: 20, sequence: RiskSequence(.paper, for: trace, points: 60)
      ).risks == Array(trials.risks.prefix(20)), "a trial does not depend on how many follow")
  }
}
