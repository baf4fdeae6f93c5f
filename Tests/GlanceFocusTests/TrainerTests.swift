import Foundation
import GlanceFocus
import Support
import Tensor
import TestSupport
import Testing
import Vision

/// A small set on which a small network can be trained in a second: a bright square whose size tells the class.
func brightSquares(_ count: Int, seed: UInt64 = 1) throws -> TensorsDataset {
  let side = 64
  let random = CounterRandom(seed: seed, stream: "squares")
  var bytes = [UInt8](repeating: 0, count: count * side * side)
  var labels: [Int] = []
  for image in 0..<count {
    let label = image % 2
    let size = label == 0 ? 8 : 16
    let (row, column) = (random.integer(2 * image, below: 48), random.integer(2 * image + 1, below: 48))
    for y in row..<row + size {
      for x in column..<column + size { bytes[(image * side + y) * side + x] = 255 }
    }
    labels.append(label)
  }
  return try TensorsDataset(
    bytes: bytes, layout: .channelsLast, imageSize: (side, side), channels: 1, labels: labels,
    classNames: ["small", "large"])
}

func smallConfiguration(steps: Int = 3) throws -> Configuration {
  var made = try Configuration(
    backbone: "resnet_tiny_16", patchSize: 24, imageSize: 64, steps: steps, classes: 2)
  made.mean = [0.5, 0.5, 0.5]
  made.standardDeviation = [0.25, 0.25, 0.25]
  return made
}

func quickOptions(_ stage: TrainingOptions.Stage, epochs: Int) -> TrainingOptions {
  var made = TrainingOptions(stage: stage, epochs: epochs)
  made.batchSize = 16
  made.encoderRate = 0.05
  made.classifierRate = 0.05
  made.seed = 4
  return made
}

struct TrainerTests {
  @Test func theFirstStageLearns() throws {
    let model = try GFNet(smallConfiguration(), seed: 1)
    let trainer = try Trainer(model, dataset: brightSquares(256), options: quickOptions(.encoders, epochs: 4))
    try trainer.run()
    #expect(trainer.history.count == 4)
    #expect(trainer.history[3].loss < 0.7 * trainer.history[0].loss)
    let accuracy = try #require(trainer.history[3].accuracy.last)
    #expect(accuracy > 0.9, "\(trainer.history)")
  }

  @Test(arguments: [TrainingOptions.Stage.encoders, .policy, .fineTune])
  func stagesChangeWhatTheyShouldAndNothingElse(_ stage: TrainingOptions.Stage) throws {
    let model = try GFNet(smallConfiguration(), seed: 1)
    func weights(_ prefix: String) throws -> [Float] {
      try model.state.filter { $0.name.hasPrefix(prefix) }.flatMap { try $0.entry.value.values() }
    }
    let parts = ["model_prime.", "model.", "fc.", "policy."]
    let before = try parts.map(weights)
    try Trainer(model, dataset: brightSquares(32), options: quickOptions(stage, epochs: 1)).run()
    let changed = try zip(parts, before).map { try weights($0) != $1 }
    #expect(changed == (stage == .policy ? [false, false, false, true] : [true, true, true, false]))
  }

  @Test func aFrozenGlobalEncoderStays() throws {
    let model = try GFNet(smallConfiguration(), seed: 1)
    let before = try model.globalEncoder.state.flatMap { try $0.entry.value.values() }
    var chosen = quickOptions(.encoders, epochs: 1)
    chosen.trainsGlobalEncoder = false
    try Trainer(model, dataset: brightSquares(32), options: chosen).run()
    #expect(try model.globalEncoder.state.flatMap { try $0.entry.value.values() } == before)
  }

