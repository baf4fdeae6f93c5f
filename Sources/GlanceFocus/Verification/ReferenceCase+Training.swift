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
    let recorded: Training = try Self.decode(trainingFile)
    let exact: Exact? = exactFile.exists ? try Self.decode(exactFile) : nil
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
    let floor = Self.floor(recorded.gradients)
    if let exact {
      var fromExact = GradientErrors()
      for (name, gradient) in own.gradients {
        fromExact.add(name, gradient, exact[name] ?? [], floor: floor)
      }
      results += fromExact.results("float64 gradient")
    }
    var worst = GradientErrors()
    for (name, gradient) in own.gradients {
      worst.add(
        name, gradient, recorded.gradients[name] ?? [], floor: floor, noise: noise[name] ?? [],
        exact: exact?[name] ?? [])
    }
    results += worst.results("gradient")
    let missing = recorded.gradients.keys.count { own.gradients[$0] == nil }
    results.append(
      ReferenceResult(quantity: "gradients that are missing", error: Double(missing), tolerance: 0))
    var statistics = 0.0
    let state = Dictionary(uniqueKeysWithValues: own.model.state.map { ($0.name, $0.entry.value) })
    for (name, norm) in recorded.batch_norm_running_norms {
      guard let own = try state[name].map({ Self.norm(try $0.values()) }) else {
        statistics = .infinity
        continue
      }
      statistics = max(statistics, abs(own - norm) / max(norm, 1e-30))
    }
    results.append(ReferenceResult(quantity: "running statistics", error: statistics, tolerance: 1e-2))
    return results
  }

  /// Norm and first three elements of each gradient, as recordings hold them.
  private typealias GradientSummaries = [String: [Double]]

  /// - Parameter noise: where given, every weight is moved by one unit in the last place, by this stream of signs.
  private func trainingStep(_ recorded: Training, _ images: Tensor, noise: String? = nil) throws -> (
    model: GFNet, loss: Double, gradients: GradientSummaries
  ) {
    let model = try model(bicubic: true)
    if let noise {
      for (name, parameter) in model.parameters {
        let weights = parameter.value
        try weights.assign(Tensor(weights.shape, Self.moved(weights.values(), noise + "." + name)))
      }
    }
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
        summaries[name] = Self.summary(gradient)
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
    var noise = gradients.mapValues { $0.map { _ in 0.0 } }
    for repeated in 1...3 {
      let stream = "noise.\(repeated)"
      let step = try trainingStep(
        recorded, Tensor(images.shape, Self.moved(pixels, stream)), noise: stream)
      for (name, gradient) in step.gradients {
        guard let first = gradients[name], let known = noise[name] else { continue }
        noise[name] = zip(known, zip(gradient, first)).map { max($0, abs($1.0 - $1.1)) }
      }
    }
    return noise
  }

  /// Each number moved up or down by one unit in the last place.
  private static func moved(_ values: [Float], _ stream: String) -> [Float] {
    let signs = FormulaSequence(stream)
    return values.enumerated().map { signs.u($0) < 0 ? $1.nextDown : $1.nextUp }
  }

  private func checkUpdate(_ recorded: Training.Update) throws -> [ReferenceResult] {
    let model = try model()
    model.setTrainable(false)
    model.policy.setTrainable(true)
    let side = try model.configuration.mapSize()
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
    let floor = Self.floor(recorded.gradients)
    for (name, parameter) in model.policy.parameters {
      guard let expected = recorded.gradients[name], let gradient = gradients[parameter] else {
        worst.add(name, [], [], floor: floor)
        continue
      }
      worst.add(name, Self.summary(try gradient.values()), expected, floor: floor)
    }
    func error(_ own: [Tensor], _ recorded: [[Float]]) throws -> Double {
      Self.relative(try own.flatMap { try $0.values() }, recorded.flatMap { $0 })
    }
    return [
      ReferenceResult(
        quantity: "PPO log-probabilities", error: try error(own.logProbabilities, recorded.log_probabilities),
        tolerance: 1e-3),
      ReferenceResult(quantity: "PPO values", error: try error(own.values, recorded.values), tolerance: 1e-3),
      ReferenceResult(
        quantity: "PPO returns",
        error: Self.relative(returns.flatMap { $0 }, recorded.returns.flatMap { $0 }),
        tolerance: 1e-3),
      ReferenceResult(
        quantity: "PPO loss", error: abs(Double(try loss.item()) - recorded.loss) / abs(recorded.loss),
        tolerance: 1e-3),
    ] + worst.results("PPO gradient")
  }

  /// Gradients that vanish in exact arithmetic (a bias before a batch norm) hold rounding noise alone; norms are
  /// compared relative to at least this.
  private static func floor(_ gradients: [String: [Double]]) -> Double {
    1e-5 * (gradients.values.compactMap(\.first).max() ?? 0)
  }

  /// The errors of gradients, relative to their norms.
  private struct GradientErrors {
    private var norm = LargestError(tolerance: 1e-2)
    private var elements = LargestError(tolerance: 2e-2)

    /// Takes note of a gradient's error; all lists hold the norm and the first elements. Three times the
    /// noise is granted where it is beyond the tolerance, and the distance of what is expected from what is
    /// exact on top of the tolerance.
    mutating func add(
      _ name: String, _ own: [Double], _ expected: [Double], floor: Double, noise: [Double] = [],
      exact: [Double] = []
    ) {
      guard let recorded = expected.first, own.count == expected.count else {
        norm.add(name, .infinity, granted: 0)
        return
      }
      let scale = max(recorded, floor)
      var worst = (error: 0.0, granted: 0.0)
      for (index, (value, target)) in zip(own, expected).enumerated() {
        let error = abs(value - target) / scale
        var granted = index < noise.count ? 3 * noise[index] / scale : 0
        if index < exact.count {
          let tolerance = index == 0 ? norm.tolerance : elements.tolerance
          granted = max(granted, tolerance + abs(target - exact[index]) / scale)
        }
        if index == 0 {
          norm.add(name, error, granted: granted)
        } else if index == 1 || error - granted > worst.error - worst.granted {
          worst = (error, granted)
        }
      }
      if own.count > 1 { elements.add(name, worst.error, granted: worst.granted) }
    }

    func results(_ what: String) -> [ReferenceResult] {
      [norm.result(what + " norms"), elements.result(what + "s' first elements")]
    }
  }

  /// The largest of some errors, each with what rounding grants it beyond the tolerance of all.
  private struct LargestError {
    let tolerance: Double
    private var count = 0
    private var beyond = 0
    private var largest = (name: "", error: 0.0, granted: 0.0)
    private var failed = (name: "", error: 0.0, granted: 0.0)

    init(tolerance: Double) { self.tolerance = tolerance }

    mutating func add(_ name: String, _ error: Double, granted: Double) {
      let error = error.isFinite ? error : .infinity
      let granted = max(granted, tolerance)
      count += 1
      if error > tolerance { beyond += 1 }
      if error > largest.error { largest = (name, error, granted) }
      if !(error <= granted), error > failed.error { failed = (name, error, granted) }
    }

    /// The failure if there is one, else the largest error.
    func result(_ quantity: String) -> ReferenceResult {
      let shown = failed.error > 0 ? failed : largest
      return ReferenceResult(
        quantity: quantity, error: shown.error, tolerance: tolerance, granted: max(shown.granted, tolerance),
        arrays: .init(count: count, beyond: beyond, largest: shown.name))
    }
  }

  private static func summary(_ values: [Float]) -> [Double] {
    [norm(values)] + values.prefix(3).map(Double.init)
  }

  private static func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
