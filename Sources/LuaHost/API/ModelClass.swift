import Foundation
import GlanceFocus
import NeuralNet
import Reports
import Support
import Tensor

/// The class `model`.
enum ModelClass {
  static let entry = LuaClass<ModelHandle>(
    "model", "A Glance-and-Focus Network.",
    discussion: """
      Multiply-Adds are plain counts (12.3 million is 12300000). Accuracies are percent everywhere in Lua.
      """,
    properties: [
      .init("name", "string", "the name it was loaded by, or its backbone", get: { model, _ in model.name }),
      .init("backbone", "string", "its encoders", get: { model, _ in model.configuration.backbone }),
      .init(
        "patch_size", "integer", "side of the glance and of the patches in pixels",
        get: { model, _ in model.configuration.patchSize }),
      .init(
        "image_size", "integer", "side of the images in pixels",
        get: { model, _ in model.configuration.imageSize }),
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
        "classifier", "string", "recurrent, cascade or average",
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
    ],
    methods: [save, state, loadState, ModelInference.method, ModelStream.method, ModelTrace.method],
    describe: { try $0.describe() }
  ).entry

  private static var save: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "save", "Writes the model to a file, from which it can be loaded, evaluated and trained on.",
      [
        Parameter("file", .string, "such as models/mine.safetensors"),
        .options([
          .optional(
            "results", .table,
            "numbers, strings and tables to keep in the file; model.info.results reads them"),
          Parameter(
            "check", .boolean, default: false,
            "writes nothing, and raises the error that the path would give: for scripts that save after hours"
          ),
        ]),
      ],
      example:
        "gfnet.model{backbone = \"resnet_tiny_16\"}:save(\"mine.safetensors\", {results = {accuracy = 91.5}})",
      discussion: """
        The file is replaced as a whole. A model that was loaded keeps what its file said; results given here \
        replace those.
        """, touches: [.writeFiles]
    ) { model, call in
      let file = try call.safetensorsPath("file")
      if try call.boolean("check") {
        try AtomicFile.destination(of: file)
        return
      }
      if try call.has("results") {
        let results = try JSONTree.json(call.value("results"), "model:save: results")
        model.metadata["results"] = results.compact
      }
      if !model.history.isEmpty { model.metadata["history"] = JSONValue.array(model.history).compact }
      try model.network.save(to: file, metadata: model.metadata)
    }
  }

  private static var state: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "state", "The weights and statistics by name, as copies.", returns: "table: name → tensor",
      example: "gfnet.model{backbone = \"resnet_tiny_16\"}:state()",
      discussion: "The names are those of the authors' checkpoints; model:load_state takes such a table."
    ) { model, _ in
      NamedTensors(try model.network.state.map { ($0.name, try $0.entry.value.rowMajorCopy()) })
    }
  }

  private static var loadState: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "load_state", "Replaces weights by those of a table, as model:state() makes it.",
      [Parameter("state", .table, "name → tensor; arrays that it does not name stay")],
      example:
        "local model = gfnet.model{backbone = \"resnet_tiny_16\"}  model:load_state(model:state())"
    ) { model, call in
      try model.requireIdle("model:load_state")
      let entries = model.network.state
      var arrays: [(target: Tensor, source: Tensor)] = []
      // Everything is checked before anything changes.
      for (key, value) in try call.table("state").pairs() {
        guard let name = key.asString else {
          throw LuaError("model:load_state: arrays have names, got the key \(key.described)")
        }
        guard let entry = entries.first(where: { $0.name == name }) else {
          throw LuaError(
            "model:load_state: the model has no array '\(name)'"
              + NearestName.hint(name, in: entries.map(\.name)))
        }
        try value.push(onto: call.stack)
        defer { call.stack.pop() }
        let source = try call.stack.tensor(at: -1, "model:load_state: '\(name)'")
        guard source.shape == entry.entry.value.shape else {
          throw LuaError(
            "model:load_state: '\(name)' has shape \(source.shape), expected \(entry.entry.value.shape)")
        }
        arrays.append((entry.entry.value, source))
      }
      for (target, source) in arrays { try target.assign(source) }
    }
  }
}

/// The metadata of a model as a Lua table; entries that are JSON lists or objects become tables.
private struct ModelInfo: LuaPushable {
  private let metadata: [String: String]

  init(_ model: ModelHandle) {
    var metadata = model.metadata
    if !model.history.isEmpty { metadata["history"] = JSONValue.array(model.history).compact }
    self.metadata = metadata
  }

  func push(onto stack: LuaStack) throws {
    try stack.reserve(3)
    stack.pushTable(fields: metadata.count)
    for (name, text) in metadata {
      stack.push(name)
      if let parsed = JSONTree.parse(text), parsed.isContainer {
        try parsed.push(onto: stack)
      } else {
        stack.push(text)
      }
      stack.rawSet(tableAt: -3)
    }
  }
}
