import GlanceFocus
import NeuralNet
import Support
import Tensor

/// The functions that a script can give `gfnet.train`.
enum TrainingFunctionOptions {
  static let loss = ArgumentKey<LuaFunction?>(
    "loss",
    "stages 1 and 3, differentiable 2: function(logits, labels, info): the loss, a tensor of one element; logits is a list by step"
  )
  static let advantage = ArgumentKey<LuaFunction?>(
    "advantage",
    "stage 2: function(rewards, values): advantages and returns, tensors of proposals × images as rewards and values are"
  )
  static let schedule = WordOrFunction<Schedule>(
    "schedule", default: .cosine,
    "how the rate goes over the stage, or function(progress): the factor of the rate")
  static let reward = WordOrFunction<Reward>(
    "reward", default: .increments,
    "stage 2: what a patch is worth, from the true class's probability p, or function(r): a number for each image"
  )

  static let discussion = """
    loss, reward, advantage and schedule can be functions. loss gets the logits after each step (tensors of batch × \
    classes), the labels (1-based) and info, with info.auxiliary, the logits of the encoders' own classifiers by step, and \
    info.progress, the share of the training that is done; it takes the place of the sum of cross-entropies, aux_weight and \
    label_smoothing. reward gets r with r.step, r.before and r.logits (logits before and after the patch), r.labels and \
    r.places (batch × 2, from 0 to 1). advantage gets rewards and the critic's values; without a second result the returns \
    are advantages + values. schedule gets the share that is done, from 0 to below 1. They are part of what a training is: \
    one whose functions are others is another training. Where a function captured more than numbers, strings, booleans, \
    tables of these and other functions, that cannot be told, so that nothing is kept to go on from, and a remark says so.
    """

  /// The functions of a call.
  ///
  /// - Throws: ``LuaError`` where one is for another stage, or for another way in which the policy learns.
  static func read(_ call: LuaCall, _ stage: TrainingOptions.Stage, _ method: TrainingOptions.Method) throws
    -> TrainingFunctions
  {
    var functions = TrainingFunctions()
    let byGradients = method == .differentiable
    var given: [(name: String, function: LuaFunction)] = []
    func take(_ name: String, _ function: LuaFunction?, _ stages: [TrainingOptions.Stage]) throws
      -> LuaFunction?
    {
      guard let function else { return nil }
      guard stages.contains(stage) else {
        let names = stages.map { "\($0.rawValue)" }.joined(separator: " and ")
        throw LuaError("gfnet.train: \(name) is for stage \(names), and this is stage \(stage.rawValue)")
      }
      guard !byGradients || name == "loss" || name == "schedule" else {
        throw LuaError(
          "gfnet.train: \(name) is for method = \"ppo\": by gradients the loss alone is descended")
      }
      given.append((name, function))
      return function
    }
    // What descends the loss in stage 2 can be given another one.
    let lossStages: [TrainingOptions.Stage] =
      byGradients ? [.encoders, .policy, .fineTune] : [.encoders, .fineTune]
    if let function = try take("loss", call[loss], lossStages) {
      functions.loss = { try Self.loss(function, $0) }
    }
    if let function = try take("reward", call[reward.function], [.policy]) {
      functions.reward = { try Self.reward(function, $0) }
    }
    if let function = try take("advantage", call[advantage], [.policy]) {
      functions.advantage = { try Self.estimate(function, $0, $1) }
    }
    if let function = try take("schedule", call[schedule.function], [.encoders, .policy, .fineTune]) {
      functions.schedule = { progress in
        let value = try function.call(progress).first ?? .nil
        guard let factor = value.asNumber, factor.isFinite, factor >= 0 else {
          throw fault(function, "schedule", "a number from 0 on", value)
        }
        return factor
      }
    }
    do {
      functions.identity = try given.map { "\($0.name)=\(try FunctionIdentity($0.function).text)" }.joined(
        separator: ";")
    } catch let unknown as FunctionIdentity.Unknown {
      call.context.note(
        "gfnet.train: this training cannot be gone on with later, and keeps no checkpoint: one of its functions "
          + unknown.reason)
    }
    return functions
  }

