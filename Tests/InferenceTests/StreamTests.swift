import Foundation
import GlanceFocus
import Inference
import Support
import Tensor
import TestSupport
import Testing
import Vision

/// Images of noise, some of which cannot be read.
private struct Noise: ImageDataset {
  let name = "noise"
  let split = "all"
  let identity = "noise"
  let count: Int
  let labels = ["a", "b", "c", "d"]
  let imageSize = (height: 64, width: 64)
  let channels = 3
  let normalization = Normalization.imageNet
  let damaged: DamagedImages?
  let isDamaged: @Sendable (Int) -> Bool

  init(_ count: Int, isDamaged: @escaping @Sendable (Int) -> Bool = { _ in false }) {
    self.count = count
    self.isDamaged = isDamaged
    damaged = DamagedImages()
  }

  func label(at index: Int, epoch: Int) -> Int { index % 4 }
  func itemName(at index: Int) -> String { "noise \(index)" }

  func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    if isDamaged(index) { throw ImageError(path: "\(index).png", reason: "is damaged") }
    let random = CounterRandom(seed: 2, stream: "noise").child(index)
    for i in pixels.indices { pixels[i] = UInt8(random.integer(i, below: 256)) }
  }
}

/// Notes how far ahead it is asked.
private final class Watched: ImageSource {
  let base: DatasetSource
  let isPatient: Bool
  var channels: Int { base.channels }
  let knowsLabels = true
  private(set) var given = 0

  init(_ dataset: any ImageDataset, isPatient: Bool = true) {
    base = DatasetSource(dataset)
    self.isPatient = isPatient
  }

  func next(_ most: Int) -> [SourceImage] {
    let images = base.next(most)
    given += images.count
    return images
  }
}

/// Leaves by the image alone.
private struct ByNumber: ExitRule {
  let name = "by number"
  let steps: @Sendable (Int) -> Int
  func decide(_ batch: StepBatch) -> [Bool] { (0..<batch.count).map { steps(batch[$0].image) <= batch.step } }
}

/// Leaves when the critic says so, and asks it at some steps only.
private struct AsksCritic: ExitRule {
  let name = "asks critic"
  let when: Set<Int>
  func decide(_ batch: StepBatch) throws -> [Bool] {
    guard when.contains(batch.step) else { return batch.confidence.map { $0 > 0.3 } }
    return try batch.value().map { $0 < 0 }
  }
}

struct StreamTests {
  private static func model() throws -> GFNet {
    try GFNet(
      Configuration(
        backbone: "resnet_tiny_16", patchSize: 24, imageSize: 64, steps: 3, classes: 4), seed: 11)
  }

  private static func runner(
    _ model: GFNet, batch: Int, sampler: any PatchSampler = LearnedSampler(),
    clock: @escaping Deadline.Clock = Deadline.machineClock
  ) throws -> AdaptiveRunner {
    let planner = try Planner()
    return try AdaptiveRunner(
      model, sampler: sampler, batchSize: batch,
      engine: StepEngine(model) { planner.planned($0).callAsFunction }, clock: clock)
  }

  /// However the images leave, answers come in order and are those of a trace.
  @Test(arguments: [1, 3, 8, 64]) func answersComeInOrder(_ batch: Int) throws {
    let model = try Self.model()
    let data = Noise(150)
    let runner = try Self.runner(model, batch: batch)
    let trace = try runner.trace(data, model: .init(name: "m"))
    // Image 10 takes all steps, when all about it leave at once, and others do now and then.
    let rule = ByNumber { $0 % 7 == 3 ? 3 : $0 % 5 == 0 ? 2 : 1 }
    let stream = try runner.stream(DatasetSource(data), rule: rule)
    for index in 0..<150 {
      let result = try #require(try stream.next())
      #expect(result.index == index && result.label == index % 4)
      #expect(result.steps == rule.steps(index))
      #expect(result.prediction == Int(trace.record[result.steps].prediction[index]))
      #expect(result.positions == (1...result.steps).dropFirst().map { trace.record[$0].positions[index] })
      #expect(result.seconds >= 0)
    }
    #expect(try stream.next() == nil && stream.next() == nil)
    let exits = (1...3).map { step in (0..<150).count { rule.steps($0) == step } }
    #expect(stream.totals.images == 150 && stream.totals.exits == exits)
  }

  /// The source is asked for what there is room for, and only when answers are.
  @Test(arguments: [true, false]) func aSlowConsumerSlowsTheSource(_ isPatient: Bool) throws {
    let model = try Self.model()
    let source = Watched(Noise(2000), isPatient: isPatient)
    // The first image waits for others at its last step, which none of them ever reaches.
    let rule = ByNumber { $0 == 0 ? 3 : 1 }
    let stream = try Self.runner(model, batch: 4).stream(source, rule: rule)
    #expect(source.given == 0)
    #expect(stream.capacity == 64 && stream.pixelBytes == 64 * 64 * 64 * 3)
    for taken in 0..<200 {
      #expect(try stream.next()?.index == taken)
      #expect(source.given <= taken + stream.capacity)
    }
    let one = Watched(Noise(50), isPatient: false)
    let single = try Self.runner(model, batch: 1).stream(one, rule: rule)
    for taken in 0..<20 {
      _ = try single.next()
      #expect(one.given == taken + 1)
    }
  }

