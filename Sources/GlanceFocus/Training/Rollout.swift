import Foundation
import NeuralNet
import Support
import Tensor

/// Whole sequences of glance and patches, as training runs them.
public enum Rollout {
  /// The loss of stages 1 and 3: (Σ CE_t + λ·Σ CE_aux,t)/T.
  ///
  /// - Parameters:
  ///   - images: B×3×S×S, normalised; of clips one row for each frame.
  ///   - labels: 0-based.
  ///   - random: this step's numbers.
  ///   - combine: the loss of all steps instead of that sum.
  ///   - observe: is shown each step's logits; step 1 is the glance.
  static func loss(
    _ model: GFNet, _ images: Tensor, labels: [Int], random: CounterRandom, options: TrainingOptions,
    combine: Combination? = nil, observe: (Int, Tensor) -> Void = { _, _ in }
  ) throws -> Tensor {
    let pass = Pass(training: true, random: random.child(0))
    let batch = labels.count
    return try loss(
      model, images, labels: labels, steps: model.configuration.steps, pass: pass,
      globalPass: options.trainsGlobalEncoder ? pass : .evaluation, auxiliaryWeight: options.auxiliaryWeight,
      smoothing: options.labelSmoothing, combine: combine, observe: observe
    ) { step, memory in
      let numbers = proposalNumbers(random, step)
      if options.stage == .encoders { return try uniformActions(batch, numbers) }
      let mean = try Recording.paused { try model.propose(&memory).mean }
      return try sampleActions(around: mean, numbers)
    }
  }

  /// Makes one loss of the logits of all steps, and of those of the encoders' own classifiers.
  package typealias Combination = (_ logits: [Tensor], _ auxiliary: [Tensor]) throws -> Tensor

  /// The same with the actions of steps 2…T given by `act`.
  package static func loss(
    _ model: GFNet, _ images: Tensor, labels: [Int], steps: Int, pass: Pass, globalPass: Pass,
    auxiliaryWeight: Float, smoothing: Float = 0, combine: Combination? = nil,
    observe: (Int, Tensor) -> Void = { _, _ in },
    act: (_ step: Int, _ memory: inout GFNet.Memory) throws -> Tensor
  ) throws -> Tensor {
    let glance = try model.glance(images, globalPass, auxiliary: true)
    observe(1, glance.0.logits)
    let results = try sequence(model, from: glance, steps: steps, pass, observe: observe) { step, memory in
      try model.patches(images, actions: act(step, &memory))
    }
    return try loss(of: results, labels, auxiliaryWeight, smoothing, combine)
  }

  /// The answers of all steps, the glance's first, from the patches that `look` gives for steps 2…T.
  static func sequence(
    _ model: GFNet, from glance: (GFNet.StepResult, GFNet.Memory), steps: Int, _ pass: Pass,
    observe: (Int, Tensor) -> Void = { _, _ in },
    look: (_ step: Int, _ memory: inout GFNet.Memory) throws -> Tensor
  ) throws -> [GFNet.StepResult] {
    var (result, memory) = glance
    var results = [result]
    for step in stride(from: 2, through: steps, by: 1) {
      let patches = try look(step, &memory)
      (result, memory) = try model.focus(patches, pass, memory: memory, auxiliary: true)
      results.append(result)
      observe(step, result.logits)
    }
    return results
  }

  /// The loss of the answers of all steps: what `combine` makes of them, or the mean over steps of ``stepLoss``.
  static func loss(
    of results: [GFNet.StepResult], _ labels: [Int], _ auxiliaryWeight: Float, _ smoothing: Float,
    _ combine: Combination?
  ) throws -> Tensor {
    if let combine { return try combine(results.map { $0.logits }, results.compactMap { $0.auxiliary }) }
    var total = try stepLoss(results[0], labels, auxiliaryWeight, smoothing)
    for result in results.dropFirst() {
      total = try total + stepLoss(result, labels, auxiliaryWeight, smoothing)
    }
    return try total.scaled(by: 1 / Float(results.count))
  }

  /// Cross-entropy of a step's answer, and λ times that of the encoder's own.
  private static func stepLoss(
    _ result: GFNet.StepResult, _ labels: [Int], _ auxiliaryWeight: Float, _ smoothing: Float
  ) throws -> Tensor {
    let main = try result.logits.crossEntropy(labels, smoothing: smoothing)
    guard let auxiliary = result.auxiliary, auxiliaryWeight > 0 else { return main }
    return try main + auxiliary.crossEntropy(labels, smoothing: smoothing).scaled(by: auxiliaryWeight)
  }

