import Inference

/// The options of calls that run a network on images: of `model:infer`, `model:stream` and `model:trace`.
enum RunOptions {
  static let sampler = ArgumentKey<LuaValue>(
    .optional("sampler", DefinitionUse.samplerType, DefinitionUse.samplerHelp + "; default: learned")
      .naming { $0.definitions.names(.samplers) })
  static let steps = ArgumentKey<Int?>("steps", "the most steps; default: the model's", in: 1...64)
  static let batch = ArgumentKey<Int>("batch", default: 64, "images that are run together", in: 1...4096)
  static let seed = ArgumentKey<UInt64>.seed(of: "samplers that draw")
  static let precision = ArgumentKey<Precision>("precision", "of the network; default: the run's").optional

  // MARK: Live runs

  static let exit = ArgumentKey<LuaValue>(
    .optional("exit", DefinitionUse.ruleType, DefinitionUse.ruleHelp + "; default: every step is taken")
      .naming { $0.definitions.names(.exits) })
  static let deadline = ArgumentKey<Double?>(
    "deadline", "seconds in which each image is to be answered", in: 1e-6...1e6)

  /// The rows of live runs: of `model:infer` and `model:stream`.
  static let live: [any ArgumentRow] = [exit, sampler, steps, batch, seed, precision, deadline]

  /// The rows of every run.
  /// - Parameter summary: the help of `steps`, which a run that is not live words in its own way.
  static func rows(steps summary: String) -> [any ArgumentRow] {
    var stepsRow = steps.parameter
    stepsRow.summary = summary
    return [sampler, stepsRow, batch, seed, precision]
  }
}
