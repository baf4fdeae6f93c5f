import Communication
import Compute
import Foundation
import GlanceFocus
import Support
import Tensor
import TestSupport
import Testing
import Vision

/// Training by several processes, which are threads here.
@Suite struct RankTrainingTests {
  /// A bright square whose size tells the class.
  static func squares(_ count: Int) throws -> TensorsDataset {
    let side = 64
    let random = CounterRandom(seed: 1, stream: "squares")
    var bytes = [UInt8](repeating: 0, count: count * side * side)
    for image in 0..<count {
      let size = image % 2 == 0 ? 8 : 16
      let (row, column) = (random.integer(2 * image, below: 48), random.integer(2 * image + 1, below: 48))
      for y in row..<row + size {
        for x in column..<column + size { bytes[(image * side + y) * side + x] = 255 }
      }
    }
    return try TensorsDataset(
      bytes: bytes, layout: .channelsLast, imageSize: (side, side), channels: 1,
      labels: (0..<count).map { $0 % 2 }, classNames: ["small", "large"])
  }

  static func model(seed: UInt64 = 1) throws -> GFNet {
    var made = try Configuration(
      backbone: "resnet_tiny_16", patchSize: 24, imageSize: 64, steps: 3, classes: 2)
    made.mean = [0.5, 0.5, 0.5]
    made.standardDeviation = [0.25, 0.25, 0.25]
    return try GFNet(made, seed: seed)
  }

  static func options(
    _ stage: TrainingOptions.Stage, epochs: Int = 2, shards: BatchShards? = .fixed(4)
  ) -> TrainingOptions {
    var made = TrainingOptions(stage: stage, epochs: epochs)
    made.batchSize = 16
    made.encoderRate = 0.05
    made.classifierRate = 0.05
    made.seed = 4
    made.ppo.epochs = 2
    made.shards = shards
    return made
  }

  /// What a training came to.
  struct End: Sendable, Equatable {
    let weights: UInt64
    let losses: [Double]
    let accuracies: [[Double]]
    let rewards: [Double?]
    let images: [Int]

    init(_ trainer: Trainer) throws {
      weights = try trainer.model.weightHash()
      losses = trainer.history.map(\.loss)
      accuracies = trainer.history.map(\.accuracy)
      rewards = trainer.history.map(\.reward)
      images = trainer.history.map(\.images)
    }
  }

  /// Trains on `size` threads, of which each computes with one: results are the same for the same number.
  static func train(
    _ size: Int, _ options: TrainingOptions, images: Int = 36, functions: Bool = false,
    checkpoint: FilePath? = nil, until last: Int = .max
  ) -> [Result<End, any Error>] {
    struct Stop: Error {}
    return ThreadCommunicator.run(size) { communicator in
      ThreadTeam.setSize(1)
      // The first one's weights count.
      let model = try model(seed: communicator.isFirst ? 1 : 9)
      let trainer = try Trainer(
        model, dataset: squares(images), options: options,
        functions: functions ? Self.functions : TrainingFunctions(), checkpoint: checkpoint,
        communicator: communicator)
      do {
        try trainer.run { if $0.epoch == last { throw Stop() } }
      } catch is Stop {
      } catch is RankFailure where last < .max {}
      return try End(trainer)
    }
  }

  /// The same as without functions, but for the advantages, which are what the critic did not expect.
  private static var functions: TrainingFunctions {
    var made = TrainingFunctions()
    made.advantage = { rewards, values in
      TrainingFunctions.Estimate(
        advantages: zip(rewards, values).map { zip($0, $1).map { $0 - $1 } }, returns: rewards)
    }
    made.schedule = { 1 - $0 }
    made.identity = "critic"
    return made
  }

