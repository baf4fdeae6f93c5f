import Foundation
import GlanceFocus
import Inference
import Support
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
          "a data set, one or several of its entries, an image (C×H×W, values from 0 to 1), several (N×C×H×W), or paths of pictures"
        ),
        .options(Self.options),
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

        With a deadline an image leaves with its best answer so far when another step is expected to end too late; how \
        long steps take is measured on blank images first and learned as the run goes. The glance is always taken. \
        seconds of a result is the wall-clock time from the start of its glance to its answer.
        """, touches: [.clock]
    ) { model, call in
      let input = try ModelImages(
        call.value("images"), for: model.configuration, on: call.stack, "model:infer")
      let (runner, rule, check) = try runner(model, call, "model:infer")
      let deadline = try call.optionalNumber("deadline")
      let run = try DamageNote.telling(input.images, call.context) {
        try model.running { try runner.infer(input.images, rule: rule, deadline: deadline) }
      }
      try check.tell()
      let inference = InferenceHandle(run: run, images: input.images, classNames: input.classNames)
      return input.isSingle
        ? LuaResults(inference.result(0)) : LuaResults(Pushed(inference))
    }
  }

  /// How a live run is made: those of `model:infer` and `model:stream`.
  static var options: [Parameter] {
    [
      .optional("exit", DefinitionUse.ruleType, DefinitionUse.ruleHelp + "; default: every step is taken")
    ] + runOptions(steps: "the most steps; default: the model's") + [
      .optional("deadline", .number, "seconds in which each image is to be answered", in: 1e-6...1e6)
    ]
  }

  /// What every run of a network on images takes, that of `model:trace` too.
  static func runOptions(steps help: String) -> [Parameter] {
    [
      .optional("sampler", DefinitionUse.samplerType, DefinitionUse.samplerHelp + "; default: learned"),
      .optional("steps", .integer, help, in: 1...64),
      Parameter("batch", .integer, default: 64, "images that are run together", in: 1...4096),
      .optional("seed", .integer, "of samplers that draw; default: the run's"),
      .optional(
        "precision", .choice(Precision.allCases.map(\.rawValue)), "of the network; default: the run's"),
    ]
  }

  /// What runs the images, and the rule by which they leave, from the options of a call.
  static func runner(
    _ model: ModelHandle, _ call: LuaCall, _ place: String
  ) throws -> (AdaptiveRunner, any ExitRule, AnswerCheck) {
    let exit = try call.value("exit")
    let steps = try call.optionalInteger("steps") ?? model.configuration.steps
    let rule: any ExitRule =
      exit.isNil
      ? LengthExit(steps: steps)
      : try DefinitionUse.rule(exit, for: model.target(steps: steps), in: call.state, "\(place): exit")
    let sampler = try DefinitionUse.sampler(call.value("sampler"), in: call.state, "\(place): sampler")
    let check = AnswerCheck(rule, sampler.sampler, call.context)
    let runner = try AdaptiveRunner(
      model.network, sampler: sampler.sampler, steps: steps, batchSize: call.integer("batch"),
      seed: Seeds.of(call), engine: model.engine(precision(call)), probe: check.probe)
    return (runner, rule, check)
  }

  /// What the call asks for, or the run's.
  static func precision(_ call: LuaCall) throws -> Precision {
    try call.optionalString("precision").flatMap(Precision.init(rawValue:)) ?? call.context.options.precision
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
  func result(_ index: Int) -> LuaFields {
    let result = run.results[index]
    return result.fields(source: images.itemPath(at: result.index), classNames: classNames)
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
      .init(
        "latency", "table",
        "seconds from the start of an image's glance to its answer: {median=, p95=, max=}",
        get: { run, _ in Latencies(run.run.results.map(\.seconds)).fields }),
      .init(
        "late", "integer", "images answered after their deadline", get: { run, _ in run.run.late }),
      .init(
        "pixel_bytes", "integer", "memory for decoded pixels that the run had, in bytes",
        get: { run, _ in run.run.pixelBytes }),
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

extension AdaptiveRunner.Result {
  /// As scripts see it.
  func fields(source: FilePath, classNames: [String]) -> LuaFields {
    LuaFields([
      "prediction": prediction + 1, "label": label.map { $0 + 1 },
      "name": classNames.indices.contains(prediction) ? classNames[prediction] : nil,
      "confidence": confidence, "steps": steps, "madds": madds, "image": index + 1, "source": source,
      "path": path.map { [Int($0.row) + 1, Int($0.column) + 1] }, "seconds": seconds,
    ])
  }
}

/// Latencies of a run's images in a few numbers.
struct Latencies {
  private let sorted: [Double]

  init(_ seconds: [Double]) { sorted = seconds.sorted() }

  var fields: LuaFields {
    LuaFields(["median": quantile(0.5), "p95": quantile(0.95), "max": sorted.last ?? 0])
  }

  private func quantile(_ share: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }
}

/// Shares as scripts see them: in percent.
enum Percent {
  static func of(_ share: Double) -> Double { 100 * share }

  /// `91.20 %, ` or nothing.
  static func text(_ share: Double?) -> String { share.map { String(format: "%.2f %%, ", 100 * $0) } ?? "" }
}
