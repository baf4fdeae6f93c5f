import Tensor
import Vision

extension DatasetKind {
  private static let images = ArgumentKey<LuaValue>(
    .optional(
      "images", .either([.object("tensor"), .table]), "N×C×H×W, or a list of C×H×W; values from 0 to 1"))
  private static let labels = ArgumentKey<LuaValue>(
    .optional("labels", .either([.list(.integer), .object("tensor")]), "the class of each image, from 1"))

  /// The option ``labels`` as classes from 0.
  private static let classNumbers = ArgumentKey<[Int]>(labels.parameter) { call, name in
    guard case .object = try call.value(name) else { return try call.integers(name).map { $0 &- 1 } }
    return try call.doubles(name).enumerated().map { index, value in
      guard let label = Int(exactly: value) else {
        throw LuaError(
          "\(call.place(name)): label \(index + 1) is \(LuaNumberText.shortest(value)), expected a whole number from 1"
        )
      }
      return label &- 1
    }
  }

  /// Images that the script passes.
  static let tensors = DatasetKind(
    name: "tensors",
    summary: """
      The data set "tensors" is made of what the script passes, kept as the nearest of 256 levels: \
      gfnet.dataset("tensors", {images = …, labels = {1, 2, …}}).
      """,
    rows: [[images, labels, DatasetOptions.classNames]], readsFiles: false
  ) { call in
    guard try call.has(images), try call.has(labels) else {
      throw LuaError("gfnet.dataset: \"tensors\" needs images = N×C×H×W and labels = {1, 2, …}")
    }
    guard try call[labels].asString == nil else {
      throw LuaError("gfnet.dataset: of \"tensors\", the option 'labels' is a list of classes, from 1")
    }
    let batch = try ImageArgument.batch(call[images], on: call.stack, call.place(images))
    return try TensorsDataset(
      values: batch.values(), layout: .channelsFirst, imageSize: (batch.shape[2], batch.shape[3]),
      channels: batch.shape[1], labels: call[classNumbers], classNames: call[DatasetOptions.classNames],
      split: call[DatasetOptions.split] ?? "all")
  }
}