  @Test(arguments: [TrainingOptions.Stage.encoders, .policy, .fineTune])
  func anyNumberOfRanksEndsAtTheSameWeights(_ stage: TrainingOptions.Stage) throws {
    let alone = try Self.train(1, Self.options(stage))[0].get()
    #expect(alone.images == [36, 36])
    for size in [2, 3, 4] {
      for end in Self.train(size, Self.options(stage)) { #expect(try end.get() == alone, "\(size) ranks") }
    }
    let untrained = try Self.model().weightHash()
    #expect(alone.weights != untrained)
  }

  @Test func functionsOfATrainingSeeTheWholeBatchOnEveryRank() throws {
    let options = Self.options(.policy, epochs: 1)
    let alone = try Self.train(1, options, functions: true)[0].get()
    for end in Self.train(2, options, functions: true) { #expect(try end.get() == alone) }
    let without = try Self.train(1, options)[0].get()
    #expect(without.weights != alone.weights)
  }

  /// Batches of three are one shard each, and two ranks have nothing to do.
  @Test func moreRanksThanABatchHasShardsEndAtTheSameWeights() throws {
    var options = Self.options(.encoders, epochs: 1)
    options.batchSize = 3
    let alone = try Self.train(1, options, images: 9)[0].get()
    for end in Self.train(3, options, images: 9) { #expect(try end.get() == alone) }
  }

  /// All images look alike, so that the statistics of a shard are those of the batch; labels differ, so that it matters that
  /// images count alike in shards of four and of five. With one step nothing is drawn.
  @Test func theGradientOfShardsIsThatOfTheBatch() throws {
    let labels = [1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0]
    let picture = try Self.squares(1).item(at: 0)
    let data = try TensorsDataset(
      bytes: labels.flatMap { _ in picture }, layout: .channelsLast, imageSize: (64, 64), channels: 1,
      labels: labels, classNames: ["small", "large"])
    func steps(_ shards: BatchShards?) throws -> [String: [Float]] {
      var configuration = try Self.model().configuration
      configuration.steps = 1
      let model = try GFNet(configuration, seed: 1)
      let before = try model.parameters.map { try $0.parameter.value.values() }
      var options = Self.options(.encoders, epochs: 1, shards: shards)
      options.batchSize = labels.count
      try Trainer(model, dataset: data, options: options).run()
      return try Dictionary(
        uniqueKeysWithValues: zip(model.parameters, before).map { after, before in
          (after.name, try zip(after.parameter.value.values(), before).map { $0 - $1 })
        })
    }
    let (whole, divided) = (try steps(nil), try steps(.fixed(4)))
    let size = whole.values.joined().map(abs).max() ?? 0
    #expect(size > 1e-3)
    for (name, step) in whole {
      let difference = zip(step, divided[name] ?? []).map { abs($0 - $1) }.max() ?? 0
      #expect(difference < 1e-4 * size, "\(name): \(difference) of \(size)")
    }
    // What has no influence on the loss stays as it is.
    #expect(divided.contains { $0.key.hasPrefix("model.") && $0.value.allSatisfy { $0 == 0 } })
  }

  @Test func oneShardOnOneProcessIsWhatItAlwaysWas() throws {
    for stage in [TrainingOptions.Stage.encoders, .policy] {
      let whole = try Self.train(1, Self.options(stage, epochs: 1, shards: nil))[0].get()
      #expect(try Self.train(1, Self.options(stage, epochs: 1, shards: .perRank))[0].get() == whole)
      #expect(try Self.train(1, Self.options(stage, epochs: 1, shards: .fixed(1)))[0].get() == whole)
    }
  }

  @Test func aShardForEachRankIsTheSameOnEveryRank() throws {
    let ends = try Self.train(2, Self.options(.encoders, epochs: 1, shards: .perRank)).map { try $0.get() }
    #expect(ends[0] == ends[1])
    #expect(try Self.train(1, Self.options(.encoders, epochs: 1, shards: .fixed(2)))[0].get() == ends[0])
  }

  @Test(arguments: [TrainingOptions.Stage.encoders, .policy])
  func aTrainingGoesOnWithAnotherNumberOfRanks(_ stage: TrainingOptions.Stage) throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "run.safetensors"
    let options = Self.options(stage, epochs: 3)
    let straight = try Self.train(1, options)[0].get()
    // All stop after the first epoch, as if killed: its file alone is left.
    for end in Self.train(4, options, checkpoint: path, until: 1) { #expect(try end.get().losses.count == 1) }
    for end in Self.train(2, options, checkpoint: path, until: 2) { #expect(try end.get().losses.count == 2) }
    for end in Self.train(1, options, checkpoint: path) { #expect(try end.get() == straight) }
    // What is complete is so for all.
    for end in Self.train(3, options, checkpoint: path) { #expect(try end.get() == straight) }
  }

  @Test func whatDoesNotFitIsRefusedOnAllRanks() {
    for end in Self.train(3, Self.options(.encoders, shards: .fixed(2))) {
      #expect(throws: (any Error).self) { try end.get() }
      if case .failure(let error) = end {
        #expect("\(error)".contains("shards is 2, expected at least one for each of the 3 ranks"))
      }
    }
    let ends = ThreadCommunicator.run(2) { communicator in
      _ = try Trainer(
        Self.model(), dataset: Self.squares(communicator.isFirst ? 36 : 30), options: Self.options(.encoders),
        communicator: communicator)
    }
    for end in ends {
      if case .failure(let error) = end {
        let line = "\(error)"
        #expect(line.contains("rank 1 of 2 on thread2") && line.contains("30 images") && !line.contains("\n"))
      } else {
        Issue.record("another data set went unnoticed")
      }
    }
  }

  @Test func aFailureOfOneRankEndsAllWithItsName() {
    struct Broken: LineError { let description = "no light" }
    let ends = ThreadCommunicator.run(4) { communicator in
      ThreadTeam.setSize(1)
      var functions = TrainingFunctions()
      functions.identity = "broken"
      functions.loss = { answers in
        if communicator.rank == 2 { throw Broken() }
        return try answers.logits[0].crossEntropy(answers.labels)
      }
      try Trainer(
        Self.model(), dataset: Self.squares(36), options: Self.options(.encoders), functions: functions,
        communicator: communicator
      ).run()
    }
    for end in ends {
      guard case .failure(let error) = end else {
        Issue.record("a failure went unnoticed")
        continue
      }
      #expect("\(error)" == "rank 2 of 4 on thread3: no light")
    }
  }

  @Test func aCheckpointOfAnotherDivisionIsNotTaken() throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "run.safetensors"
    _ = try Self.train(1, Self.options(.encoders, epochs: 1), checkpoint: path)[0].get()
    let other = try Trainer(
      Self.model(), dataset: Self.squares(36), options: Self.options(.encoders, epochs: 1, shards: nil),
      checkpoint: path)
    #expect(other.history.isEmpty)
    #expect(other.resumption.obstacles == ["shards was 4, is none"])
  }
}