  @Test(arguments: [TrainingOptions.Stage.encoders, .policy, .fineTune])
  func aResumedRunEndsBitIdentical(_ stage: TrainingOptions.Stage) throws {
    let folder = try TemporaryFolder()
    let data = try brightSquares(48)
    let chosen = quickOptions(stage, epochs: 3)

    let straight = try GFNet(smallConfiguration(), seed: 1)
    try Trainer(straight, dataset: data, options: chosen).run()

    // Stopped in the second epoch's wake, as if killed: only the file of the last finished epoch is left.
    struct Stop: Error {}
    let path = folder.path / "run.safetensors"
    let halted = try GFNet(smallConfiguration(), seed: 1)
    let first = try Trainer(halted, dataset: data, options: chosen, checkpoint: path)
    #expect(throws: Stop.self) { try first.run { if $0.epoch == 2 { throw Stop() } } }
    let resumed = try GFNet(smallConfiguration(), seed: 1)
    let second = try Trainer(resumed, dataset: data, options: chosen, checkpoint: path)
    #expect(second.history.count == 2)
    try second.run()
    #expect(try resumed.weightHash() == straight.weightHash())

    // An epoch whose state cannot be written is none: the file says where the next run begins.
    let gone = folder.path / "gone"
    try AtomicFile.createFolder(gone)
    let unkept = try Trainer(
      GFNet(smallConfiguration(), seed: 1), dataset: data, options: chosen,
      checkpoint: gone / "run.safetensors")
    #expect(throws: FileError.self) {
      try unkept.run { _ in try FileManager.default.removeItem(atPath: gone.string) }
    }
    #expect(unkept.history.count == 1)

    // A finished run has nothing to do, and gives the same network.
    let again = try GFNet(smallConfiguration(), seed: 1)
    let third = try Trainer(again, dataset: data, options: chosen, checkpoint: path)
    try third.run { _ in Issue.record("a finished run trained again") }
    #expect(try again.weightHash() == straight.weightHash())
  }

  @Test func anotherRunsCheckpointIsNotTaken() throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "run.safetensors"
    let data = try brightSquares(32)
    try Trainer(
      GFNet(smallConfiguration(), seed: 1), dataset: data, options: quickOptions(.encoders, epochs: 1),
      checkpoint: path
    ).run()
    var other = quickOptions(.encoders, epochs: 1)
    other.encoderRate = 0.01
    let changed = try Trainer(
      GFNet(smallConfiguration(), seed: 1), dataset: data, options: other, checkpoint: path)
    #expect(changed.history.isEmpty)
    let reseeded = try Trainer(
      GFNet(smallConfiguration(), seed: 2), dataset: data, options: quickOptions(.encoders, epochs: 1),
      checkpoint: path
    )
    #expect(reseeded.history.isEmpty)
  }

  @Test func memoryDoesNotGrowWithTheNumberOfEpochs() throws {
    let model = try GFNet(smallConfiguration(), seed: 1)
    let data = try brightSquares(32)
    try Trainer(model, dataset: data, options: quickOptions(.encoders, epochs: 1)).run()
    let left = try bytesLeft {
      try Trainer(model, dataset: data, options: quickOptions(.encoders, epochs: 4)).run()
    }
    #expect(left == 0)
  }

  @Test func whatDoesNotFitIsRefusedInOneLine() throws {
    let model = try GFNet(smallConfiguration(), seed: 1)
    func refusal(_ change: (inout TrainingOptions) -> Void) -> String {
      var chosen = quickOptions(.encoders, epochs: 1)
      change(&chosen)
      do {
        _ = try Trainer(model, dataset: brightSquares(32), options: chosen)
        return ""
      } catch { return "\(error)" }
    }
    #expect(refusal { $0.epochs = 0 }.contains("epochs"))
    #expect(refusal { $0.batchSize = 1 }.contains("batch"))
    #expect(refusal { $0.schedule = "cosin" }.contains("cosine"))
    #expect(refusal { $0.policyRate = -1 }.contains("must not be negative"))
    #expect(throws: ModelError.self) {
      try Trainer(model, dataset: brightSquares(32).subset([3]), options: quickOptions(.encoders, epochs: 1))
    }
    let single = try GFNet(smallConfiguration(steps: 1), seed: 1)
    #expect(throws: ModelError.self) {
      try Trainer(single, dataset: brightSquares(32), options: quickOptions(.policy, epochs: 1))
    }
  }
}

