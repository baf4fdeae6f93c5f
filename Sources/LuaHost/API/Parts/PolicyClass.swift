import GlanceFocus
import NeuralNet
import Support
import Tensor

extension PolicyPart {
  /// Training's deviation in the digits that it is written with: 0.1, not 0.10000000149.
  static let usualDeviation = Double("\(PatchProposal.actionDeviation)") ?? 0.1

  /// The option `deviation`.
  static let deviation = ArgumentKey<Float>(
    "deviation", default: usualDeviation,
    "standard deviation of the places around their means, as a share of the image; gfnet.train's is the default",
    in: 1e-4...10)
}

/// The class `model_policy`.
enum PolicyClass {
  private static let model = PartClasses.model
  private static let memory = PartClasses.memory
  private static let map = ArgumentKey<Tensor>("map", "the last feature maps, n × C × h × w")

  static let entry = LuaClass<PolicyPart>(
    "model_policy", "The patch proposal network: local places, values, memory = model.policy(map).",
    discussion: "part(map, memory) is part:propose(map, memory). \(PartClasses.parameters)",
    properties: PartClasses.properties() + [
      .init("deviation", "number", "of the actions around their mean while gfnet.train trains it") { _, _ in
        PolicyPart.usualDeviation
      }
    ],
    methods: [propose, logProbability, reset],
    describe: { "policy of \($0.model.name): \($0.module.parameterCount) parameters" }, calls: "propose"
  ).entry

  private static var propose: LuaMethod<PolicyPart> {
    LuaMethod<PolicyPart>(
      "propose", "Where to look next, and how well things stand.", [map, memory],
      returns:
        "tensor: places, n × (row, column) in 0…1; the critic's values, n; memory for the next proposal",
      example: """
        \(model)  local seen = model:glance(gfnet.tensor.zeros(2, 3, 128, 128))  \
        local places, values, memory = model.policy:propose(seen.map)
        """,
      discussion: "The maps enter without their history: the policy does not train the encoders."
    ) { part, call in
      let (model, place) = (part.model, "policy:propose")
      let map = try call[map]
      let forms = model.network.policy.mapForms
      guard map.rank == 4, map.shape[0] > 0, forms.contains(where: { $0.fits(map) }) else {
        let known = forms.map { "n×\($0.channels)×\($0.side)×\($0.side)" }.joined(separator: " or ")
        throw LuaError("\(place): map must be \(known), got \(map.shape)")
      }
      let memory = try call[memory]
      try PartClasses.checked(memory, model, count: map.shape[0], place)
      let mode = memory?.mode ?? PartMode(standard: model, call.context)
      let output = try naming(place) {
        try model.parts(.patch, mode, place).propose(map, state: memory?.policy)
      }
      let next = MemoryHandle(
        model, step: memory?.step ?? 0, count: map.shape[0], map: map, classifier: memory?.classifier,
        policy: output.state, mode: mode)
      return LuaResults(output.mean, output.value, Pushed(next))
    }
  }

  // MARK: Actions

  private static let places = ArgumentKey<Tensor>.operand("places", "n × (row, column), as they were drawn")
  private static let means = ArgumentKey<Tensor>("means", "n × 2, what they were drawn around")

  private static var logProbability: LuaMethod<PolicyPart> {
    LuaMethod<PolicyPart>(
      "log_prob", "The logarithms of the densities that places have where they are drawn around means.",
      [places, means, .options([PolicyPart.deviation])], returns: "tensor: n",
      example: """
        \(model)  local seen = model:glance(gfnet.tensor.zeros(2, 3, 128, 128))  \
        local places, _, means = model:propose(seen.memory, {rng = gfnet.random.counter("places")})  \
        local log = model.policy:log_prob(places, means)
        """,
      discussion: """
        Normal in both coordinates; that places are clipped to 0…1 is left out, as gfnet.train does. Gradients flow to the \
        means: the ratio of two policies is (new - old):exp().
        """
    ) { _, call in
      let (places, means) = (try call[places], try call[means])
      guard places.shape == means.shape, means.rank == 2, means.shape[1] == 2 else {
        throw LuaError(
          "policy:log_prob: places and means must both be n×2, got \(places.shape) and \(means.shape)")
      }
      return try PPO.logProbability(of: places, mean: means, deviation: call[PolicyPart.deviation])
    }
  }

  // MARK: Starting afresh

  private static let seed = ArgumentKey<UInt64>.seed(of: "the weights")

  private static var reset: LuaMethod<PolicyPart> {
    LuaMethod<PolicyPart>(
      "reset", "Draws all weights of the policy anew, as gfnet.train does at the start of stage 2.",
      [.options([seed])], example: "\(model)  model.policy:reset{seed = 1}"
    ) { part, call in
      try part.model.requireIdle("policy:reset")
      try GradientFunctions.requireNoRecording(
        "policy:reset", "parameters must stay as they are until it ends")
      try part.model.network.policy.initialize(seed: call[seed], name: part.prefix + ".")
    }
  }
}
