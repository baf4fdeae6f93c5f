import Foundation
import GlanceFocus
import Inference
import Tensor
import Vision

/// `model:infer`: the live adaptive loop.
enum ModelInference {
  static var method: LuaMethod<ModelHandle> {
    LuaMethod<ModelHandle>(
      "infer", "Classifies images step by step; each leaves when the exit rule is satisfied.",
      [
        Parameter(
          "images", .either([.object("dataset"), .object("tensor"), .string, .table]),
          "a data set, one of its entries, an image (C×H×W, values from 0 to 1), several (N×C×H×W), or paths of pictures"
        ),
        .options([
          .optional(
            "exit", DefinitionUse.ruleType, DefinitionUse.ruleHelp + "; default: every step is taken"),
          .optional("sampler", DefinitionUse.samplerType, DefinitionUse.samplerHelp + "; default: learned"),
          .optional("steps", .integer, "the most steps; default: the model's", in: 1...64),
          Parameter("batch", .integer, default: 64, "images that are run together", in: 1...4096),
          .optional("seed", .integer, "of samplers that draw; default: the run's"),
          .optional(
            "precision", .choice(Precision.allCases.map(\.rawValue)), "of the network; default: the run's"),
        ]),
      ],
      returns: "inference, or for a single image its result",
      example: """
        local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 128, steps = 3, classes = 10}  \
        model:infer(gfnet.dataset("clutter-fashion", {limit = 8}), {exit = 0.9})
        """,
      discussion: """
        A result has prediction, label, confidence, steps, madds and path. Classes, steps and pixels count from 1: \
        path lists the top-left pixels {row, column} of the patches of steps 2, 3, …; it is empty for an image that \
        left after the glance. label is nil when the class is not known. image is its number in the data set, source \
        its name there. A picture named by its path is resized until its shorter side is the image size / 0.875, and \
        its centre is taken.
        """
    ) { model, call in
      let input = try input(model, call)
      let state = call.state
      let exit = try call.value("exit")
      let steps = try call.optionalInteger("steps") ?? model.configuration.steps
      let rule: any ExitRule =
        exit.isNil ? LengthExit(steps: steps) : try DefinitionUse.rule(exit, in: state, "model:infer: exit")
      let sampler = try DefinitionUse.sampler(call.value("sampler"), in: state, "model:infer: sampler")
      let runner = try AdaptiveRunner(
        model.network, sampler: sampler.sampler, steps: steps, batchSize: call.integer("batch"),
        seed: Seeds.of(call), engine: model.engine(precision(call)))
      let run = try DamageNote.telling(input.images, call.context) {
        try runner.infer(input.images, rule: rule)
      }
      let inference = InferenceHandle(run: run, images: input.images, classNames: input.classNames)
      return input.isSingle
        ? LuaResults(inference.result(0, seconds: run.seconds)) : LuaResults(Pushed(inference))
    }
  }

  /// What the call asks for, or the run's.
  static func precision(_ call: LuaCall) throws -> Precision {
    try call.optionalString("precision").flatMap(Precision.init(rawValue:)) ?? call.context.options.precision
  }

  private struct Input {
    let images: any ImageDataset
    var isSingle = false
    let classNames: [String]
  }

  private static func input(_ model: ModelHandle, _ call: LuaCall) throws -> Input {
    let value = try call.value("images")
    let configuration = model.configuration
    let names =
      configuration.labels.isEmpty ? (1...configuration.classes).map(String.init) : configuration.labels
    if case .object(let object) = value, let dataset = object.value(as: DatasetHandle.self) {
      let own = dataset.images.labels
      return Input(images: dataset.images, classNames: own.isEmpty ? names : own)
    }
    if let paths = try paths(value) {
      let files = try FilesDataset(
        paths: paths, transform: .evaluation(size: configuration.imageSize), classNames: names)
      return Input(images: files, isSingle: value.asString != nil, classNames: names)
    }
    var image = value
    var label: Int?
    if let table = value.asTable {
      let given = try table.get("image")
      if !given.isNil {
        image = given
        label = try table.get("label").asInteger
      }
    }
    let isSingle = try isOneImage(image, call)
    let batch = try ImageArgument.batch(image, call, "model:infer: argument 1 'images'")
    if let label, !(1...configuration.classes).contains(label) {
      throw LuaError("model:infer: label is \(label), expected 1 to \(configuration.classes)")
    }
    let images = try TensorsDataset(
      values: batch.values(), layout: .channelsFirst, imageSize: (batch.shape[2], batch.shape[3]),
      channels: batch.shape[1], labels: label.map { [Int](repeating: $0 - 1, count: batch.shape[0]) },
      classNames: names)
    return Input(images: images, isSingle: isSingle, classNames: names)
  }

