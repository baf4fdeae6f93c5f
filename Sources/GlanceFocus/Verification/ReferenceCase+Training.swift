import Foundation
import NeuralNet
import Support
import Tensor

extension ReferenceCase {
  private struct Training: Decodable {
    struct Update: Decodable {
      let batch: Int
      let steps: Int
      let log_probabilities: [[Float]]
      let values: [[Float]]
      let returns: [[Float]]
      let loss: Double
      let gradients: [String: [Double]]
    }
    let labels: [Int]
    let aux_weight: Float
    let global_encoder_trained: Bool
    let steps: Int
    let cross_entropy: [Double]
    let loss: Double
    let gradients: [String: [Double]]
    let batch_norm_running_norms: [String: Double]
    let ppo: Update
  }

  /// The same step's loss and gradients, computed in float64.
  private struct Exact: Decodable {
    let gradients: GradientSummaries
  }

  private var trainingFile: FilePath { folder / (name + ".training.json") }
  private var exactFile: FilePath { folder / (name + ".training.float64.json") }

  /// True when a training step was recorded for this case.
  public var hasTraining: Bool { trainingFile.exists }

  /// One training step and one policy update, compared with the recording.
  ///
  /// Losses: relative, 1e-3. Norms of gradients and of running statistics: relative, 1e-2. A gradient's first three
  /// elements: relative to its norm, 2e-2. Where rounding alone moves a gradient by more than a third of that, three
  /// times its measured noise is granted; the result says how much, and how many gradients need it.
  ///
  /// A recording in float32 is itself off by what rounding did to it. Where the case also holds the gradients in float64,
  /// nothing is granted against these, and against the recording its own distance from them.
  public func checkTraining() throws -> [ReferenceResult] {
    let recorded: Training = try RecordedCases.decode(trainingFile)
    let exact: Exact? = exactFile.exists ? try RecordedCases.decode(exactFile) : nil
    return try checkStep(recorded, exact?.gradients) + checkUpdate(recorded.ppo)
  }

  private func checkStep(_ recorded: Training, _ exact: GradientSummaries?) throws -> [ReferenceResult] {
    let images = try images()
    let own = try trainingStep(recorded, images)
    var results = [
      ReferenceResult(
        quantity: "loss", error: abs(own.loss - recorded.loss) / recorded.loss, tolerance: 1e-3)
    ]
    let noise = exact == nil ? try gradientNoise(recorded, images, own.gradients) : [:]
    results += GradientErrors.compare(own.gradients, recorded.gradients, exact: exact, noise: noise)
    let state = Dictionary(uniqueKeysWithValues: own.model.state.map { ($0.name, $0.entry.value) })
    results.append(try GradientErrors.statistics(state, recorded.batch_norm_running_norms))
    return results
  }

  /// - Parameter noise: where given, every weight is moved by one unit in the last place, by this stream of signs.
  private func trainingStep(_ recorded: Training, _ images: Tensor, noise: String? = nil) throws -> (
    model: GFNet, loss: Double, gradients: GradientSummaries
  ) {
    let model = try model(bicubic: true)
    if let noise { try GradientNoise.moveWeights(of: model, noise) }
    model.setTrainable(true)
    model.policy.setTrainable(false)
    if !recorded.global_encoder_trained { model.globalEncoder.setTrainable(false) }
    let draws = FormulaSequence("train.actions")
    let tape = GradientTape()
    let pass = Pass(training: true, random: CounterRandom(seed: 0, stream: "reference"), dropsOut: false)
    let loss: Tensor = try tape.record {
      try Rollout.loss(
        model, images, labels: recorded.labels, steps: recorded.steps, pass: pass,
        globalPass: recorded.global_encoder_trained ? pass : .evaluation, auxiliaryWeight: recorded.aux_weight
      ) { step, _ in
        try Tensor([2, 2], (0..<4).map { (draws.u((step - 2) * 4 + $0) + 1) / 2 })
      }
    }
    let gradients = try tape.backward(from: loss)
    var summaries: GradientSummaries = [:]
    for (name, parameter) in model.parameters {
      if let gradient = try gradients[parameter]?.values() {
        summaries[name] = GradientErrors.summary(gradient)
      }
    }
    return (model, Double(try loss.item()), summaries)
  }