  /// Stage 2: the policy plays, everything else is fixed; rewards from the probability of the true class.
  static func play(
    _ model: GFNet, _ images: Tensor, labels: [Int], random: CounterRandom, reward: Reward,
    functions: TrainingFunctions = TrainingFunctions(), observe: (Int, Tensor) -> Void = { _, _ in }
  ) throws -> PPO.Episodes {
    var episodes = PPO.Episodes()
    var (result, memory) = try model.glance(images, .evaluation)
    observe(1, result.logits)
    var before = try probabilities(of: labels, result.logits)
    var logits = result.logits
    for step in stride(from: 2, through: model.configuration.steps, by: 1) {
      episodes.maps.append(memory.map)
      let proposal = try model.propose(&memory, PPO.learning)
      let actions = try sampleActions(around: proposal.mean, proposalNumbers(random, step))
      episodes.actions.append(actions)
      episodes.logProbabilities.append(try PPO.logProbability(of: actions, mean: proposal.mean))
      let reference = memory
      (result, memory) = try model.focus(model.patches(images, actions: actions), .evaluation, memory: memory)
      observe(step, result.logits)
      if let function = functions.reward {
        let choice = TrainingFunctions.Choice(
          step: step, before: logits, logits: result.logits, labels: labels, actions: actions)
        episodes.rewards.append(try functions.rewards(choice, function))
        logits = result.logits
        continue
      }
      let now = try probabilities(of: labels, result.logits)
      var elsewhere = now
      if reward.needsRandomPatch {
        let other = try uniformActions(labels.count, proposalNumbers(random, step, compared: true))
        let (answer, _) = try model.focus(
          model.patches(images, actions: other), .evaluation, memory: reference)
        elsewhere = try probabilities(of: labels, answer.logits)
      }
      episodes.rewards.append(
        now.indices.map { reward.value(now: now[$0], before: before[$0], random: elsewhere[$0]) })
      before = now
    }
    return episodes
  }

  /// The random numbers of the proposal for `step`; those of a batch's evaluation are child 0.
  ///
  /// - Parameter compared: true for the patch that a reward compares the chosen one with.
  static func proposalNumbers(
    _ random: CounterRandom, _ step: Int, compared: Bool = false
  ) -> CounterRandom {
    random.child(step - 1 + (compared ? 1000 : 0))
  }

  /// Softmax probability of each image's class.
  private static func probabilities(of labels: [Int], _ logits: Tensor) throws -> [Float] {
    let values = try logits.softmax().values()
    let classes = logits.shape[1]
    return labels.enumerated().map { values[$0 * classes + $1] }
  }

  /// Draws actions, B×2, uniform in [0, 1).
  public static func uniformActions(_ batch: Int, _ random: CounterRandom) throws -> Tensor {
    try Tensor([batch, 2], (0..<2 * batch).map { random.uniform($0) })
  }

  /// Draws actions, B×2, around the policy's mean and clips them to [0, 1].
  public static func sampleActions(
    around mean: Tensor, _ random: CounterRandom, deviation: Float = PatchProposal.actionDeviation
  ) throws -> Tensor {
    let centre = try mean.values()
    return try Tensor(
      mean.shape,
      centre.enumerated().map {
        min(max($1 + deviation * random.normal($0), 0), 1)
      })
  }
}

extension GFNet {
  /// The patches that actions name, B×3×P×P: top-left = ⌊a·(S − P)⌋, cut without interpolation.
  ///
  /// - Parameters:
  ///   - images: B×3×S×S; of clips one row for each frame.
  ///   - actions: B×2, (row, column) in [0, 1].
  public func patches(_ images: Tensor, actions: Tensor) throws -> Tensor {
    try patches(images, locations: PatchPlaces.all(in: actions))
  }

  /// The patches at `locations`, one for each of the images (B×3×S×S): B×3×P×P. Of clips, (B·F)×3×S×S, one of every frame
  /// that patches are cut from, at the same place or at its own.
  public func patches(_ images: Tensor, locations: [PatchPlaces]) throws -> Tensor {
    let (size, side) = (images.shape[2], configuration.patchSize)
    let corners = locations.map { $0.corners(imageSize: size, patchSize: side) }
    return try seen(images, .patch).cropped(
      corners.spread(configuration.frames(.patch)), height: side, width: side)
  }
}
