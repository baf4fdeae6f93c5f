import Foundation
import GlanceFocus
import Support
import Testing

/// The paper's search, sample by sample, with q = p/20 and shares in whole-number arithmetic.
private func paperReference(_ trace: Trace, p: Int) -> [Float] {
  let record = trace.record
  let (n, steps) = (record.images, record.steps)
  let power = { (base: Int, exponent: Int) in (0..<exponent).reduce(1) { product, _ in product * base } }
  // qᵏ·20ᵀ is a whole number.
  let weights = (1...steps).map { power(p, $0) * power(20, steps - $0) }
  let sum = weights.reduce(0, +)
  var gone = Set<Int>()
  var thresholds: [Float] = []
  for k in 0..<steps - 1 {
    let confidence = record[k + 1].confidence
    let quota = n * weights[k] / sum
    let walk = (0..<n).sorted { (-confidence[$0], $0) < (-confidence[$1], $1) }.filter { !gone.contains($0) }
    guard quota > 0, quota <= walk.count else {
      thresholds.append(.infinity)
      continue
    }
    let threshold = confidence[walk[quota - 1]]
    thresholds.append(threshold)
    for i in 0..<n where confidence[i] >= threshold { gone.insert(i) }
  }
  return thresholds + [-.infinity]
}

/// Right answers and total cost under thresholds, image by image.
private func totals(_ trace: Trace, _ thresholds: [Float]) -> (right: Int, cost: Double) {
  let record = trace.record
  var right = 0
  var cost = 0.0
  for i in 0..<record.images {
    let step =
      (1...record.steps).first { $0 == record.steps || record[$0].confidence[i] >= thresholds[$0 - 1] } ?? 1
    if record[step].prediction[i] == record.labels?[i] { right += 1 }
    cost += record.madds[step - 1]
  }
  return (right, cost)
}

/// The most right answers that any thresholds reach within a total cost, by trying all that differ.
private func exhaustive(_ trace: Trace, within allowed: Double) -> Int {
  let choices = (1..<trace.record.steps).map { Set(trace.record[$0].confidence + [.infinity]).sorted() }
  var best = -1
  func visit(_ prefix: [Float]) {
    guard prefix.count < choices.count else {
      let (right, cost) = totals(trace, prefix + [-.infinity])
      if cost <= allowed * (1 + 1e-12) { best = max(best, right) }
      return
    }
    for choice in choices[prefix.count] { visit(prefix + [choice]) }
  }
  visit([])
  return best
}

