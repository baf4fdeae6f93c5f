import Backbones
import NeuralNet
import Tensor

/// The class `encoder`.
enum EncoderClass {
  private static let images = ArgumentKey<Tensor>("images", "batch × 3 × height × width, normalised")

  static let entry = LuaClass<EncoderHandle>(
    "encoder", "An image encoder with its own classifier, as it was before it became part of a model.",
    discussion: """
      Its methods take images of batch × 3 × height × width, normalised as the encoder was trained: for ImageNet \
      (x − mean) / std with mean {0.485, 0.456, 0.406} and std {0.229, 0.224, 0.225}.
      """,
    properties: [
      .init("name", "string", "the name of its file", get: { it, _ in it.name }),
      .init("backbone", "string", "its name among gfnet.backbones.list()", get: { it, _ in it.backbone }),
      .init(
        "classes", "integer", "number of classes; 0 where the file holds no classifier",
        get: { it, _ in it.classes }),
      .init(
        "parameters", "integer", "number of trainable numbers", get: { it, _ in it.encoder.parameterCount }),
      .init(
        "feature_count", "integer", "length of the pooled features", get: { it, _ in it.encoder.featureCount }
      ),
    ],
    methods: [
      method("logits", "The classifier's outputs before the softmax.", "tensor of batch × classes") {
        it, images in
        guard it.classes > 0 else {
          throw LuaError(
            "encoder:logits: \(it.name) holds no classifier (saved without its head); its features and maps are there"
          )
        }
        return try it.encoder.naming("encoder") {
          try it.encoder.classify(it.encoder.encode(images, .evaluation).features, .evaluation)
        }
      },
      method("features", "The pooled features that the classifier reads.", "tensor of batch × feature_count")
      {
        it, images in try it.encoder.naming("encoder") { try it.encoder.encode(images, .evaluation).features }
      },
      method("map", "The last feature map.", "tensor of batch × channels × height × width") { it, images in
        try it.encoder.naming("encoder") { try it.encoder.encode(images, .evaluation).map }
      },
    ],
    describe: {
      "encoder \($0.name): \($0.backbone), \($0.classes == 0 ? "without a classifier" : "\($0.classes) classes")"
    }
  ).entry

  private static func method(
    _ name: String, _ summary: String, _ returns: String,
    _ compute: @escaping @Sendable (EncoderHandle, Tensor) throws -> Tensor
  ) -> LuaMethod<EncoderHandle> {
    LuaMethod<EncoderHandle>(
      name, summary, [images], returns: returns,
      example: "gfnet.encoder(\"encoder.safetensors\"):\(name)(gfnet.tensor.zeros(1, 3, 96, 96))"
    ) { it, call in
      let batch = try call[images]
      guard batch.rank == 4, batch.shape[1] == 3, batch.count > 0 else {
        throw LuaError("encoder:\(name): images must be batch × 3 × height × width, got \(batch.shape)")
      }
      return try compute(it, batch)
    }
  }
}