  /// How far rounding moves the gradients: the largest changes when each pixel and each weight moves by one unit in the
  /// last place, which is what rounding does in every layer.
  ///
  /// Batch norms over a few pixels of two images amplify it.
  private func gradientNoise(_ recorded: Training, _ images: Tensor, _ gradients: GradientSummaries) throws
    -> GradientSummaries
  {
    let pixels = try images.values()
    return try GradientNoise.measured(gradients) { stream in
      try trainingStep(
        recorded, Tensor(images.shape, GradientNoise.moved(pixels, stream)), noise: stream
      ).gradients
    }
  }

  private func checkUpdate(_ recorded: Training.Update) throws -> [ReferenceResult] {
    let model = try model()
    model.setTrainable(false)
    model.policy.setTrainable(true)
    let side = try model.configuration.mapSize(.glance)
    let channels = model.globalEncoder.mapChannels
    let (steps, batch) = (recorded.steps, recorded.batch)
    let states = FormulaSequence("ppo.states")
    let actions = FormulaSequence("ppo.actions")
    let rewards = FormulaSequence("ppo.rewards")
    let noise = FormulaSequence("ppo.noise")
    var episodes = PPO.Episodes()
    let mapCount = batch * channels * side * side
    for step in 0..<steps {
      episodes.maps.append(
        try Tensor(
          [batch, channels, side, side], (0..<mapCount).map { max(0, states.u(step * mapCount + $0)) }))
      episodes.actions.append(
        try Tensor([batch, 2], (0..<batch * 2).map { (actions.u(step * batch * 2 + $0) + 1) / 2 }))
      episodes.rewards.append((0..<batch).map { 0.1 * rewards.u(step * batch + $0) })
    }
    let own = try PPO.judge(model.policy, episodes)
    for step in 0..<steps {
      let shift = try Tensor([batch], (0..<batch).map { 0.5 * noise.u(step * batch + $0) })
      episodes.logProbabilities.append(try own.logProbabilities[step] + shift)
    }
    let ppo = PPO()
    let returns = ppo.returns(episodes.rewards)
    let tape = GradientTape()
    let loss: Tensor = try tape.record {
      try ppo.loss(PPO.judge(model.policy, episodes), episodes, returns: returns)
    }
    let gradients = try tape.backward(from: loss)
    var worst = GradientErrors()
    let floor = GradientErrors.floor(recorded.gradients)
    for (name, parameter) in model.policy.parameters {
      guard let expected = recorded.gradients[name], let gradient = gradients[parameter] else {
        worst.add(name, [], [], floor: floor)
        continue
      }
      worst.add(name, GradientErrors.summary(try gradient.values()), expected, floor: floor)
    }
    func error(_ own: [Tensor], _ recorded: [[Float]]) throws -> Double {
      RecordedCases.relative(try own.flatMap { try $0.values() }, recorded.flatMap { $0 })
    }
    return [
      ReferenceResult(
        quantity: "PPO log-probabilities", error: try error(own.logProbabilities, recorded.log_probabilities),
        tolerance: 1e-3),
      ReferenceResult(quantity: "PPO values", error: try error(own.values, recorded.values), tolerance: 1e-3),
      ReferenceResult(
        quantity: "PPO returns",
        error: RecordedCases.relative(returns.flatMap { $0 }, recorded.returns.flatMap { $0 }),
        tolerance: 1e-3),
      ReferenceResult(
        quantity: "PPO loss", error: abs(Double(try loss.item()) - recorded.loss) / abs(recorded.loss),
        tolerance: 1e-3),
    ] + worst.results("PPO gradient")
  }
}
