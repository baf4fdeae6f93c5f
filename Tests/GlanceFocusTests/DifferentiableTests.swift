import Foundation
import GlanceFocus
import Support
import Tensor
import TestSupport
import Testing

/// The policy that learns by the gradient of the loss, through patches that are cut between pixels.
struct DifferentiableTests {
  private func chosen(_ stage: TrainingOptions.Stage, epochs: Int) -> TrainingOptions {
    var made = quickOptions(stage, epochs: epochs)
    made.method = .differentiable
    return made
  }

  @Test(arguments: [TrainingOptions.Stage.encoders, .policy, .fineTune])
  func thePolicyLearnsInEveryStageAndAloneInTheSecond(_ stage: TrainingOptions.Stage) throws {
    let model = try GFNet(smallConfiguration(), seed: 1)
    func weights(_ prefix: String) throws -> [Float] {
      try model.state.filter { $0.name.hasPrefix(prefix) }.flatMap { try $0.entry.value.values() }
    }
    let parts = ["model_prime.", "model.", "fc.", "policy."]
    let before = try parts.map(weights)
    let trainer = try Trainer(model, dataset: brightSquares(32), options: chosen(stage, epochs: 1))
    try trainer.run()
    let changed = try zip(parts, before).map { try weights($0) != $1 }
    #expect(changed == (stage == .policy ? [false, false, false, true] : [true, true, true, true]))
    #expect(trainer.history[0].reward == nil)
    #expect(trainer.history[0].accuracy.count == 3 && trainer.history[0].images == 32)
  }

  /// One batch that stays the same: each step follows its gradient.
  @Test func theLossFallsAsPlacesMove() throws {
    let model = try GFNet(smallConfiguration(), seed: 1)
    let data = try brightSquares(32)
    try Trainer(model, dataset: data, options: quickOptions(.encoders, epochs: 6)).run()
    var alone = chosen(.policy, epochs: 30)
    alone.batchSize = 32
    let trainer = try Trainer(model, dataset: data, options: alone)
    try trainer.run()
    #expect(trainer.history[29].loss < trainer.history[0].loss, "\(trainer.history.map(\.loss))")
  }

  /// Without the branch of random places the update is another one.
  @Test func theRandomBranchCounts() throws {
    func hash(_ branch: Bool?) throws -> UInt64 {
      let model = try GFNet(smallConfiguration(), seed: 1)
      var options = chosen(.encoders, epochs: 1)
      options.randomBranch = branch
      try Trainer(model, dataset: brightSquares(32), options: options).run()
      return try model.weightHash()
    }
    let (unsaid, with, without) = (try hash(nil), try hash(true), try hash(false))
    #expect(unsaid == with && with != without)
  }

  @Test func aResumedRunEndsBitIdentical() throws {
    let folder = try TemporaryFolder()
    let (data, options) = (try brightSquares(32), chosen(.encoders, epochs: 2))
    let straight = try GFNet(smallConfiguration(), seed: 1)
    try Trainer(straight, dataset: data, options: options).run()
    struct Stop: Error {}
    let path = folder.path / "run.safetensors"
    let first = try Trainer(
      GFNet(smallConfiguration(), seed: 1), dataset: data, options: options, checkpoint: path)
    #expect(throws: Stop.self) { try first.run { _ in throw Stop() } }
    let resumed = try GFNet(smallConfiguration(), seed: 1)
    let second = try Trainer(resumed, dataset: data, options: options, checkpoint: path)
    #expect(second.history.count == 1)
    try second.run()
    #expect(try resumed.weightHash() == straight.weightHash())

    // By reinforcement it is another training, and says which option differs.
    let other = try Trainer(
      GFNet(smallConfiguration(), seed: 1), dataset: data, options: quickOptions(.encoders, epochs: 2),
      checkpoint: path)
    #expect(other.history.isEmpty && other.resumption.obstacles.contains { $0.hasPrefix("method") })
  }

  /// What is not said is not written: earlier versions read it, and its checkpoints are gone on from.
  @Test func optionsThatAreAsBeforeHaveNoNewFields() throws {
    let text = String(
      decoding: try JSONEncoder().encode(quickOptions(.policy, epochs: 1)), as: UTF8.self)
    for name in ["method", "policyRate", "randomBranch"] { #expect(!text.contains(name), "\(text)") }
  }

  /// Of clips one place is for all frames, and its gradient the sum of theirs.
  @Test func aPlaceOfAClipIsThatOfAllItsFrames() throws {
    var configuration = try smallConfiguration()
    configuration.clips = ClipForm(frames: 3)
    let model = try GFNet(configuration, seed: 1)
    let frames = try Tensor.formula("frames", [6, 3, 64, 64])
    let places = try Tensor([2, 2], [0.26, 0.51, 0.63, 0.12])
    let patches = try model.patches(frames, interpolatingAt: places)
    #expect(patches.shape == [6, 3, 24, 24])
    for frame in 0..<6 {
      let row = frame / 3
      let alone = try frames.sliced(0, frame..<frame + 1).cropped(
        interpolatingAt: places.sliced(0, row..<row + 1) * 40, height: 24, width: 24)
      try assertClose(patches.sliced(0, frame..<frame + 1), alone, relative: 1e-6, absolute: 1e-6)
    }
    try checkGradient(
      of: { try model.patches(frames, interpolatingAt: $0[0]) }, at: [places], step: 2e-3, tolerance: 1e-2)
  }
}
