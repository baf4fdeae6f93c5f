import Backbones
import Foundation
import GlanceFocus
import NeuralNet
import Support
import Tensor

/// An image encoder as scripts hold it.
final class EncoderHandle {
  let encoder: any Backbone
  let backbone: String
  /// 0 where the file holds no classifier.
  let classes: Int
  /// The name it was asked for by.
  let name: String
  /// For the collector.
  let weightBytes: Int
  /// What was chosen or left out when the file was read, a line each.
  let notes: [String]

  init(_ encoder: any Backbone, backbone: String, classes: Int, name: String, notes: [String] = []) {
    self.encoder = encoder
    self.backbone = backbone
    self.classes = classes
    self.name = name
    weightBytes = encoder.heldBytes
    self.notes = notes
  }

  /// The encoder in `path`: a file of ours, or a state dictionary of another program.
  convenience init(
    contentsOf path: FilePath, backbone: String? = nil, keys: String? = nil, prefix: String? = nil,
    choice: StateDictionary.Choice = .init()
  ) throws {
    let name = path.shownStem
    let file = try CheckpointFile(path, choice: choice)
    if case .encoder(let stored) = file.content {
      self.init(try stored.encoder(), backbone: stored.backbone, classes: stored.classes, name: name)
      return
    }
    let imported = try CheckpointImport(
      file, kind: .encoder, keys: keys, prefix: prefix, choices: .init(backbone: backbone))
    guard case .encoder(let encoder) = imported else { throw LuaError("\(path) holds no plain encoder") }
    self.init(
      try encoder.encoder(), backbone: encoder.entry.name, classes: encoder.classes, name: name,
      notes: encoder.notes)
  }
}

/// The class `encoder`, and `gfnet.encoder`.
enum EncoderClass {
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
        return try it.encoder.classify(it.encoder.encode(images, .evaluation).features, .evaluation)
      },
      method("features", "The pooled features that the classifier reads.", "tensor of batch × feature_count")
      {
        it, images in try it.encoder.encode(images, .evaluation).features
      },
      method("map", "The last feature map.", "tensor of batch × channels × height × width") { it, images in
        try it.encoder.encode(images, .evaluation).map
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
      name, summary, [Parameter("images", .object("tensor"), "batch × 3 × height × width, normalised")],
      returns: returns,
      example: "gfnet.encoder(\"encoder.safetensors\"):\(name)(gfnet.tensor.zeros(1, 3, 96, 96))"
    ) { it, call in
      let images: Tensor = try call.object("images")
      guard images.rank == 4, images.shape[1] == 3, images.count > 0 else {
        throw LuaError("encoder:\(name): images must be batch × 3 × height × width, got \(images.shape)")
      }
      return try compute(it, images)
    }
  }

  static let function = FunctionEntry(
    "encoder", "Loads an image encoder: imported weights, or a state dictionary of timm or torchvision.",
    [
      Parameter("file", .string, "a file of gfnet-lab models import, or its name; .pth, .pt or .safetensors"),
      .options(
        [
          .optional("backbone", .string, "which encoder it is; found from the file by default"),
          .optional("keys", .string, "whose keys the file has, such as timm; found by trying by default"),
        ] + choices),
    ],
    returns: "encoder", example: "local encoder = gfnet.encoder(\"encoder.safetensors\")",
    discussion: """
      Nothing in a PyTorch file is run: tensors and plain containers are built, everything else is kept as data. Arrays \
      that do not fit the encoder are listed. Where other networks have the same arrays, as with tf_efficientnet_b0 and \
      efficientnet_b0, the name that the training program kept (arch, args.model, …) or the file's name decides; else one \
      must be named as backbone. A file without a classifier gives features and maps.
      """, touches: [.readFiles]
  ) { call in
    let encoder = try EncoderHandle(
      contentsOf: file(call, "file"), backbone: call.optionalString("backbone"),
      keys: call.optionalString("keys"), prefix: call.optionalString("prefix"), choice: choice(call))
    for note in encoder.notes { call.context.note(note) }
    return Pushed(encoder)
  }

  /// The options that say which of the networks in a file is meant.
  static let choices: [Parameter] = [
    .optional(
      "ema", .boolean, "the moving average of the weights, or not; by default where the file has one"),
    .optional(
      "weights", .string, "the key in the file under which the weights are, as \"teacher\"; found by default"),
    .optional("prefix", .string, "of the names of the encoder's arrays, as \"backbone.\"; found by default"),
  ]

  /// The file that an argument names, or the imported one that `gfnet-lab models` lists by that name.
  static func file(_ call: LuaCall, _ name: String) throws -> FilePath {
    let library = ModelLibrary.standard(scriptFolder: call.context.scriptFolder)
    let file = try? library.find(call.path(name), call.context.found)
    return try file ?? call.inputPath(name)
  }

  static func choice(_ call: LuaCall) throws -> StateDictionary.Choice {
    .init(ema: try call.optionalBoolean("ema"), weights: try call.optionalString("weights"))
  }
}
