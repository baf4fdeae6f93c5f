import GlanceFocus
import Inference
import NeuralNet
import Support
import Tensor

/// How the parts of a model are evaluated from a glance on: what its memory hands to the steps that follow.
struct PartMode {
  /// Of plans.
  let precision: Precision
  /// False evaluates every part op by op, as training does.
  let compiled: Bool
  /// How encoders that learn are evaluated; its random numbers go on from part to part.
  let pass: Pass

  private static let compiledKey = ArgumentKey<Bool>(
    "compiled", default: true,
    "false: evaluates op by op, to the last bit as training does, and all later steps as well")
  private static let numbers = RandomNumbers.key(
    "the random numbers of dropout where an encoder learns; default: of the run's seed, new ones at each glance"
  )

  /// The options that begin an episode.
  static let rows: [any ArgumentRow] = [compiledKey, RunOptions.precision, numbers]

  /// Reads the options of a call that begins an episode.
  init(_ call: LuaCall, _ model: ModelHandle) throws {
    precision = try call[RunOptions.precision] ?? call.context.options.precision
    compiled = try call[Self.compiledKey]
    let given = try call[Self.numbers]?.take()
    pass = Pass(training: true, random: given ?? model.nextPassNumbers(seed: call.context.options.seed))
  }

  /// What applies where nothing was said.
  init(standard model: ModelHandle, _ context: HostContext) {
    precision = context.options.precision
    compiled = true
    pass = Pass(training: true, random: model.nextPassNumbers(seed: context.options.seed))
  }
}

extension ModelHandle {
  /// Whether a part is evaluated op by op now: while gradients are recorded, while it learns, and on request.
  func evaluatesOps(_ look: Look, _ mode: PartMode) -> Bool {
    GradientTape.current != nil || learning.contains(look) || !mode.compiled
  }

  /// What evaluates the parts of a step.
  ///
  /// - Parameters:
  ///   - look: whose encoder is meant.
  ///   - place: the function, for messages.
  func parts(_ look: Look, _ mode: PartMode, _ place: String) throws -> any StepParts {
    guard evaluatesOps(look, mode) else { return try engine(mode.precision) }
    guard learning.contains(look) else { return network.parts(.evaluation) }
    // Its running statistics change.
    try requireIdle(place)
    return network.parts(mode.pass)
  }

  /// Images as the encoder of a step takes them: B×3×side×side, normalised; of clips the frames that it sees, (B·f)×3×side×side.
  func encoderInput(_ images: NetworkImages, _ look: Look, _ mode: PartMode, side: Int) throws -> Tensor {
    guard evaluatesOps(look, mode) else {
      return try images.glances(
        for: configuration, side: side, frames: look == .glance ? configuration.framePlaces(.glance) : nil)
    }
    let normalized = try images.normalized(for: configuration)
    return look == .glance && side == configuration.side(.glance)
      ? try network.glanceImages(normalized) : normalized
  }
}

/// Runs `body` with errors of the network named after the function that the script called.
func naming<Result>(_ place: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as ModelError {
    throw LuaError("\(place): \(error)")
  }
}
