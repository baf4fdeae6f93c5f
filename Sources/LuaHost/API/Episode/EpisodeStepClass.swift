import GlanceFocus
import Tensor

/// A step of an episode in Lua: what is known of its images, and what is to become of them.
final class EpisodeStepHandle: HoldsMemory {
  let step: EpisodeStep
  var heldBytes: Int { 0 }

  init(_ step: EpisodeStep) { self.step = step }

  /// The rows that a script named; all where it said nothing or true, none where it said false.
  func rows(_ value: LuaValue, _ call: LuaCall, _ place: String) throws -> [Int] {
    switch value {
    case .nil, .boolean(true): return Array(0..<step.count)
    case .boolean(false): return []
    default: return try RowSelection.read(value, count: step.count, on: call.stack, place)
    }
  }
}

extension EpisodeStepHandle: StepReading {
  func batch() throws -> StepBatch { try step.batch() }
  func shownStep() -> Int { step.step }
  // Scripts may write to what they get; the network goes on from its own.
  func maps() throws -> Tensor { try step.maps().clone() }
  func glances() throws -> Tensor { try step.glances() }

  func locations() throws -> [[PatchPlaces]] {
    let batch = try step.batch()
    return (0..<batch.count).map { batch[$0].locations }
  }
}

/// The class `episode_step`.
enum EpisodeStepClass {
  private static let some = ArgumentKey<LuaValue>(
    .optional(
      "rows", .either([.boolean, .object("tensor"), .table]), RowSelection.help + "; default: all of them"))
  private static let mask = ArgumentKey<LuaValue>(
    FunctionParameter(
      "mask", .either([.boolean, .object("tensor"), .table]),
      "a truth value for each of the n images, or one for all"))
  private static let places = ArgumentKey<Tensor>.operand(
    "places", PlacesArgument.help)

  private static let sample = """
    local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
    for s in model:episode(gfnet.dataset("clutter-fashion", {limit = 4})) do
    """

  static let entry = LuaClass<EpisodeStepHandle>(
    "episode_step", "A step that images have just taken, and what is to become of them.",
    discussion: """
      The rows of all tensors are the n images that took the step, numbered by s.image. What the script decides replaces \
      what rule and sampler would say; about all else they are asked when the loop goes on. A step can be read until then: \
      keep its values, not the step.
      """,
    properties: StepProperties.all(step: "the step just taken") + properties,
    methods: [leave, stay, decide, look],
    describe: { it in
      guard it.step.isOpen else { return "step \(it.step.step) (over)" }
      return "step \(it.step.step) of \(it.step.count) image\(it.step.count == 1 ? "" : "s")"
    },
    count: { $0.step.count }
  ).entry

  private static var properties: [LuaProperty<EpisodeStepHandle>] {
    [
      .init("logits", "tensor", "outputs of the classifier over the sequence, n × classes") { it, _ in
        let batch = try it.batch()
        return try Tensor(
          [batch.count, batch.classes], (0..<batch.count).flatMap { batch.withLogits($0) { Array($0) } })
      },
      .init("label", "tensor", "the true classes, from 1, n; nil where not known") { it, _ in
        try it.batch().labels.map { labels in try Tensor([labels.count], labels.map { Float($0 + 1) }) }
      },
      .init("last", "boolean", "true at the last step, after which all leave") { it, _ in try it.step.isLast
      },
      .init("leaving", "tensor", "who leaves as things stand, n × 0 or 1; asks the rule about the others") {
        it, _ in
        let leaves = try it.step.decisions()
        return try Tensor([leaves.count], leaves.map { $0 ? 1 : 0 })
      },
      .init(
        "places", "tensor",
        "where they look next as things stand, n × 2, or n × frames × 2 where clips have one for each frame; asks the sampler; nil at the last step"
      ) {
        it, _ -> Tensor? in
        guard try !it.step.isLast else { return nil }
        return try it.step.places().tensor()
      },
    ]
  }

  private static var leave: LuaMethod<EpisodeStepHandle> {
    LuaMethod<EpisodeStepHandle>(
      "leave", "Has images leave after this step; of the others the rule decides.", [some],
      example: "\(sample) s:leave(s.confidence:gt(0.9)) end"
    ) { it, call in
      try named("leave") { try it.step.decide(true, at: it.rows(call[some], call, call.place(some))) }
    }
  }

  private static var stay: LuaMethod<EpisodeStepHandle> {
    LuaMethod<EpisodeStepHandle>(
      "stay", "Has images take another step, whatever the rule says.", [some],
      example: "\(sample) if not s.last then s:stay{1} end end"
    ) { it, call in
      try named("stay") { try it.step.decide(false, at: it.rows(call[some], call, call.place(some))) }
    }
  }

  private static var decide: LuaMethod<EpisodeStepHandle> {
    LuaMethod<EpisodeStepHandle>(
      "decide", "Decides about every image: true leaves, false stays. At the last step all leave.", [mask],
      example: "\(sample) if not s.last then s:decide(s.margin:gt(0.5)) end end"
    ) { it, call in
      try named("decide") {
        let leaving = Set(try it.rows(call[mask], call, call.place(mask)))
        try it.step.decide(true, at: leaving.sorted())
        if try !it.step.isLast {
          try it.step.decide(false, at: (0..<it.step.count).filter { !leaving.contains($0) })
        }
      }
    }
  }

  private static var look: LuaMethod<EpisodeStepHandle> {
    LuaMethod<EpisodeStepHandle>(
      "look", "Says where images look next, instead of the sampler.", [places, some],
      example: "\(sample) if not s.last then s:look{0.5, 0.5} end end",
      discussion:
        "With rows, places has a row for each of them. Those who leave look no more, whatever was said."
    ) { it, call in
      try named("look") {
        let rows = try it.rows(call[some], call, call.place(some))
        let places = try PlacesArgument.read(
          call[places], count: rows.count, frames: it.step.batch().record.focusFrames, "episode_step:look")
        try it.step.look(places, at: rows)
      }
    }
  }

  private static func named<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as EpisodeError {
      throw LuaError("episode_step:\(name): \(error)")
    }
  }
}