  /// What a function returned instead of what was expected.
  private static func fault(
    _ function: LuaFunction, _ name: String, _ expected: String, _ value: LuaValue
  ) -> LuaError {
    let place = function.place.map { " (\($0))" } ?? ""
    return LuaError("gfnet.train: \(name)\(place) must return \(expected), got \(value.described)")
  }

  // MARK: Calls

  private static func labels(_ labels: [Int]) throws -> Tensor {
    try Tensor([labels.count], whole: labels.map { $0 + 1 })
  }

  private static func loss(_ function: LuaFunction, _ answers: TrainingFunctions.Answers) throws -> Tensor {
    let info = LuaFields(["auxiliary": answers.auxiliary, "progress": answers.progress])
    let value = try function.call(answers.logits, labels(answers.labels), info).first ?? .nil
    guard case .object(let object) = value, let loss = object.value(as: Tensor.self) else {
      throw fault(function, "loss", "a tensor of one element", value)
    }
    guard loss.count == 1 else {
      throw LuaError("gfnet.train: loss must return a tensor of one element, got shape \(loss.shape)")
    }
    guard loss.isWatched else {
      throw LuaError(
        "gfnet.train: the result of loss does not depend on the logits: nothing would be learned from it")
    }
    return try loss.reshaped([])
  }

  private static func reward(_ function: LuaFunction, _ choice: TrainingFunctions.Choice) throws -> [Float] {
    let fields = LuaFields([
      "step": choice.step, "before": choice.before, "logits": choice.logits,
      "labels": try labels(choice.labels),
      "places": choice.actions,
    ])
    let value = try function.call(fields).first ?? .nil
    guard let numbers = try BatchAnswer.numbers(value, on: function.liveStack()),
      numbers.count == choice.labels.count
    else { throw fault(function, "reward", "\(choice.labels.count) numbers, one for each image", value) }
    return numbers
  }

  private static func estimate(
    _ function: LuaFunction, _ rewards: [[Float]], _ values: [[Float]]
  ) throws -> TrainingFunctions.Estimate {
    let shape = Shape([rewards.count, rewards.first?.count ?? 0])
    let (given, critic) = (
      try Tensor(shape, Array(rewards.joined())), try Tensor(shape, Array(values.joined()))
    )
    let results = try function.call(given, critic)
    func tensor(_ value: LuaValue, _ what: String) throws -> Tensor {
      guard case .object(let object) = value, let tensor = object.value(as: Tensor.self),
        tensor.shape == shape
      else {
        throw fault(function, "advantage", "\(what), a tensor of \(shape)", value)
      }
      return tensor
    }
    let advantages = try tensor(results.first ?? .nil, "advantages")
    let returns =
      try results.count > 1 && !results[1].isNil ? tensor(results[1], "returns") : advantages + critic
    func lists(_ tensor: Tensor) throws -> [[Float]] {
      let numbers = try tensor.values()
      return (0..<shape[0]).map { Array(numbers[$0 * shape[1]..<($0 + 1) * shape[1]]) }
    }
    return .init(advantages: try lists(advantages), returns: try lists(returns))
  }
}

/// An option that is one of a few words, or a function.
struct WordOrFunction<Word>: Sendable
where Word: RawRepresentable & CaseIterable & Sendable & SendableMetatype, Word.RawValue == String {
  /// The word, or the default where a function was given.
  let word: ArgumentKey<Word>
  /// The function, where one was given.
  let function: ArgumentKey<LuaFunction?>

  init(_ name: String, default value: Word, _ summary: String) {
    let words = Word.allCases.map(\.rawValue)
    let row = FunctionParameter(
      name, .either([.choice(words), .function]), default: .string(value.rawValue), summary)
    word = ArgumentKey<Word>(row) { call, name in
      try call.value(name).asString.flatMap { Word(rawValue: $0) } ?? value
    }
    function = ArgumentKey<LuaFunction?>(row) { call, name in try call.value(name).asFunction }
  }
}
