import Foundation
import GlanceFocus

/// The class `inference`.
enum InferenceClass {
  private static let sample =
    "local data = gfnet.dataset(\"clutter-fashion\", {limit = 8})  local model = gfnet.model{backbone ="
    + " \"resnet_tiny_16\", image_size = 128, steps = 3, classes = 10}  "

  static let entry = LuaClass<InferenceHandle>(
    "inference", "Results of model:infer: r[i] for each image, and totals.",
    properties: [
      .init("images", "integer", "number of images", get: { it, _ in it.run.results.count }),
      .init(
        "accuracy", "number", "percent of right answers; nil without labels",
        get: { it, _ in it.run.evaluation.accuracy.map(Percent.of) }),
      .init(
        "videos", "table",
        "of data sets with several views of a video: {accuracy=, madds=, views=, [i] = {video=, prediction=, name=, label=, confidence=, madds=}}; else nil",
        get: { it, _ in it.run.videos.map { it.fields($0) } }),
      .init(
        "class_names", "list of strings", "the names of the classes; empty where they have none",
        get: { it, _ in it.classNames }),
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
    methods: [
      OutcomeMethods.interval(sample + "model:infer(data, {exit = 0.5})"),
      OutcomeMethods.compare(
        sample + "model:infer(data, {exit = 0.5})", with: "model:infer(data, {exit = 0.9})"),
    ],
    describe: { it in
      let e = it.run.evaluation
      let text = String(
        format: "inference of %d images in %.2f s: %@%@ Multiply-Adds on average, exits %@",
        it.run.results.count, it.run.seconds, Percent.text(e.accuracy), ModelHandle.millions(e.madds),
        e.exits.map(String.init).joined(separator: " / "))
      guard let videos = it.run.videos else { return text }
      return text
        + "; \(videos.results.count) videos of \(videos.views) views: \(Percent.text(videos.accuracy))\(ModelHandle.millions(videos.madds)) Multiply-Adds on average"
    },
    index: { it, stack in
      let key = try stack.value(at: 2)
      guard let number = key.asInteger, (1...it.run.results.count).contains(number) else {
        throw LuaError(
          "no image \(key.described), expected a whole number from 1 to \(it.run.results.count)")
      }
      try it.result(number - 1).push(onto: stack)
    },
    count: { $0.run.results.count }
  ).entry
}
