import Communication
import Compute
import Foundation
import GlanceFocus
import Support
import TestSupport
import Testing

/// Traces and live runs over several processes, which are threads here.
@Suite struct RankTraceTests {
  private static let images = 21

  /// The trace of some squares, as a file has it.
  private static func trace(_ size: Int, sampler: @escaping @Sendable () -> any PatchSampler) throws -> [Data]
  {
    try ThreadCommunicator.run(size) { communicator in
      ThreadTeam.setSize(1)
      let folder = try TemporaryFolder()
      let runner = try AdaptiveRunner(RankTrainingTests.model(), sampler: sampler(), batchSize: 3, seed: 5)
      let trace = try runner.trace(
        RankTrainingTests.squares(Self.images), model: Trace.Identity(name: "small"), over: communicator)
      try trace.save(to: folder.path / "trace.safetensors")
      return try Data(contentsOf: URL(fileURLWithPath: (folder.path / "trace.safetensors").string))
    }.map { try $0.get() }
  }

  @Test func aTraceIsTheSameBytesOnAnyNumberOfRanks() throws {
    let alone = try Self.trace(1, sampler: { RandomSampler() })[0]
    #expect(alone.count > 1000)
    // More ranks than there are groups of images leave some with nothing to do.
    for size in [2, 3, 5] {
      for trace in try Self.trace(size, sampler: { RandomSampler() }) {
        #expect(trace == alone, "\(size) ranks")
      }
    }
  }

  @Test func theFirstRanksKeptTraceIsEverybodys() throws {
    let traces = try ThreadCommunicator.run(3) { communicator -> [[Float]] in
      ThreadTeam.setSize(1)
      let runner = try AdaptiveRunner(RankTrainingTests.model(), batchSize: 8)
      let data = try RankTrainingTests.squares(Self.images)
      let identity = Trace.Identity(name: "small")
      let kept = try runner.keptTrace(of: data, model: identity, samplerName: nil, over: communicator) {
        try runner.trace(data, model: identity)
      }
      let none = try runner.keptTrace(of: data, model: identity, samplerName: nil, over: communicator) { nil }
      #expect(none == nil)
      let record = try #require(kept).record
      return (1...record.steps).map { record[$0].logits + record[$0][StepColumns.value].filter { !$0.isNaN } }
    }.map { try $0.get() }
    #expect(traces[0] == traces[1] && traces[0] == traces[2])
    #expect(traces[0].count == 3)
  }

  /// Says where to look by how often it was asked: what it says of an image depends on those before it.
  private final class CountingSampler: PatchSampler {
    let name = "counting"
    let dependsOnOthers = true
    private var asked = 0

    func propose(_ batch: SamplerBatch) throws -> [PatchPlaces] {
      (0..<batch.count).map { _ in
        asked += 1
        return PatchPlaces(row: Float(asked % 11) / 10, column: 0.5)
      }
    }
  }

  @Test func aSamplerThatRemembersSeesAllImages() throws {
    let alone = try Self.trace(1, sampler: { CountingSampler() })[0]
    for trace in try Self.trace(3, sampler: { CountingSampler() }) { #expect(trace == alone) }
  }

  private struct Answer: Sendable, Equatable {
    let index: Int
    let prediction: Int
    let label: Int?
    let steps: Int
    let places: [PatchCorners]
  }

  private static func answers(_ size: Int, rule: @escaping @Sendable () -> any ExitRule) throws -> [[Answer]]
  {
    try ThreadCommunicator.run(size) { communicator in
      ThreadTeam.setSize(1)
      let runner = try AdaptiveRunner(RankTrainingTests.model(), sampler: CenterSampler(), batchSize: 4)
      let run = try runner.infer(RankTrainingTests.squares(Self.images), rule: rule(), over: communicator)
      #expect(run.evaluation.exits.reduce(0, +) == Self.images)
      return run.results.map {
        Answer(
          index: $0.index, prediction: $0.prediction, label: $0.label, steps: $0.steps, places: $0.positions)
      }
    }.map { try $0.get() }
  }

  @Test func answersAreTheSameOnAnyNumberOfRanks() throws {
    let alone = try Self.answers(1) { LengthExit(steps: 2) }[0]
    #expect(alone.map(\.index) == Array(0..<Self.images) && alone.allSatisfy { $0.steps == 2 })
    for size in [2, 4] {
      for answers in try Self.answers(size, rule: { LengthExit(steps: 2) }) { #expect(answers == alone) }
    }
  }

  /// What such a rule says of an image depends on those before it, so the images are not divided.
  @Test func aRuleThatSteersTheWholeRunSeesAllImages() throws {
    let alone = try Self.answers(1) { RateExit(madds: 0, window: 16) }[0]
    #expect(Set(alone.map(\.steps)).count > 1)
    for answers in try Self.answers(3, rule: { RateExit(madds: 0, window: 16) }) { #expect(answers == alone) }
  }
}
