import Backbones
import GlanceFocus
import Support
import Vision

/// `gfnet.model`.
enum ModelFunction {
  private static let backbone = ArgumentKey<BackboneChoice?>(
    .optional(
      "backbone", DefinitionUse.backboneType,
      "its encoders, or that of patches where the glance has another: a name (gfnet.backbones.list() shows them), gfnet.backbones.NAME{…} or gfnet.nn.backbone{…}; default: that of encoder"
    ).naming { $0.definitions.names(.backbones) }
  ) { call, name in
    guard try call.has(name) else { return nil }
    return try DefinitionUse.backbone(call.value(name), in: call.state, "gfnet.model")
  }
  private static let encoder = ArgumentKey<FilePath>.path(
    "encoder",
    "a file of trained weights, as gfnet.encoder reads it, which both encoders start from, or that of patches where the glance"
      + " has another"
  ).optional
  private static let patchSize = ArgumentKey<Int?>(
    "patch_size", "side of patches, and of the glance where it has no other; default: the backbone's",
    in: 1...4096)
  private static let imageSize = ArgumentKey<Int?>(
    "image_size", "side of the images; default: the data set's, or 224", in: 1...16384)
  private static let steps = ArgumentKey<Int>(
    "steps", default: 5, "the most steps, the glance included", in: 1...64)
  private static let classes = ArgumentKey<Int?>(
    "classes", "number of classes; default: the data set's, else the encoder's, or 1000", in: 1...1_000_000)
  private static let classifier = ArgumentKey<Configuration.Classifier>(
    "classifier", "what carries the answer from step to step; default: the backbone's"
  ).optional
  private static let dataset = ArgumentKey<DatasetHandle?>(
    "dataset", "takes size, frames, classes, their names and the normalisation from it")
  private static let seed = ArgumentKey<UInt64>.seed(of: "the weights")

  private static let options: [any ArgumentRow] =
    [backbone, encoder, patchSize, imageSize, steps, classes, classifier, dataset, seed] + ModelClips.rows
    + ModelGlance.rows + EncoderOptions.rows

  static let entry = FunctionEntry(
    "model", "Makes a new model with random weights.", [.options(options)],
    returns: "model",
    example:
      "local model = gfnet.model{backbone = \"resnet_tiny_16\", image_size = 128, steps = 3, classes = 10}",
    mayTouch: [.readFiles]
  ) { call in
    let images = try call[dataset]?.images
    if let images { try check(images, against: call) }
    let asked = try call[backbone]
    let start = try call[encoder].map { try weights(call, $0, backbone: asked) }
    let glanceStart = try ModelGlance.start(call)
    guard let chosen = asked ?? start.map({ $0.choice }) else {
      throw LuaError("gfnet.model: needs a backbone, or the file of an encoder")
    }
    let configuration = try configuration(call, chosen, images, start, glanceStart)
    try ModelClips.check(asked, of: "backbone", against: configuration.clips)
    try ModelClips.check(ModelGlance.asked(call), of: "glance_backbone", against: configuration.clips)
    let network = try GFNet(configuration, seed: call[seed])
    let isShared = configuration.encodersAreAlike && glanceStart == nil
    if let start { try take(start, into: network, isShared ? [.glance, .patch] : [.patch], call.context) }
    if let glanceStart { try take(glanceStart, into: network, [.glance], call.context) }
    return Pushed(ModelHandle(network: network, name: configuration.backbone))
  }

  /// The encoder of a file, which a model or a part of it starts from.
  static func weights(_ call: LuaCall, _ file: FilePath, backbone: BackboneChoice?) throws -> EncoderHandle {
    try call.claim(.readFiles)
    let start = try EncoderHandle(
      contentsOf: EncoderOptions.located(file, call), backbone: backbone?.registryName,
      prefix: call[EncoderOptions.prefix], choice: EncoderOptions.choice(call),
      // Of two files the options may be about the other one.
      sharesOptions: call[encoder] != nil && ModelGlance.hasFile(call))
    for note in start.notes { call.context.note(note) }
    return start
  }

  /// The model that the options ask for; what they leave out is that of the data set, or of the encoder.
  private static func configuration(
    _ call: LuaCall, _ backbone: BackboneChoice, _ dataset: (any ImageDataset)?, _ start: EncoderHandle?,
    _ glanceStart: EncoderHandle?
  ) throws -> Configuration {
    let clips = try ModelClips.form(call, backbone, dataset)
    var configuration = try Configuration(
      backbone: backbone, patchSize: call[patchSize],
      imageSize: call[imageSize] ?? dataset?.imageSize.height ?? 224, steps: call[steps],
      classes: call[classes] ?? known(dataset?.classes) ?? known(start?.classes) ?? 1000,
      clips: clips,
      glance: ModelGlance.form(call, backbone, glanceStart, patchSize: call[patchSize], clips: clips))
    try ModelGlance.apply(call, to: &configuration)
    if let classifier = try call[classifier] { configuration.classifier = classifier }
    if let dataset {
      configuration.dataset = dataset.name
      configuration.labels = dataset.labels
      configuration.mean = threeChannels(dataset.normalization.mean)
      configuration.standardDeviation = threeChannels(dataset.normalization.std)
    }
    return configuration
  }

  /// Starts encoders of a new network from weights, and their classifiers where these have as many classes.
  private static func take(
    _ start: EncoderHandle, into network: GFNet, _ looks: [Look], _ context: HostContext
  ) throws {
    let classes = network.configuration.classes
    let hasHead = start.classes == classes
    if !hasHead {
      let has = start.classes == 0 ? "no classifier" : "\(start.classes) classes"
      context.note(
        "gfnet.model: the encoder has \(has), the model \(classes): its encoders' classifiers start at random"
      )
    }
    try network.startEncoders(looks, from: start.encoder, withClassifier: hasHead)
  }

  /// Refuses images that are not square, and options that contradict the data set.
  private static func check(_ dataset: any ImageDataset, against call: LuaCall) throws {
    let size = dataset.imageSize
    guard size.height == size.width else {
      throw LuaError(
        "gfnet.model: models take square images; those of \(dataset.name) are \(size.height)×\(size.width)")
    }
    if let given = try call[imageSize], given != size.height {
      throw LuaError("gfnet.model: image_size is \(given), the images of \(dataset.name) are \(size.height)")
    }
    if let given = try call[classes], let has = known(dataset.classes), given != has {
      throw LuaError("gfnet.model: classes is \(given), \(dataset.name) has \(has)")
    }
  }

  /// A number of classes; nil for 0, which stands for pictures without labels and encoders without a
  /// classifier.
  private static func known(_ classes: Int?) -> Int? {
    classes.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The numbers of a normalisation for three channels; those of grey images are repeated.
  private static func threeChannels(_ values: [Float]) -> [Float] {
    values.count == 1 ? [values[0], values[0], values[0]] : values
  }
}
