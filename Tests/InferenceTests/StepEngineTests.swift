import GlanceFocus
import Inference
import Compute
import NeuralNet
import OneDNN
import Support
import Tensor
import TestSupport
import Testing
import Vision

/// The adaptive loop on plans: whole networks of both kinds of classifier and of policy.
struct StepEngineTests {
  private static func noise(_ count: Int, side: Int) throws -> TensorsDataset {
    let random = CounterRandom(seed: 2, stream: "noise")
    let bytes = (0..<count * side * side * 3).map { UInt8(random.integer($0, below: 256)) }
    return try TensorsDataset(
      bytes: bytes, layout: .channelsLast, imageSize: (side, side), channels: 3,
      labels: (0..<count).map { $0 % 4 }, classNames: ["a", "b", "c", "d"])
  }

  private static func model(_ backbone: String, patch: Int, side: Int) throws -> GFNet {
    try GFNet(
      Configuration(backbone: backbone, patchSize: patch, imageSize: side, steps: 3, classes: 4), seed: 11)
  }

  private static func engine(_ model: GFNet, _ precision: Precision = .float32) throws -> StepEngine {
    let planner = try Planner(precision)
    return StepEngine(model) { planner.planned($0).callAsFunction }
  }

  static let networks: [(String, Int, Int)] = [
    ("resnet_tiny_16", 24, 64), ("mobilenetv3_large_100", 64, 96),
  ]

  @Test(arguments: networks) func tracesAgreeWithTheNetwork(_ name: String, _ patch: Int, _ side: Int) throws
  {
    let model = try Self.model(name, patch: patch, side: side)
    let data = try Self.noise(7, side: side)
    let expected = try AdaptiveRunner(model, batchSize: 4).trace(data, model: .init(name: "m"))
    let found = try AdaptiveRunner(model, batchSize: 4, engine: Self.engine(model))
      .trace(data, model: .init(name: "m"))
    for step in 1...3 {
      #expect(found.record[step].positions == expected.record[step].positions)
      #expect(found.record[step].prediction == expected.record[step].prediction)
      for (a, b) in zip(found.record[step].confidence, expected.record[step].confidence) {
        #expect(abs(a - b) < 1e-4)
      }
    }
  }

  /// Training's steps and the loop's are the same steps, whoever evaluates their parts.
  @Test(arguments: networks) func aStepIsTheSameWhoeverEvaluatesItsParts(
    _ name: String, _ patch: Int, _ side: Int
  ) throws {
    let model = try Self.model(name, patch: patch, side: side)
    let engine = StepEngine(model)
    let random = CounterRandom(seed: 3, stream: "images")
    let images = try Tensor([2, 3, side, side], (0..<2 * 3 * side * side).map { random.normal($0) })
    var (one, memory) = try model.glance(images, .evaluation)
    var (other, otherMemory) = try engine.glance(images)
    for step in 1...3 {
      #expect(try one.logits.values() == other.logits.values(), "step \(step)")
      #expect(try one.features.values() == other.features.values(), "step \(step)")
      guard step < 3 else { break }
      let places = try PatchPlaces.all(in: model.propose(&memory).mean)
      let otherPlaces = try PatchPlaces.all(in: engine.propose(&otherMemory).mean)
      #expect(places == otherPlaces, "step \(step)")
      let patches = try model.patches(images, locations: places)
      (one, memory) = try model.focus(patches, .evaluation, memory: memory)
      (other, otherMemory) = try engine.focus(patches, memory: otherMemory)
    }
  }

  /// Survivors run on other rungs than the traced batch, and must decide the same.
  @Test(arguments: networks) func liveAndTracedRunsAgree(_ name: String, _ patch: Int, _ side: Int) throws {
    let model = try Self.model(name, patch: patch, side: side)
    let data = try Self.noise(13, side: side)
    let runner = try AdaptiveRunner(model, batchSize: 8, engine: Self.engine(model))
    let trace = try runner.trace(data, model: .init(name: "m"))
    let confidences = trace.record[1].confidence.sorted()
    let middle = Double(confidences[confidences.count / 2] + confidences[confidences.count / 2 - 1]) / 2
    let rule = try ExitRules.make("confidence", ["threshold": .number(middle)])
    let live = try runner.infer(data, rule: rule)
    let replayed = try trace.evaluate(rule)
    #expect(Set(replayed.exitSteps).count > 1)
    #expect(live.evaluation.exitSteps == replayed.exitSteps)
    #expect(live.evaluation.predictions == replayed.predictions)
    for result in live.results where result.steps > 1 {
      #expect(result.positions == (2...result.steps).map { trace.record[$0].positions[result.index] })
    }
  }

