import GlanceFocus
import NeuralNet
import Reports
import Support

/// The class `model`.
enum ModelClass {
  private static let file = ArgumentKey<FilePath>.safetensorsPath("file", "such as models/mine.safetensors")
  private static let results = ArgumentKey<JSONValue?>(
    .optional(
      "results", .table,
      "numbers, strings and tables to keep in the file; model.info.results reads them")
  ) { call, name in
    // Not with `? :`, whose nil would be the value null.
    guard try call.has(name) else { return nil }
    return try JSONTree.json(call.value(name), "model:save: results")
  }
  private static let check = ArgumentKey<Bool>(
    "check", default: false,
    "writes nothing, and raises the error that the path would give: for scripts that save after hours")

  static let entry = LuaClass<ModelHandle>(
    ModelHandle.className, "A Glance-and-Focus Network.",
    discussion: """
      Multiply-Adds are plain counts (12.3 million is 12300000). Accuracies are percent everywhere in Lua.
      """,
    properties: [
      .init("name", "string", "the name it was loaded by, or its backbone", get: { model, _ in model.name }),
      .init(
        "backbone", "string", "its encoders, or that of patches where the glance has another",
        get: { model, _ in model.configuration.backbone }),
      .init(
        "glance_backbone", "string", "the encoder of the glance",
        get: { model, _ in model.configuration.backbone(.glance) }),
      .init(
        "patch_size", "integer", "side of the patches in pixels",
        get: { model, _ in model.configuration.patchSize }),
      .init(
        "glance_size", "integer", "side of the glance in pixels",
        get: { model, _ in model.configuration.side(.glance) }),
      .init(
        "image_size", "integer", "side of the images in pixels",
        get: { model, _ in model.configuration.imageSize }),
      .init(
        "frames", "integer", "pictures of an item that the model sees: 1 of images, more of clips",
        get: { model, _ in model.configuration.frames }),
      .init(
        "glance_frames", "integer", "pictures of an item that the glance sees",
        get: { model, _ in model.configuration.frames(.glance) }),
      .init(
        "focus_frames", "integer", "pictures of an item that patches are cut from",
        get: { model, _ in model.configuration.frames(.patch) }),
      .init(
        "frame_parts", "list of integers",
        "frames by what they are for where glance and patches see frames of their own, as {8, 12}; else all in one number",
        get: { model, _ in model.configuration.frameParts }),
      .init(
        "steps", "integer", "the most steps, the glance included",
        get: { model, _ in model.configuration.steps }),
      .init("classes", "integer", "number of classes", get: { model, _ in model.configuration.classes }),
      .init(
        "labels", "list of strings", "the names of the classes; empty when not known",
        get: { model, _ in model.configuration.labels }),
      .init(
        "dataset", "string", "the data set it was made for; empty when not known",
        get: { model, _ in model.configuration.dataset }),
      .init(
        "classifier", "string", "recurrent, cascade, average or sum",
        get: { model, _ in model.configuration.classifier.rawValue }),
      .init(
        "madds", "list of integers", "Multiply-Adds of an image that leaves after step 1, 2, …",
        get: { model, _ in try model.costs().cumulative }),
      .init(
        "costs", "table", "Multiply-Adds of the parts: {glance=, patch=, policy=}",
        get: { model, _ in
          let costs = try model.costs()
          return LuaFields([
            "glance": costs.globalEncoder, "patch": costs.localEncoder, "policy": costs.policy,
          ])
        }),
      .init(
        "pictures", "table", "how the paper prepares pictures for it: {resize=, crop=, interpolation=}",
        get: { model, _ in
          let (side, preparation) = (
            model.configuration.imageSize, try model.configuration.paperSetup().preparation
          )
          return LuaFields([
            "resize": preparation.shorterSide(imageSize: side), "crop": side,
            "interpolation": preparation.filter.rawValue,
          ])
        }),
      .init(
        "parameters", "integer", "number of trainable numbers",
        get: { model, _ in model.network.parameterCount }),
      .init(
        "info", "table", "what its file says beside the weights: results, history, … by name",
        get: { model, _ in ModelInfo(model) }),
    ] + ModelParts.properties,
    methods: [
      save, ModelState.reading, ModelState.loading, ModelInference.method, ModelStream.method,
      ModelTrace.method, ModelEpisode.method, ModelStepper.method,
    ] + ModelSteps.methods + ModelParts.methods,
    describe: { try $0.describe() }
  ).entry

  private static var save: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "save", "Writes the model to a file, from which it can be loaded, evaluated and trained on.",
      [file, .options([results, check])],
      example:
        "gfnet.model{backbone = \"resnet_tiny_16\"}:save(\"mine.safetensors\", {results = {accuracy = 91.5}})",
      discussion: """
        The file is replaced as a whole. A model that was loaded keeps what its file said; results given here \
        replace those.
        """, touches: [.writeFiles]
    ) { model, call in
      let path = try call[file]
      if try call[check] {
        try AtomicFile.destination(of: path)
        return
      }
      if let given = try call[results] { model.metadata["results"] = given.compact }
      if !model.history.isEmpty { model.metadata["history"] = JSONValue.array(model.history).compact }
      try model.network.save(to: path, metadata: model.metadata)
    }
  }
}
