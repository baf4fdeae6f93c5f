import GlanceFocus
import NeuralNet
import Tensor

/// The classes of the parts of a model; a part that is called does what its first method does.
enum PartClasses {
  static let all = [encoder, classifier, PolicyClass.entry]

  static let model = """
    local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}
    """
  private static let features = ArgumentKey<Tensor>("features", "n × features")
  static let parameters = "gfnet.grad, optimisers and the like take the part for all its parameters."

  static func properties<Part: ModelPart>() -> [LuaProperty<Part>] {
    [
      .init("parameters", "integer", "number of trainable numbers") { part, _ in part.module.parameterCount },
      .init("names", "list of strings", "its parameters, as model:state() names them, in order") {
        part, stack in
        try part.namedParameters(stack.state.context).map(\.name)
      },
    ]
  }

  // MARK: Encoders

  private static let encoder = LuaClass<EncoderPart>(
    "model_encoder", "An encoder of a model: local features, map = model.global_encoder(images).",
    discussion: "part(images) is part:encode(images). \(parameters)",
    properties: properties() + [
      .init("feature_count", "integer", "length of the pooled features") { part, _ in part.featureCount },
      .init("training", "boolean", "true while it learns; see train()") { part, _ in
        part.model.learning.contains(part.look)
      },
    ],
    methods: [
      .init(
        "encode", "The pooled features of images and the last feature map.",
        [PartImages.key, .options(PartMode.rows)],
        returns: "tensor: features, n × features; map, n × C × h × w",
        example: "\(model)  model.global_encoder:encode(gfnet.tensor.zeros(2, 3, 48, 48))",
        discussion: "Images of any size that the backbone takes, not resized; the model normalises them."
      ) { part, call in
        let place = "\(part.name):encode"
        let images = try PartImages.read(
          call[PartImages.key], for: part.model, call, call.place(PartImages.key))
        let mode = try PartMode(call, part.model)
        guard images.height == images.width || part.model.evaluatesOps(part.look, mode) else {
          throw LuaError("\(place): images must be square, got \(images.height)×\(images.width)")
        }
        return try naming(place) {
          let parts = try part.model.parts(part.look, mode, place)
          let input =
            try part.model.evaluatesOps(part.look, mode)
            ? images.normalized(for: part.model.configuration)
            : images.glances(for: part.model.configuration, side: images.height)
          let encoding = try part.model.running { try parts.encode(input, part.look) }
          return LuaResults(encoding.features, encoding.map)
        }
      },
      .init(
        "classify", "The logits of the encoder's own classifier.", [features], returns: "tensor: n × classes",
        example:
          "\(model)  model.local_encoder:classify((model.local_encoder(gfnet.tensor.zeros(2, 3, 48, 48))))"
      ) { part, call in
        let place = "\(part.name):classify"
        let features = try checked(call[features], part.featureCount, place)
        return try naming(place) {
          try part.model.parts(part.look, PartMode(standard: part.model, call.context), place)
            .classify(features, part.look)
        }
      },
    ] + ModelParts.encoderMethods,
    describe: {
      "\($0.name) of \($0.model.name): \($0.model.configuration.backbone($0.look)), \($0.featureCount) features"
    },
    calls: "encode"
  ).entry

  private static func checked(_ features: Tensor, _ count: Int, _ place: String) throws -> Tensor {
    guard features.rank == 2, features.shape[1] == count, features.shape[0] > 0 else {
      throw LuaError("\(place): features must be n×\(count), got \(features.shape)")
    }
    return features
  }

  // MARK: The classifier over the sequence

  static let memory = ArgumentKey<MemoryHandle?>("memory", "of the step before; nil at the first")

  private static let classifier = LuaClass<ClassifierPart>(
    "model_classifier",
    "The classifier over the sequence: local logits, memory = model.sequence_classifier(features).",
    discussion: "part(features, memory) is part:step(features, memory). \(parameters)",
    properties: properties() + [
      .init("kind", "string", "recurrent, cascade, average or sum") { part, _ in
        part.model.configuration.classifier.rawValue
      }
    ],
    methods: [
      .init(
        "step", "Answers after a step from the encoder's features and from what earlier steps left.",
        [features, memory], returns: "tensor: logits, n × classes; memory for the next step",
        example: """
          \(model)  local features = model.global_encoder(gfnet.tensor.zeros(2, 3, 48, 48))  \
          local logits, memory = model.sequence_classifier:step(features)
          """
      ) { part, call in
        let (model, place) = (part.model, "sequence_classifier:step")
        let memory = try call[memory]
        let expected = model.network.encoder(memory?.classifier == nil ? .glance : .patch).featureCount
        let features = try checked(call[features], expected, place)
        try checked(memory, model, count: features.shape[0], place)
        let mode = memory?.mode ?? PartMode(standard: model, call.context)
        let look: Look = memory?.classifier == nil ? .glance : .patch
        let answer = try naming(place) {
          try model.parts(look, mode, place).answer(features, memory: memory?.classifier, look)
        }
        let next = MemoryHandle(
          model, step: (memory?.step ?? 0) + 1, count: features.shape[0], map: memory?.map,
          classifier: answer.memory, policy: memory?.policy, mode: mode)
        return LuaResults(answer.logits, Pushed(next))
      }
    ],
    describe: { "classifier of \($0.model.name): \($0.model.configuration.classifier.rawValue)" },
    calls: "step"
  ).entry

  static func checked(_ memory: MemoryHandle?, _ model: ModelHandle, count: Int, _ place: String)
    throws
  {
    guard let memory else { return }
    try memory.require(model, place)
    guard memory.count == count else {
      throw LuaError("\(place): \(count) rows for the memory of \(memory.count) images")
    }
  }
}