  /// Paths of pictures; nil when `value` is something else.
  private static func paths(_ value: LuaValue) throws -> [String]? {
    if let path = value.asString { return [path] }
    guard let list = try value.asTable?.elements(), list.first?.asString != nil else { return nil }
    return try list.enumerated().map { index, element in
      guard let path = element.asString else {
        throw LuaError(
          "model:infer: element \(index + 1) must be the path of a picture, got \(element.described)")
      }
      return path
    }
  }

  private static func isOneImage(_ value: LuaValue, _ call: LuaCall) throws -> Bool {
    guard case .object(let object) = value, let tensor = object.value(as: Tensor.self) else { return false }
    return tensor.rank == 3
  }
}

/// The seed of a call.
enum Seeds {
  /// The option `seed`, or the run's.
  static func of(_ call: LuaCall) throws -> UInt64 {
    try call.optionalInteger("seed").map { UInt64(bitPattern: Int64($0)) } ?? call.context.options.seed
  }
}

/// What a run of the adaptive loop gave.
final class InferenceHandle {
  let run: AdaptiveRunner.Run
  let images: any ImageDataset
  let classNames: [String]

  init(run: AdaptiveRunner.Run, images: any ImageDataset, classNames: [String]) {
    self.run = run
    self.images = images
    self.classNames = classNames
  }

  /// One image's result; `index` from 0.
  func result(_ index: Int, seconds: Double? = nil) -> LuaFields {
    let result = run.results[index]
    return LuaFields([
      "prediction": result.prediction + 1, "label": result.label.map { $0 + 1 },
      "name": classNames.indices.contains(result.prediction) ? classNames[result.prediction] : nil,
      "confidence": result.confidence, "steps": result.steps, "madds": result.madds,
      "image": result.index + 1, "source": images.itemName(at: result.index),
      "path": result.path.map { [Int($0.row) + 1, Int($0.column) + 1] }, "seconds": seconds,
    ])
  }

  static let entry = LuaClass<InferenceHandle>(
    "inference", "Results of model:infer: r[i] for each image, and totals.",
    properties: [
      .init("images", "integer", "number of images", get: { run, _ in run.run.results.count }),
      .init(
        "accuracy", "number", "percent of right answers; nil without labels",
        get: { run, _ in run.run.evaluation.accuracy.map(Percent.of) }),
      .init("madds", "number", "mean Multiply-Adds per image", get: { run, _ in run.run.evaluation.madds }),
      .init(
        "exits", "list of integers", "images that left after step 1, 2, …",
        get: { run, _ in run.run.evaluation.exits }),
      .init(
        "seconds", "number", "wall-clock time, preparation of the images included",
        get: { run, _ in run.run.seconds }),
    ],
    describe: { run in
      let e = run.run.evaluation
      return String(
        format: "inference of %d images in %.2f s: %@%@ Multiply-Adds on average, exits %@",
        run.run.results.count, run.run.seconds, Percent.text(e.accuracy), ModelHandle.millions(e.madds),
        e.exits.map(String.init).joined(separator: " / "))
    },
    index: { run, key, _ in
      guard let number = key.asInteger, (1...run.run.results.count).contains(number) else {
        throw LuaError(
          "no image \(key.described), expected a whole number from 1 to \(run.run.results.count)")
      }
      return run.result(number - 1)
    },
    count: { $0.run.results.count }
  ).entry
}

/// Shares as scripts see them: in percent.
enum Percent {
  static func of(_ share: Double) -> Double { 100 * share }

  /// `91.20 %, ` or nothing.
  static func text(_ share: Double?) -> String { share.map { String(format: "%.2f %%, ", 100 * $0) } ?? "" }
}
