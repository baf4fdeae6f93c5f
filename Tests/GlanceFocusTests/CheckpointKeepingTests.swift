import Foundation
import Support
import GlanceFocus
import TestSupport
import Testing
import Vision

/// The state of a training that is changed, and run again.
@Suite struct CheckpointKeepingTests {
  private static let data: Result<any ImageDataset, any Error> = Result {
    try ClutterFashion(split: .train).subset(Array(0..<8))
  }

  private static func model(seed: UInt64 = 1) throws -> GFNet {
    var made = try Configuration(
      backbone: "resnet_tiny_16", patchSize: 32, imageSize: 128, steps: 2, classes: 10)
    made.mean = [0.1, 0.1, 0.1]
    return try GFNet(made, seed: seed)
  }

  private static func options(epochs: Int, _ schedule: String, rate: Float = 0.01) -> TrainingOptions {
    var made = TrainingOptions(stage: .encoders, epochs: epochs)
    made.batchSize = 4
    made.encoderRate = rate
    made.schedule = schedule
    return made
  }

  /// Trains to the end; the trainer as it was at the start of its run, and the weights after it.
  @discardableResult
  private static func train(
    _ options: TrainingOptions, _ path: FilePath?, seed: UInt64 = 1
  ) throws -> (found: Resumption, earlier: Int, weights: UInt64) {
    let model = try model(seed: seed)
    let trainer = try Trainer(model, dataset: data.get(), options: options, checkpoint: path)
    let (found, earlier) = (trainer.resumption, trainer.history.count)
    try trainer.run()
    #expect(trainer.history.map(\.epoch) == Array(1...max(options.epochs, 1)))
    return (found, earlier, try model.weightHash())
  }

  private static func files(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path.string).sorted()
  }

  /// At a constant rate more epochs go on from where fewer ended, and end where one long training does.
  @Test func aConstantRateGoesOn() throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "run.safetensors"
    try Self.train(Self.options(epochs: 1, "constant"), path)
    let longer = try Self.train(Self.options(epochs: 2, "constant"), path)
    #expect(longer.found == Resumption(source: path) && longer.earlier == 1)
    #expect(try longer.weights == Self.train(Self.options(epochs: 2, "constant"), nil).weights)
    #expect(try Self.files(folder) == ["run.safetensors"])
    // What is done already cannot be taken back.
    let shorter = try Trainer(
      Self.model(), dataset: Self.data.get(), options: Self.options(epochs: 1, "constant"), checkpoint: path)
    #expect(shorter.history.isEmpty)
    #expect(shorter.resumption.obstacles == ["epochs was 2, is 1, and 2 are done"])
  }

  /// A cosine over two epochs is another training than one over one epoch: both are kept, and each finds its own again.
  @Test func anotherTrainingIsKept() throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "run.v1.safetensors"
    let (short, long) = (Self.options(epochs: 1, "cosine"), Self.options(epochs: 2, "cosine"))
    let first = try Self.train(short, path)
    let night = try Data(contentsOf: path.url)
    let old = folder.path / "run.v1-old.safetensors"

    let second = try Self.train(long, path)
    #expect(second.earlier == 0 && second.found.source == nil && second.found.keptAs == old)
    #expect(second.found.obstacles == ["epochs was 1, is 2, and the schedule \"cosine\" depends on it"])
    #expect(try Data(contentsOf: old.url) == night)

    let again = try Self.train(short, path)
    #expect(again.found.source == old && again.earlier == 1 && again.weights == first.weights)
    // Nothing was trained, so nothing was moved.
    #expect(try Data(contentsOf: old.url) == night)

    let third = try Self.train(Self.options(epochs: 1, "cosine", rate: 0.02), path)
    #expect(third.found.keptAs == folder.path / "run.v1-old-2.safetensors")
    #expect(third.found.obstacles.contains("rate was 0.01, is 0.02"))
    #expect(try Self.files(folder).count == 3)
    #expect(try Self.train(long, path).weights == second.weights)
  }

  /// A training whose state was set aside goes on from there, and the two files change places.
  @Test func statesChangePlaces() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    let path = folder.path / "run"
    let long = Self.options(epochs: 2, "cosine")
    let halted = try Trainer(Self.model(), dataset: Self.data.get(), options: long, checkpoint: path)
    #expect(throws: Stop.self) { try halted.run { _ in throw Stop() } }
    let other = try Self.train(Self.options(epochs: 1, "cosine"), path, seed: 2)
    #expect(other.found.obstacles.count == 2, "\(other.found)")
    let bytes = try Data(contentsOf: path.url)
    let resumed = try Self.train(long, path)
    #expect(
      resumed.earlier == 1 && resumed.found.source == path.adding("-old")
        && resumed.found.keptAs == path.adding("-old"))
    #expect(try Self.files(folder) == ["run", "run-old"])
    #expect(try Data(contentsOf: path.adding("-old").url) == bytes)
    #expect(try resumed.weights == Self.train(long, nil).weights)
  }

  /// A model that was saved, not trained, is no less worth keeping; what cannot be read at all is left alone.
  @Test func whatIsNoCheckpointIsNotReplaced() throws {
    let folder = try TemporaryFolder()
    let path = folder.path / "m.safetensors"
    try Self.model(seed: 7).save(to: path)
    let bytes = try Data(contentsOf: path.url)
    let trained = try Self.train(Self.options(epochs: 1, "constant"), path)
    #expect(trained.found.obstacles == ["it is no checkpoint of a training"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: (folder.path / "m-old.safetensors").string)) == bytes)
    try Data("text".utf8).write(to: path.url)
    #expect(throws: (any Error).self) { try Self.train(Self.options(epochs: 1, "constant"), path) }
    #expect(try Data(contentsOf: path.url) == Data("text".utf8))
  }

  /// Images that do not fill a last batch are trained on, too.
  @Test func allImagesAreTrainedOn() throws {
    let data = try ClutterFashion(split: .train).subset(Array(0..<7))
    for stage in [TrainingOptions.Stage.encoders, .policy] {
      var options = TrainingOptions(stage: stage, epochs: 1)
      options.batchSize = 3
      let trainer = try Trainer(Self.model(), dataset: data, options: options)
      try trainer.run()
      #expect(trainer.history.map(\.images) == [7])
    }
  }
}
