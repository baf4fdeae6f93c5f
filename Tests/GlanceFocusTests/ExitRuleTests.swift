import Foundation
import GlanceFocus
import Support
import Testing

/// The adaptive loop as one would write it first: image by image, everything from the logits.
private func referenceExits(
  _ trace: Trace, _ leaves: (_ image: Int, _ step: Int, _ softmax: (Int) -> [Double]) -> Bool
) -> [Int32] {
  let record = trace.record
  return (0..<record.images).map { image in
    func softmax(_ step: Int) -> [Double] {
      let logits = record[step].logits[image * record.classes..<(image + 1) * record.classes].map(Double.init)
      let powers = logits.map { exp($0 - (logits.max() ?? 0)) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    return Int32((1...record.steps).first { $0 == record.steps || leaves(image, $0, softmax) } ?? 0)
  }
}

private func argmax(_ p: [Double]) -> Int { p.firstIndex(of: p.max() ?? 0) ?? 0 }

@Suite struct ExitRuleTests {
  @Test func everyRuleDecidesAsItsDefinition() throws {
    let trace = try SyntheticTrace.make(images: 400, steps: 5)
    let record = trace.record
    let labels = try #require(record.labels)
    var tested: Set<String> = []
    func exits(_ name: String, _ given: [String: SettingValue] = [:]) throws -> [Int32] {
      tested.insert(name)
      return try trace.evaluate(ExitRules.make(name, given)).exitSteps
    }
    #expect(
      try exits("confidence", ["threshold": 0.8])
        == referenceExits(trace) { ($2($1).max() ?? 0) >= 0.8 })
    let list = [0.95, 0.9, 0.7, 0.5]
    #expect(
      try exits("confidence", ["threshold": list.settingValue])
        == referenceExits(trace) { ($2($1).max() ?? 0) >= list[$1 - 1] })
    #expect(
      try exits("entropy", ["threshold": 0.7])
        == referenceExits(trace) { -$2($1).reduce(0) { $0 + $1 * log($1) } <= 0.7 })
    #expect(
      try exits("margin", ["threshold": 0.4])
        == referenceExits(trace) {
          let p = $2($1).sorted(by: >)
          return p[0] - p[1] >= 0.4
        })
    for count in 1...4 {
      #expect(
        try exits("patience", ["count": .number(Double(count))])
          == referenceExits(trace) { _, step, p in
            step >= count && Set((step - count + 1...step).map { argmax(p($0)) }).count == 1
          })
    }
    #expect(
      try exits("value", ["threshold": 0.02])
        == referenceExits(trace) { image, step, _ in record[step].value[image] < 0.02 })
    #expect(try exits("length", ["steps": 3]) == referenceExits(trace) { _, step, _ in step >= 3 })
    #expect(
      try exits("oracle") == referenceExits(trace) { image, step, p in argmax(p(step)) == Int(labels[image]) }
    )
    // A rule that looks at one image at a time has a reference here; one that steers a run has its own tests.
    let rules = try ExitRules.table.map { try $0.make() }.filter { !$0.dependsOnOthers }
    #expect(tested == Set(rules.map { $0.name }))
  }

  @Test func evaluationsAddUp() throws {
    let trace = try SyntheticTrace.make(images: 500, steps: 4)
    let labels = try #require(trace.record.labels)
    let anytime = try trace.accuracy()
    for step in 1...4 {
      let result = try trace.evaluate(ExitRules.make("length", ["steps": .number(Double(step))]))
      #expect(result.accuracy == anytime[step - 1])
      #expect(result.madds == trace.record.madds[step - 1])
    }
    #expect(anytime[3] > anytime[0] + 0.05, "the synthetic model must profit from steps: \(anytime)")
    for definition in ExitRules.table {
      let result = try trace.evaluate(definition.make())
      #expect(result.exits.reduce(0, +) == 500)
      #expect(Set(result.exitSteps).isSubset(of: [1, 2, 3, 4]))
      for i in 0..<500 {
        let step = Int(result.exitSteps[i])
        #expect(result.predictions[i] == trace.record[step].prediction[i])
        #expect(result.confidences[i] == trace.record[step].confidence[i])
        #expect(result.correct?[i] == (result.predictions[i] == labels[i]))
      }
      let mean = result.exitSteps.reduce(0.0) { $0 + trace.record.madds[Int($1) - 1] } / 500
      #expect(abs(result.madds - mean) < 1e-6 * mean)
    }
    // No rule that answers with a step's prediction is right more often than the oracle.
    let oracle = try #require(try trace.evaluate(OracleExit()).accuracy)
    for definition in ExitRules.table {
      #expect(try #require(try trace.evaluate(definition.make()).accuracy) <= oracle)
    }
  }

  @Test func mistakesAreNamed() throws {
    func message(_ body: () throws -> Any) throws -> String {
      let error = #expect(throws: EpisodeError.self) { _ = try body() }
      return try #require(error).description
    }
    #expect(
      try message { try ExitRules.make("confidense") }
        == "no exit rule is called 'confidense'; did you mean 'confidence'?")
    let names = ExitRules.table.map(\.name).sorted().joined(separator: ", ")
    #expect(try message { try ExitRules.make("zzz") } == "no exit rule is called 'zzz'; known: \(names)")
    #expect(
      try message { try ExitRules.make("margin", ["treshold": 1]) }
        == "the exit rule 'margin' has no parameter 'treshold'; did you mean 'threshold'?")
    #expect(
      try message { try ExitRules.make("oracle", ["a": 1]) }
        == "the exit rule 'oracle' has no parameter 'a'; there are none")
    #expect(
      try message { try ExitRules.make("margin", ["threshold": 1.5]) }
        == "the parameter 'threshold' of the exit rule 'margin' is 1.5, expected 0 to 1")
    #expect(
      try message { try ExitRules.make("patience", ["count": 2.5]) }
        == "the parameter 'count' of the exit rule 'patience' is 2.5, expected a whole number")

    let trace = try SyntheticTrace.make(images: 10, steps: 4, labels: false)
    #expect(try message { try trace.evaluate(OracleExit()) }.contains("needs the images' labels"))
    #expect(try message { try trace.accuracy() }.contains("needs labels"))
    #expect(try trace.evaluate(MarginExit(thresholds: [0.5])).accuracy == nil)
    #expect(
      try message { try trace.evaluate(ConfidenceExit(thresholds: [0.5, 0.6])) }
        == "the exit rule 'confidence' has 2 thresholds for 4 steps: expected 1, 3 or 4")
    #expect(
      try message { try trace.evaluate(LengthExit(steps: 5)) }.contains("5 steps of a model that has 4"))

    var record = try EpisodeRecord(indices: [6], classes: 2, imageSize: 8, patchSize: 8, madds: [1, 2])
    try record.setStep(1, rows: [0], logits: [0, 1])
    #expect(
      try message { try EpisodeLoop.replay(record, rule: ValueExit(thresholds: [0])) }
        == "the exit rule 'value' needs the critic's value, which image 7 lacks at step 1")
    #expect(
      try message { try EpisodeLoop.replay(record, rule: LengthExit(steps: 2)) }
        == "image 7 has not had step 2")
    #expect(
      try message { try trace.evaluate(Careless()) }.contains("'careless' gave 1 decisions for 10 images"))
  }

  private struct Careless: ExitRule {
    let name = "careless"
    func decide(_ batch: StepBatch) -> [Bool] { [true] }
  }

  /// A rule that notes what it sees, and leaves by the image's index.
  private final class Watcher: ExitRule {
    let name = "watcher"
    var seen: [[Int]] = []
    var clock: [[Double]?] = []
    func decide(_ batch: StepBatch) -> [Bool] {
      seen.append(batch.rows)
      clock.append(batch.elapsed)
      for i in 0..<batch.count {
        let row = batch[i]
        #expect(row.confidence == batch.confidence[i] && row.entropy == batch.entropy[i])
        #expect(row.margin == batch.margin[i] && row.prediction == batch.prediction[i])
        #expect(row.confidences.count == batch.step && row.confidences.last == row.confidence)
        #expect(row.predictions.count == batch.step && row.predictions.last == row.prediction)
        #expect(row.locations.count == batch.step - 1)
        #expect(row.confidences.first == batch.confidence(after: 1)[i])
        #expect(row.madds == batch.record.madds[batch.step - 1])
        #expect(row.nextMadds == batch.record.madds[batch.step])
      }
      return batch.rows.map { $0 % batch.steps == batch.step }
    }
  }

  /// A rule is asked of the images still in play alone, and knows no time.
  @Test func replaysAskOfSurvivorsOnly() throws {
    let trace = try SyntheticTrace.make(images: 60, steps: 4)
    let watcher = Watcher()
    let result = try trace.evaluate(watcher)
    #expect(result.exits == [15, 15, 15, 15])
    #expect(watcher.seen.map(\.count) == [60, 45, 30])
    #expect(watcher.seen[1] == (0..<60).filter { $0 % 4 != 1 })
    #expect(watcher.clock == [nil, nil, nil])
  }

  /// Whatever the target, the order of difficulty and the number of steps, the mean cost is what was asked for.
  @Test(arguments: [2, 5], [0.3, 0.5, 0.8]) func ratesAreHeld(_ steps: Int, _ share: Double) throws {
    let trace = try SyntheticTrace.make(images: 4000, steps: steps)
    let (least, most) = (trace.record.madds[0], trace.record.madds[steps - 1])
    let target = least + share * (most - least)
    let rule = try ExitRules.make("rate", ["madds": .number(target), "window": 128])
    let result = try trace.evaluate(rule)
    #expect(abs(result.madds / target - 1) < 0.02)
    // Every run begins anew.
    #expect(try trace.evaluate(rule) == result)
    // Sure images leave first: far better than leaving at random.
    let first = trace.record[1].confidence
    func mean(_ leavesFirst: Bool) -> Float {
      let some = result.exitSteps.indices.filter { (result.exitSteps[$0] == 1) == leavesFirst }
      return some.map { first[$0] }.reduce(0, +) / Float(some.count)
    }
    let (left, stayed) = (mean(true), mean(false))
    #expect(left > stayed + 0.1)
  }

  @Test func ratesBeyondTheModelAreRefused() throws {
    let trace = try SyntheticTrace.make(images: 20, steps: 3)
    for target in [1e6, 1e9] {
      let error = #expect(throws: EpisodeError.self) { try trace.evaluate(RateExit(madds: target)) }
      #expect(error?.description.hasSuffix("an image costs this model 1.4e+07 to 4.3e+07") == true)
    }
    // At the ends all images leave at once, or none before the last step.
    #expect(try trace.evaluate(RateExit(madds: trace.record.madds[0])).exits == [20, 0, 0])
    #expect(try trace.evaluate(RateExit(madds: trace.record.madds[2])).exits == [0, 0, 20])
    #expect(try trace.evaluate(RateExit(madds: 0)).madds > trace.record.madds[0])
    #expect(throws: EpisodeError.self) {
      try RateExit(madds: 2e7).decide(StepBatch(record: trace.record, step: 1, rows: [0]))
    }
  }

  @Test func thresholdsInOnePassAreTheRule() throws {
    let random = CounterRandom(seed: 1, stream: "thresholds")
    for (round, levels) in [Float(0), 2, 1].enumerated() {
      let trace = try SyntheticTrace.make(images: 300, steps: 5, levels: levels)
      for trial in 0..<30 {
        let draw = random.child(round * 100 + trial)
        var thresholds = (0..<4).map { draw.uniform($0) }
        // Exactly a confidence that occurs, and both infinities.
        thresholds[0] = trace.record[1].confidence[draw.integer(9, below: 300)]
        if trial % 5 == 0 { thresholds[1] = .infinity }
        if trial % 7 == 0 { thresholds[2] = -.infinity }
        #expect(
          try trace.evaluate(thresholds: thresholds)
            == trace.evaluate(ConfidenceExit(thresholds: thresholds)))
      }
      #expect(try trace.evaluate(thresholds: [0.7]) == trace.evaluate(ConfidenceExit(thresholds: [0.7])))
      #expect(throws: EpisodeError.self) { try trace.evaluate(thresholds: [0.1, 0.2]) }
      #expect(throws: EpisodeError.self) { try trace.evaluate(thresholds: [.nan]) }
    }
  }

  @Test func partsJoinToTheWhole() throws {
    let trace = try SyntheticTrace.make(images: 50, steps: 3)
    let rule = ConfidenceExit.definition
    let whole = try trace.evaluate(rule.make())
    let full = trace.record
    let parts = try [0..<20, 20..<50].map { range in
      var record = try EpisodeRecord(
        indices: Array(range), classes: full.classes, imageSize: 128, patchSize: 48, madds: full.madds,
        labels: Array(full.labels?[range] ?? []))
      for step in 1...3 {
        try record.setStep(
          step, rows: Array(0..<range.count),
          logits: Array(full[step].logits[range.lowerBound * 10..<range.upperBound * 10]),
          locations: step == 1 ? nil : Array(full[step].locations[range]))
      }
      return try EpisodeLoop.replay(record, rule: rule.make())
    }
    #expect(try Evaluation.joined(parts) == whole)
    #expect(throws: EpisodeError.self) { try Evaluation.joined([]) }
    let other = try SyntheticTrace.make(images: 5, steps: 2).evaluate(rule.make())
    #expect(throws: EpisodeError.self) { try Evaluation.joined([whole, other]) }
  }
}
