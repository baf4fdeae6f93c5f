import Communication
import Compute
import Foundation
import GlanceFocus
import Support
import Tensor
import TestSupport
import Testing

/// A policy that learns by gradients, trained by several processes, which are threads here.
@Suite struct RankDifferentiableTests {
  @Test(arguments: [TrainingOptions.Stage.encoders, .policy, .fineTune])
  func aPolicyThatLearnsByGradientsEndsAtTheSameWeights(_ stage: TrainingOptions.Stage) throws {
    var options = RankTrainingTests.options(stage, epochs: 1)
    let reinforced = try RankTrainingTests.train(1, options)[0].get()
    options.method = .differentiable
    let alone = try RankTrainingTests.train(1, options)[0].get()
    #expect(alone.images == [36] && alone.rewards == [nil])
    for size in [2, 4] {
      for end in RankTrainingTests.train(size, options) { #expect(try end.get() == alone, "\(size) ranks") }
    }
    #expect(alone.weights != reinforced.weights)
  }

  /// The gradient of a batch is a thousand times too long, and the one step that is made has the length that is allowed, on any
  /// number of ranks. Were shards clipped, their mean would be shorter, as they do not point the same way.
  @Test func theSumOfShardsIsClippedAndNotEachOfThem() throws {
    var options = RankTrainingTests.options(.encoders, epochs: 1)
    options.method = .differentiable
    options.schedule = "constant"
    options.weightDecay = 0
    (options.encoderRate, options.classifierRate, options.policyRate) = (0.01, 0.01, 0.01)
    struct Step: Equatable {
      let weights: UInt64
      let length: Double
    }
    func step(_ size: Int) -> [Result<Step, any Error>] {
      ThreadCommunicator.run(size) { [options] communicator in
        ThreadTeam.setSize(1)
        var functions = TrainingFunctions()
        functions.identity = "long"
        functions.loss = { answers in
          let first = try answers.logits[0].crossEntropy(answers.labels)
          let sum = try answers.logits.dropFirst().reduce(first) { try $0 + $1.crossEntropy(answers.labels) }
          return try sum.scaled(by: 1000)
        }
        let trainer = try Trainer(
          RankTrainingTests.model(), dataset: RankTrainingTests.squares(16), options: options,
          functions: functions,
          communicator: communicator)
        func weights() throws -> [Float] {
          try trainer.model.parameters.flatMap { try $0.parameter.value.values() }
        }
        let before = try weights()
        try trainer.run()
        let squares = try zip(weights(), before).map { pow(Double($0) - Double($1), 2) }
        return Step(weights: try trainer.model.weightHash(), length: squares.reduce(0, +).squareRoot())
      }
    }
    let alone = try step(1)[0].get()
    // Nesterov's first step is 1 + 0.9 times the gradient, whose norm is 20 at most.
    let allowed = 0.01 * 1.9 * 20
    #expect(abs(alone.length - allowed) < 1e-3 * allowed, "\(alone.length), expected \(allowed)")
    for size in [2, 4] {
      for end in step(size) { #expect(try end.get() == alone, "\(size) ranks") }
    }
  }
}
