import GlanceFocus
import Inference

/// How a call runs a network on images, from its options: for `model:infer`, `model:stream` and
/// `model:trace`.
struct RunSetup {
  let sampler: DefinitionUse.NamedSampler
  /// The most steps.
  let steps: Int
  /// Images that are run together.
  let batchSize: Int
  let seed: UInt64
  let precision: Precision
  let engine: StepEngine

  /// - Parameter place: the function, for messages.
  init(_ model: ModelHandle, _ call: LuaCall, _ place: String) throws {
    sampler = try DefinitionUse.sampler(call.value("sampler"), in: call.state, "\(place): sampler")
    steps = try call.optionalInteger("steps") ?? model.configuration.steps
    batchSize = try call.integer("batch")
    seed = try Seeds.of(call)
    precision =
      try call.optionalString("precision").flatMap(Precision.init(rawValue:))
      ?? call.context.options.precision
    engine = try model.engine(precision)
  }

  /// What every run of a network on images takes, that of `model:trace` too.
  static func options(steps help: String) -> [Parameter] {
    [
      .optional("sampler", DefinitionUse.samplerType, DefinitionUse.samplerHelp + "; default: learned"),
      .optional("steps", .integer, help, in: 1...64),
      Parameter("batch", .integer, default: 64, "images that are run together", in: 1...4096),
      .optional("seed", .integer, "of samplers that draw; default: the run's"),
      .optional(
        "precision", .choice(Precision.allCases.map(\.rawValue)), "of the network; default: the run's"),
    ]
  }

  /// What live runs take: those of `model:infer` and `model:stream`.
  static var liveOptions: [Parameter] {
    [
      .optional("exit", DefinitionUse.ruleType, DefinitionUse.ruleHelp + "; default: every step is taken")
    ] + options(steps: "the most steps; default: the model's") + [
      .optional("deadline", .number, "seconds in which each image is to be answered", in: 1e-6...1e6)
    ]
  }

  /// What runs the images.
  func runner(_ model: ModelHandle, asking check: AnswerCheck) throws -> AdaptiveRunner {
    try AdaptiveRunner(
      model.network, sampler: sampler.sampler, steps: steps, batchSize: batchSize, seed: seed, engine: engine,
      probe: check.probe)
  }

  /// What a live run needs: what runs the images, the rule by which they leave, and who asks both again
  /// afterwards.
  static func live(
    _ model: ModelHandle, _ call: LuaCall, _ place: String
  ) throws -> (AdaptiveRunner, any ExitRule, AnswerCheck) {
    let setup = try RunSetup(model, call, place)
    let exit = try call.value("exit")
    let rule: any ExitRule =
      exit.isNil
      ? LengthExit(steps: setup.steps)
      : try DefinitionUse.rule(exit, for: model.target(steps: setup.steps), in: call.state, "\(place): exit")
    let check = AnswerCheck(rule, setup.sampler.sampler, call.context)
    return (try setup.runner(model, asking: check), rule, check)
  }
}

/// The seed of a call.
enum Seeds {
  /// The option `seed`, or the run's.
  static func of(_ call: LuaCall) throws -> UInt64 {
    try call.optionalInteger("seed").map { UInt64(bitPattern: Int64($0)) } ?? call.context.options.seed
  }
}
