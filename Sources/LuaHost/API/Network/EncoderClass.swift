import Backbones
import NeuralNet
import Tensor

/// The class `encoder`.
enum EncoderClass {
  private static let images = ArgumentKey<Tensor>(
    "images", "batch × 3 × height × width, or clips × frames × 3 × height × width, normalised")

  static let entry = LuaClass<EncoderHandle>(
    "encoder", "An encoder with its own classifier, as it was before it became part of a model.",
    discussion: """
      Its methods take images of batch × 3 × height × width, normalised as the encoder was trained: for ImageNet \
      (x − mean) / std with mean {0.485, 0.456, 0.406} and std {0.229, 0.224, 0.225}. Of clips, clips × frames × 3 × \
      height × width, every frame is encoded; an encoder of clips (frames is not nil) exchanges channels between the \
      frames of each. Without the axis of frames its images are clip by clip, frame by frame.
      """,
    properties: [
      .init("name", "string", "the name of its file", get: { it, _ in it.name }),
      .init(
        "frames", "integer or nil", "frames of its clips; nil where it encodes single images",
        get: { it, _ in it.encoder.clipFrames }),
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
      method(
        "logits", "The classifier's outputs before the softmax; of a clip their mean over its frames.",
        "tensor of batch × classes"
      ) { it, images in
        let logits = try logits(it, images, "logits")
        return images.rank == 5 ? try logits.mean([1]) : logits
      },
      method(
        "frame_logits", "The classifier's outputs before the softmax, for every frame of clips by itself.",
        "tensor of clips × frames × classes", of: "1, 8, 3, 96, 96"
      ) { it, images in
        guard images.rank == 5 else {
          throw LuaError(
            "encoder:frame_logits: needs clips × frames × 3 × height × width, got \(images.shape)")
        }
        return try logits(it, images, "frame_logits")
      },
      method(
        "features", "The pooled features that the classifier reads.",
        "tensor of batch × feature_count, or clips × frames × feature_count"
      ) { it, images in try encode(it, images).features },
      method(
        "map", "The last feature map.",
        "tensor of batch × channels × height × width, or clips × frames × channels × height × width"
      ) { it, images in try encode(it, images).map },
    ],
    describe: {
      "encoder \($0.name): \($0.backbone), \($0.classes == 0 ? "without a classifier" : "\($0.classes) classes")"
    }
  ).entry

  /// Features and map of images, or of clips.
  private static func encode(_ it: EncoderHandle, _ images: Tensor) throws -> Encoding {
    try it.encoder.naming("encoder") {
      images.rank == 5
        ? try it.encoder.encode(clips: images, .evaluation) : try it.encoder.encode(images, .evaluation)
    }
  }

  /// The classifier's outputs for images, or for each frame of clips.
  private static func logits(_ it: EncoderHandle, _ images: Tensor, _ name: String) throws -> Tensor {
    guard it.classes > 0 else {
      throw LuaError(
        "encoder:\(name): \(it.name) holds no classifier (saved without its head); its features and maps are there"
      )
    }
    let features = try encode(it, images).features
    return try it.encoder.naming("encoder") { try it.encoder.classify(eachRowOf: features, .evaluation) }
  }

  /// - Parameter shape: of images that the example makes.
  private static func method(
    _ name: String, _ summary: String, _ returns: String, of shape: String = "1, 3, 96, 96",
    _ compute: @escaping @Sendable (EncoderHandle, Tensor) throws -> Tensor
  ) -> LuaMethod<EncoderHandle> {
    LuaMethod<EncoderHandle>(
      name, summary, [images], returns: returns,
      example: "gfnet.encoder(\"encoder.safetensors\"):\(name)(gfnet.tensor.zeros(\(shape)))"
    ) { it, call in
      let batch = try call[images]
      guard [4, 5].contains(batch.rank), batch.shape[batch.rank - 3] == 3, batch.count > 0 else {
        throw LuaError(
          "encoder:\(name): images must be batch × 3 × height × width, or clips × frames × 3 × height × width, got \(batch.shape)"
        )
      }
      return try compute(it, batch)
    }
  }
}