  @Test(
    .enabled(if: ElementType.hasFastBFloat16, "this processor has no bfloat16 arithmetic"),
    arguments: networks)
  func bfloat16LooksAtTheSamePlaces(_ name: String, _ patch: Int, _ side: Int) throws {
    let model = try Self.model(name, patch: patch, side: side)
    let data = try Self.noise(5, side: side)
    let expected = try AdaptiveRunner(model).trace(data, model: .init(name: "m"))
    let found = try AdaptiveRunner(model, engine: Self.engine(model, .bfloat16))
      .trace(data, model: .init(name: "m"))
    for step in 2...3 {
      for (a, b) in zip(found.record[step].positions, expected.record[step].positions) {
        #expect(abs(a.first.row - b.first.row) <= 1 && abs(a.first.column - b.first.column) <= 1)
      }
      for (a, b) in zip(found.record[step].confidence, expected.record[step].confidence) {
        #expect(abs(a - b) < 0.02)
      }
    }
  }

  @Test func anEngineOfAnotherModelIsRefused() throws {
    let (one, other) = (
      try Self.model("resnet_tiny_16", patch: 24, side: 64),
      try Self.model("resnet_tiny_16", patch: 24, side: 64)
    )
    #expect(throws: ModelError.self) { try AdaptiveRunner(one, engine: StepEngine(other)) }
  }

  /// Notes how many images it is asked about at once.
  private final class Counting: PatchSampler {
    let name = "counting"
    let base: any PatchSampler
    var needs: SamplerNeeds { base.needs }
    private(set) var counts: [Int: [Int]] = [:]

    init(_ base: any PatchSampler) { self.base = base }

    func propose(_ batch: SamplerBatch) throws -> [PatchPlaces] {
      counts[batch.step, default: []].append(batch.count)
      return try base.propose(batch)
    }
  }

  /// Whatever the batch size, and wherever an image's batch ends, it sees the same and says the same.
  @Test(arguments: ["learned", "saliency", "contrast", "grid"])
  func survivorsOfSeveralBatchesAreRunTogether(_ name: String) throws {
    let model = try Self.model("resnet_tiny_16", patch: 24, side: 64)
    let data = try Self.noise(41, side: 64)
    let one = try AdaptiveRunner(
      model, sampler: Samplers.make(name), batchSize: 1, engine: Self.engine(model))
    let confidences = try one.trace(data, model: .init(name: "m")).record[1].confidence.sorted()
    let rule = try ExitRules.make(
      "confidence", ["threshold": .number(Double(confidences[20] + confidences[21]) / 2)])
    let expected = try one.infer(data, rule: rule)
    #expect(expected.evaluation.exits[0] == 20)
    for batch in [3, 4, 64] {
      let sampler = Counting(try Samplers.make(name))
      let runner = try AdaptiveRunner(model, sampler: sampler, batchSize: batch, engine: Self.engine(model))
      let run = try runner.infer(data, rule: rule)
      #expect(run.results.map(\.index) == Array(0..<41))
      #expect(run.results.map(\.steps) == expected.results.map(\.steps))
      #expect(run.results.map(\.positions) == expected.results.map(\.positions))
      #expect(run.results.map(\.prediction) == expected.results.map(\.prediction))
      for (a, b) in zip(run.results, expected.results) { #expect(abs(a.confidence - b.confidence) < 1e-4) }
      // At most one group of sixteen batches is not full.
      let second = try #require(sampler.counts[2])
      #expect(
        second.reduce(0, +) == 21
          && second.filter { $0 < batch }.count <= (41 + 16 * batch - 1) / (16 * batch))
    }
  }
}