@Suite struct CalibrationTests {
  @Test(arguments: [Float(0), 4, 1])
  func thePaperThresholdsAreTheDefinition(_ levels: Float) throws {
    for (images, steps) in [(1, 3), (7, 2), (100, 4), (333, 5), (400, 1)] {
      let trace = try SyntheticTrace.make(images: images, steps: steps, seed: UInt64(images), levels: levels)
      let calibration = Calibration(trace)
      for p in 1...39 {
        #expect(
          try calibration.thresholds(q: Double(p) / 20) == paperReference(trace, p: p),
          "\(images) images, \(steps) steps, p = \(p)")
      }
    }
  }

  @Test func theBudgetedCurveIsTheDefinition() throws {
    let validation = try SyntheticTrace.make(images: 300, steps: 4, seed: 1)
    let test = try SyntheticTrace.make(images: 250, steps: 4, seed: 2)
    let curve = try test.budgeted(calibration: validation)
    #expect(curve.q.count == 39)
    for p in 1...39 {
      let thresholds = paperReference(validation, p: p)
      #expect(curve.q[p - 1] == Double(p) / 20)
      #expect(curve.thresholds[p - 1] == thresholds)
      let (right, cost) = totals(test, thresholds)
      #expect(curve.accuracy[p - 1] == Double(right) / 250)
      #expect(abs(curve.madds[p - 1] - cost / 250) < 1)
      let result = try test.evaluate(thresholds: thresholds)
      #expect(curve.exits[p - 1] == result.exits)
      #expect(curve.madds[p - 1] == result.madds && curve.accuracy[p - 1] == result.accuracy)
    }
    // The cost grows along the curve of the calibration set itself.
    let own = try validation.budgeted()
    #expect(zip(own.madds, own.madds.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(own.madds[38] > own.madds[0] * 1.5)
  }

  @Test func budgetsAreKeptAndUsed() throws {
    for levels: Float in [0, 2] {
      let trace = try SyntheticTrace.make(images: 1000, steps: 4, levels: levels)
      let calibration = Calibration(trace)
      let (least, most) = (trace.record.madds[0], trace.record.madds[3])
      for fraction in [0, 0.01, 0.2, 0.5, 0.77, 0.999, 1, 3] {
        let budget = least + (most - least) * fraction
        for method in Calibration.Method.allCases {
          let thresholds = try calibration.thresholds(madds: budget, method: method)
          #expect(thresholds.count == 4 && thresholds[3] == -.infinity)
          let spent = try trace.evaluate(thresholds: thresholds).madds
          #expect(spent <= budget * (1 + 1e-9), "\(method)")
          // With distinct confidences the paper's form comes within a few images' steps of the budget.
          if levels == 0, method == .paper {
            #expect(
              spent >= min(budget, most) - 3 * (most - least) / 1000, "\(fraction): \(spent) of \(budget)")
          }
        }
      }
      let error = #expect(throws: EpisodeError.self) { try calibration.thresholds(madds: least - 1) }
      #expect(
        error?.description == "a budget of 13999999 Multiply-Adds is below the cost of one step, 14000000")
      #expect(throws: EpisodeError.self) { try calibration.thresholds(madds: .nan) }
      for method in Calibration.Method.allCases {
        let best = try trace.evaluate(thresholds: calibration.thresholds(madds: .infinity, method: method))
        #expect(best.madds <= most)
      }
      for q in [0, -1, .nan, .infinity] {
        #expect(throws: EpisodeError.self) { try calibration.thresholds(q: q) }
      }
    }
  }

  @Test func smallSetsAreSolvedExactly() throws {
    for (images, steps, classes, levels) in [
      (1, 2, 3, Float(0)), (9, 2, 3, 0), (40, 2, 3, 1), (12, 3, 3, 0), (20, 3, 4, 1), (9, 4, 3, 0),
      (10, 4, 2, 2), (5, 5, 3, 0),
    ] {
      for seed in 1...4 {
        let trace = try SyntheticTrace.make(
          images: images, steps: steps, classes: classes, seed: UInt64(seed * 100 + images), levels: levels)
        let calibration = Calibration(trace)
        let (least, most) = (trace.record.madds[0], trace.record.madds[steps - 1])
        for fraction in [0, 0.1, 0.3, 0.6, 1] {
          let budget = least + (most - least) * fraction
          let found = totals(trace, try calibration.thresholds(madds: budget, method: .optimal))
          #expect(found.cost <= budget * Double(images) * (1 + 1e-9))
          #expect(
            found.right == exhaustive(trace, within: budget * Double(images)),
            "\(images) images, \(steps) steps, seed \(seed), \(fraction)")
        }
      }
    }
  }

  /// At every budget, also where confidences are equal in heaps and with more steps than fit one grid.
  @Test(arguments: [2, 3, 4, 5, 6, 8, 9])
  func theOptimumIsNeverBelowThePaper(_ steps: Int) throws {
    for (seed, levels) in [(1, Float(0)), (2, 0), (3, 2)] {
      let trace = try SyntheticTrace.make(images: 240, steps: steps, seed: UInt64(seed), levels: levels)
      let calibration = Calibration(trace)
      var gain = 0
      for p in stride(from: 4, through: 36, by: 8) {
        let paper = totals(trace, try calibration.thresholds(q: Double(p) / 20))
        let budget = paper.cost / 240
        let optimal = totals(trace, try calibration.thresholds(madds: budget, method: .optimal))
        let bisected = totals(trace, try calibration.thresholds(madds: budget, method: .paper))
        #expect(optimal.right >= paper.right && optimal.right >= bisected.right)
        #expect(optimal.cost <= paper.cost * (1 + 1e-9))
        gain += optimal.right - paper.right
      }
      #expect(gain > 0, "\(steps) steps, seed \(seed): no better than the paper at any of 5 budgets")
    }
  }

  /// No random combination within the budget beats the search.
  @Test func randomCombinationsAreNotBetter() throws {
    let trace = try SyntheticTrace.make(images: 2000, steps: 4, seed: 9)
    let calibration = Calibration(trace)
    let budget = 25e6
    let found = totals(trace, try calibration.thresholds(madds: budget, method: .optimal))
    let random = CounterRandom(seed: 3, stream: "search")
    var within = 0
    var base = try calibration.thresholds(madds: budget, method: .optimal)
    for trial in 0..<20_000 {
      let draw = random.child(trial)
      // Half anywhere, half near the solution.
      let thresholds =
        trial % 2 == 0
        ? (0..<3).map { draw.uniform($0) } : (0..<3).map { base[$0] + draw.normal($0) * 0.03 }
      let result = try trace.evaluate(thresholds: thresholds)
      guard result.madds <= budget else { continue }
      within += 1
      let accuracy = try #require(result.accuracy)
      // The grid's spacing leaves room for an image or two.
      #expect(accuracy * 2000 <= Double(found.right) + 2, "\(thresholds)")
      if accuracy * 2000 > Double(found.right) { base = thresholds }
    }
    #expect(within > 5000)
  }

  @Test func resultsAreTheSameEveryTime() throws {
    let trace = try SyntheticTrace.make(images: 500, steps: 5, seed: 4, levels: 3)
    for method in Calibration.Method.allCases {
      let curve = try trace.budgeted(points: 5, method: method)
      #expect(curve.q == (1...5).map { Double($0) / 3 })
      #expect(try trace.budgeted(points: 5, method: method) == curve)
    }
  }

  @Test func whatCannotBeCalibratedIsSaid() throws {
    let labelled = try SyntheticTrace.make(images: 20, steps: 3)
    let plain = try SyntheticTrace.make(images: 20, steps: 3, labels: false)
    let longer = try SyntheticTrace.make(images: 20, steps: 4)
    // The paper's thresholds need no labels to be solved, only to be scored.
    #expect(throws: Never.self) { try plain.thresholds(madds: 20e6) }
    #expect(throws: Never.self) { try labelled.budgeted(calibration: plain) }
    #expect(throws: EpisodeError.self) { try plain.thresholds(madds: 20e6, method: .optimal) }
    #expect(throws: EpisodeError.self) { try plain.budgeted() }
    #expect(throws: EpisodeError.self) { try labelled.budgeted(calibration: longer) }
    for points in [0, -1, 10_001] {
      #expect(throws: EpisodeError.self) { try labelled.budgeted(points: points) }
    }
  }

  @Test func oneStepHasNothingToSolve() throws {
    let trace = try SyntheticTrace.make(images: 10, steps: 1)
    for method in Calibration.Method.allCases {
      #expect(try trace.thresholds(madds: 14e6, method: method) == [-.infinity])
      #expect(
        try trace.budgeted(points: 2, method: method).accuracy == [trace.accuracy()[0], trace.accuracy()[0]])
    }
  }
}
