import Foundation
import GlanceFocus
import Support
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
        .options(RunSetup.liveOptions),
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
      let (runner, rule, check) = try RunSetup.live(model, call, "model:infer")
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
}

/// The results of `model:infer`, as scripts hold them.
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
      .init("images", "integer", "number of images", get: { it, _ in it.run.results.count }),
      .init(
        "accuracy", "number", "percent of right answers; nil without labels",
        get: { it, _ in it.run.evaluation.accuracy.map(Percent.of) }),
      .init("madds", "number", "mean Multiply-Adds per image", get: { it, _ in it.run.evaluation.madds }),
      .init(
        "exits", "list of integers", "images that left after step 1, 2, …",
        get: { it, _ in it.run.evaluation.exits }),
      .init(
        "seconds", "number", "wall-clock time, preparation of the images included",
        get: { it, _ in it.run.seconds }),
      .init(
        "latency", "table",
        "seconds from the start of an image's glance to its answer: {median=, p95=, max=}",
        get: { it, _ in Latencies(it.run.results.map(\.seconds)).fields }),
      .init(
        "late", "integer", "images answered after their deadline", get: { it, _ in it.run.late }),
      .init(
        "pixel_bytes", "integer", "memory for decoded pixels that the run had, in bytes",
        get: { it, _ in it.run.pixelBytes }),
    ],
    describe: { it in
      let e = it.run.evaluation
      return String(
        format: "inference of %d images in %.2f s: %@%@ Multiply-Adds on average, exits %@",
        it.run.results.count, it.run.seconds, Percent.text(e.accuracy), ModelHandle.millions(e.madds),
        e.exits.map(String.init).joined(separator: " / "))
    },
    index: { it, key, _ in
      guard let number = key.asInteger, (1...it.run.results.count).contains(number) else {
        throw LuaError(
          "no image \(key.described), expected a whole number from 1 to \(it.run.results.count)")
      }
      return it.result(number - 1)
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
      "path": positions.map { [$0.row + 1, $0.column + 1] }, "seconds": seconds,
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