struct CheckpointTests {
  @Test func aModelReadsBackBitIdentical() throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "m.safetensors"
    let model = try GFNet(smallConfiguration(), seed: 9)
    try model.save(to: path, metadata: ["note": "kept"])
    let (loaded, file) = try GFNet.load(path)
    #expect(loaded.configuration == model.configuration)
    #expect(try loaded.weightHash() == model.weightHash())
    #expect(file.metadata["note"] == "kept")
  }

  @Test func everyBitFlipAndTruncationIsOneLine() throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "m.safetensors"
    try GFNet(smallConfiguration(), seed: 9).save(to: path)
    let bytes = [UInt8](try Data(contentsOf: path.url))
    let random = CounterRandom(seed: 1, stream: "flips")
    for trial in 0..<60 {
      var bad = bytes
      if trial % 2 == 0 {
        let bit = random.integer(trial, below: bytes.count * 8)
        bad[bit / 8] ^= 1 << (bit % 8)
      } else {
        bad = Array(bytes.prefix(random.integer(trial, below: bytes.count)))
      }
      let damaged = try folder.write(bad, "bad.safetensors")
      do {
        _ = try GFNet.load(damaged)
        Issue.record("damage \(trial) went unnoticed")
      } catch {
        let line = "\(error)"
        #expect(line.contains("bad.safetensors") && !line.contains("\n"), "\(line)")
      }
    }
  }
}

struct AdaptiveRunnerTests {
  private static func model() throws -> GFNet { try GFNet(smallConfiguration(), seed: 11) }

  @Test(arguments: SamplerTests.ofImages.map(\.name)) func liveAndTracedRunsAgree(_ sampler: String) throws {
    let model = try Self.model()
    let data = try brightSquares(37)
    let runner = try AdaptiveRunner(model, sampler: Samplers.make(sampler), batchSize: 16)
    let trace = try runner.trace(data, model: .init(name: "m"))
    let confidences = trace.record[1].confidence.sorted()
    let middle = confidences[confidences.count / 2]
    for rule in [
      try ExitRules.make("confidence", ["threshold": .number(Double(middle))]),
      try ExitRules.make("patience"),
      try ExitRules.make("value", ["threshold": .number(0)]), try ExitRules.make("oracle"),
    ] {
      let live = try runner.infer(data, rule: rule)
      let replayed = try trace.evaluate(rule)
      #expect(live.evaluation.exitSteps == replayed.exitSteps)
      #expect(live.evaluation.predictions == replayed.predictions)
      #expect(live.evaluation.madds == replayed.madds)
      for result in live.results where result.steps > 1 {
        #expect(result.positions == (2...result.steps).map { trace.record[$0].positions[result.index] })
      }
    }
  }

  @Test func theBatchSizeDoesNotMatter() throws {
    let model = try Self.model()
    let data = try brightSquares(24)
    let one = try AdaptiveRunner(model, batchSize: 1).trace(data, model: .init(name: "m"))
    let many = try AdaptiveRunner(model, batchSize: 64).trace(data, model: .init(name: "m"))
    for step in 1...3 {
      for (a, b) in zip(one.record[step].confidence, many.record[step].confidence) {
        #expect(abs(a - b) < 1e-4)
      }
      #expect(one.record[step].positions == many.record[step].positions)
    }
  }

  @Test func costsAddUp() throws {
    let model = try Self.model()
    let costs = try model.measureCosts()
    #expect(try model.measureCosts() == costs)
    #expect(costs.cumulative.count == 3)
    // A step of patches costs one proposal, one encoder and one classifier; the glance has no proposal.
    let step = costs.cumulative[1] - costs.cumulative[0]
    #expect(step == costs.cumulative[2] - costs.cumulative[1])
    #expect(step - costs.cumulative[0] == costs.policy)
  }

  @Test func wrongImagesAreRefused() throws {
    let model = try GFNet(
      Configuration(backbone: "resnet_tiny_16", patchSize: 24, imageSize: 65, steps: 2, classes: 2), seed: 1)
    #expect(throws: ModelError.self) {
      try AdaptiveRunner(model).infer(brightSquares(2), rule: ExitRules.make("patience"))
    }
  }
}
