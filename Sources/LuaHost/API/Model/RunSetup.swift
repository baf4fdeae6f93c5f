import GlanceFocus
import Inference

/// How a call runs a network on images, from its options: for `model:infer`, `model:stream` and
/// `model:trace`.
struct RunSetup {
  let sampler: DefinitionUse.NamedSampler
  /// The most steps of an image, the glance included.
  let steps: Int
  /// The number of images that are run together.
  let batchSize: Int
  let seed: UInt64
  let precision: Precision
  let engine: StepEngine

  /// - Parameters:
  ///   - place: the function, for messages.
  ///   - batch: images that are run together; nil where the call says so.
  init(_ model: ModelHandle, _ call: LuaCall, _ place: String, batch: Int? = nil) throws {
    sampler = try DefinitionUse.sampler(call[RunOptions.sampler], in: call.state, "\(place): sampler")
    steps = try call[RunOptions.steps] ?? model.configuration.steps
    batchSize = try batch ?? call[RunOptions.batch]
    seed = try call[RunOptions.seed]
    precision = try call[RunOptions.precision] ?? call.context.options.precision
    engine = try model.engine(precision)
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
    _ model: ModelHandle, _ call: LuaCall, _ place: String, batch: Int? = nil
  ) throws -> (AdaptiveRunner, any ExitRule, AnswerCheck) {
    let setup = try RunSetup(model, call, place, batch: batch)
    let exit = try call[RunOptions.exit]
    let rule: any ExitRule =
      exit.isNil
      ? LengthExit(steps: setup.steps)
      : try DefinitionUse.rule(exit, for: model.target(steps: setup.steps), in: call.state, "\(place): exit")
    let check = AnswerCheck(rule, setup.sampler.sampler, call.context)
    return (try setup.runner(model, asking: check), rule, check)
  }
}
