import Backbones
import Checkpoints
import Foundation
import GlanceFocus
import Reports
import Support
import Vision

/// `gfnet.load` and `gfnet.model`.
enum ModelFunctions {
  static let functions = [load, model]

  private static let load = FunctionEntry(
    "load", "Loads a model.",
    [
      Parameter(
        "name_or_file", .string, "a name under models/, or the path of a .safetensors, .pth or .pt file")
    ],
    returns: "model", example: "local model = gfnet.load(\"clutter-fashion\")",
    discussion: """
      A name is looked for as models/NAME.safetensors beside the script and in the folders above it, in the \
      current folder, and with the program. A file is looked for in the current folder, then beside the script. A checkpoint of the authors' PyTorch code is read as it is, with its \
      thresholds, costs and results in model.info.results; gfnet-lab models import makes a file of gfnet-lab of it.
      """, touches: [.readFiles]
  ) { call in
    let name = try call.path("name_or_file")
    let path =
      CheckpointFormats.isNamedAsForeign(name)
      ? call.context.found(name)
      : try ModelLibrary.standard(scriptFolder: call.context.scriptFolder).find(name, call.context.found)
    let stem = path.shownStem
    let file = try CheckpointFile(path)
    if case .state = file.content, let own = file.own, Trace.isTrace(own) {
      throw LuaError("gfnet.load: \(path) is a trace, not a model: gfnet.trace(file) reads it")
    }
    try call.context.note(model: stem, path)
    guard let model = try file.model() else {
      throw LuaError(
        "\(path) is not a gfnet-lab model but one network's weights: gfnet.encoder(file) loads an encoder, and "
          + "gfnet.model{encoder = file} makes a model of it")
    }
    return Pushed(ModelHandle(network: model.network, name: stem, metadata: model.metadata))
  }

  private static let model = FunctionEntry(
    "model", "Makes a new model with random weights.",
    [
      .options(
        [
          .optional(
            "backbone", DefinitionUse.backboneType,
            "its encoders: a name (gfnet.backbones.list() shows them), gfnet.backbones.NAME{…} or gfnet.nn.backbone{…}; default: that of encoder"
          ),
          .optional(
            "encoder", .string,
            "a file of trained weights, as gfnet.encoder reads it, which both encoders start from"),
          .optional(
            "patch_size", .integer, "side of glance and patches; default: the backbone's", in: 1...4096),
          .optional(
            "image_size", .integer, "side of the images; default: the data set's, or 224", in: 1...16384),
          Parameter("steps", .integer, default: 5, "the most steps, the glance included", in: 1...64),
          .optional(
            "classes", .integer, "number of classes; default: the data set's, else the encoder's, or 1000",
            in: 1...1_000_000),
          .optional(
            "classifier", .choice(Configuration.Classifier.allCases.map(\.rawValue)),
            "what carries the answer from step to step; default: the backbone's"),
          .optional(
            "dataset", .object("dataset"), "takes size, classes, their names and the normalisation from it"),
          .optional("seed", .integer, "of the weights; default: the run's"),
        ] + EncoderClass.choices)
    ],
    returns: "model",
    example:
      "local model = gfnet.model{backbone = \"resnet_tiny_16\", image_size = 128, steps = 3, classes = 10}",
    mayTouch: [.readFiles]
  ) { call in
    let dataset = try call.optionalObject("dataset", as: DatasetHandle.self)?.images
    if let dataset { try check(dataset, against: call) }
    let asked =
      try call.has("backbone")
      ? DefinitionUse.backbone(call.value("backbone"), in: call.state, "gfnet.model") : nil
    let start = try call.optionalPath("encoder").map { _ in
      try call.claim(.readFiles)
      return try EncoderHandle(
        contentsOf: EncoderClass.file(call, "encoder"), backbone: asked?.registryName,
        prefix: call.optionalString("prefix"),
        choice: EncoderClass.choice(call))
    }
    for note in start?.notes ?? [] { call.context.note(note) }
    guard let backbone = asked ?? start.map({ .named($0.backbone) }) else {
      throw LuaError("gfnet.model: needs a backbone, or the file of an encoder")
    }
    var configuration = try Configuration(
      backbone: backbone, patchSize: call.optionalInteger("patch_size"),
      imageSize: call.optionalInteger("image_size") ?? dataset?.imageSize.height ?? 224,
      steps: call.integer("steps"),
      classes: call.optionalInteger("classes") ?? known(dataset?.classes) ?? known(start?.classes) ?? 1000)
    if let word = try call.optionalString("classifier"),
      let classifier = Configuration.Classifier(rawValue: word)
    {
      configuration.classifier = classifier
    }
    if let dataset {
      configuration.dataset = dataset.name
      configuration.labels = dataset.labels
      configuration.mean = threeChannels(dataset.normalization.mean)
      configuration.standardDeviation = threeChannels(dataset.normalization.std)
    }
    let seed =
      try call.optionalInteger("seed").map { UInt64(bitPattern: Int64($0)) } ?? call.context.options.seed
    let network = try GFNet(configuration, seed: seed)
    if let start {
      let hasHead = start.classes == configuration.classes
      if !hasHead {
        let has = start.classes == 0 ? "no classifier" : "\(start.classes) classes"
        call.context.note(
          "gfnet.model: the encoder has \(has), the model \(configuration.classes): its encoders' classifiers start at random"
        )
      }
      try network.startEncoders(from: start.encoder, withClassifier: hasHead)
    }
    return Pushed(ModelHandle(network: network, name: configuration.backbone))
  }

  private static func check(_ dataset: any ImageDataset, against call: LuaCall) throws {
    let size = dataset.imageSize
    guard size.height == size.width else {
      throw LuaError(
        "gfnet.model: models take square images; those of \(dataset.name) are \(size.height)×\(size.width)")
    }
    if let given = try call.optionalInteger("image_size"), given != size.height {
      throw LuaError("gfnet.model: image_size is \(given), the images of \(dataset.name) are \(size.height)")
    }
    if let given = try call.optionalInteger("classes"), let classes = known(dataset.classes),
      given != classes
    {
      throw LuaError("gfnet.model: classes is \(given), \(dataset.name) has \(classes)")
    }
  }

  /// A number of classes; nil for 0, which stands for pictures without labels and encoders without a classifier.
  private static func known(_ classes: Int?) -> Int? {
    classes.flatMap { $0 > 0 ? $0 : nil }
  }

  private static func threeChannels(_ values: [Float]) -> [Float] {
    values.count == 1 ? [values[0], values[0], values[0]] : values
  }
}

extension HostContext {
  /// Keeps which file a model came from, for `meta.json`; once per file and content.
  fileprivate func note(model name: String, _ path: FilePath) throws {
    let digest = try MappedFile.read(path).withUnsafeBytes { XXHash64.digest($0) }
    let source = RunFacts.Source(name: name, path: path.shown, checksum: XXHash64.text(digest))
    if !loadedModels.contains(source) { loadedModels.append(source) }
  }
}