  @Test(arguments: [1, 8]) func imagesThatCannotBeReadAreLeftOut(_ batch: Int) throws {
    let data = Noise(40) { $0 % 3 == 1 || (16..<32).contains($0) }
    let run = try Self.runner(Self.model(), batch: batch).infer(data, rule: ByNumber { $0 % 3 + 1 })
    #expect(run.results.map(\.index) == (0..<40).filter { !data.isDamaged($0) })
    #expect(throws: ModelError.self) {
      try Self.runner(Self.model(), batch: batch).infer(Noise(9) { _ in true }, rule: LengthExit(steps: 1))
    }
  }

  /// The critic is asked when a rule wants to know, and says what it says in a trace.
  @Test(arguments: [[1, 2], [1], [2]]) func theCriticIsAskedLazily(_ when: [Int]) throws {
    let model = try Self.model()
    let data = Noise(90)
    let planner = try Planner()
    // Rows that each of the five parts of the network is evaluated for, in the order in which they are made.
    nonisolated(unsafe) var rows: [Int] = []
    let engine = StepEngine(model) { part in
      let planned = planner.planned(part)
      let index = rows.count
      rows.append(0)
      return { inputs in
        rows[index] += inputs[0].shape[0]
        return try planned(inputs)
      }
    }
    let runner = try AdaptiveRunner(model, batchSize: 8, engine: engine)
    let trace = try runner.trace(data, model: .init(name: "m"))
    rows = rows.map { _ in 0 }
    let rule = AsksCritic(when: Set(when))
    let live = try runner.infer(data, rule: rule)
    #expect(live.evaluation == (try trace.evaluate(rule)))
    let exits = live.evaluation.exits
    // The policy runs for those that go on, and for all where its critic is asked.
    let first = when.contains(1) ? 90 : 90 - exits[0]
    let second = when.contains(2) ? 90 - exits[0] : exits[2]
    #expect(rows[4] == first + second)
  }

  /// Without enough time images leave with what is known; with enough of it they leave by the rule.
  @Test(arguments: [1, 8]) func deadlinesAreKept(_ batch: Int) throws {
    struct Slow: PatchSampler {
      let name = "slow"
      let time: StillClock
      func propose(_ batch: SamplerBatch) -> [PatchPlaces] {
        time.pass(0.04)
        return (0..<batch.count).map { _ in PatchPlaces(row: 0.5, column: 0.5) }
      }
    }
    let model = try Self.model()
    let data = Noise(60)
    let rule = ByNumber { $0 % 3 + 1 }
    let time = StillClock()
    let runner = try Self.runner(model, batch: batch, sampler: Slow(time: time), clock: time.clock)
    let easy = try runner.infer(data, rule: rule, deadline: 600)
    #expect(easy.late == 0 && easy.results.map(\.steps) == (0..<60).map { $0 % 3 + 1 })
    // Blank images do not show that the sampler is slow: the first batches do.
    let hard = try runner.infer(data, rule: rule, deadline: 0.02)
    #expect(hard.results.map(\.index) == Array(0..<60))
    #expect(hard.evaluation.exits[0] > 40)
    #expect(hard.results.allSatisfy { $0.steps <= $0.index % 3 + 1 })
    #expect(throws: ModelError.self) { try runner.infer(data, rule: rule, deadline: 0) }
  }

  /// What the network needs for an image does not depend on the size of the image.
  @Test func memoryDoesNotGrowWithTheImages() throws {
    let bytes = try [64, 256, 1024].map { side in
      let model = try GFNet(
        Configuration(
          backbone: "resnet_tiny_16", patchSize: 24, imageSize: side, steps: 3, classes: 4), seed: 11)
      let planner = try Planner()
      let random = CounterRandom(seed: 2, stream: "large")
      let data = try TensorsDataset(
        bytes: (0..<4 * side * side).map { UInt8(random.integer($0, below: 256)) }, layout: .channelsLast,
        imageSize: (side, side), channels: 1, labels: [0, 1, 2, 3], classNames: ["a", "b", "c", "d"])
      let run = try AdaptiveRunner(
        model, batchSize: 4, engine: StepEngine(model) { planner.planned($0).callAsFunction }
      ).infer(data, rule: LengthExit(steps: 3))
      #expect(run.results.count == 4)
      return planner.workspaceBytes
    }
    #expect(bytes[0] > 0 && bytes[0] == bytes[1] && bytes[1] == bytes[2])
  }
}
