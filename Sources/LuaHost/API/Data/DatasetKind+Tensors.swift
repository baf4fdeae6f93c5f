import Tensor
import Vision

extension DatasetKind {
  private static let images = ArgumentKey<LuaValue>(
    .optional(
      "images", .either([.object("tensor"), .table]), "N×C×H×W, or a list of C×H×W; values from 0 to 1"))
  private static let clips = ArgumentKey<LuaValue>(
    .optional(
      "clips", .either([.object("tensor"), .table]),
      "instead of images: N×F×C×H×W, F frames each, or a list of F×C×H×W; values from 0 to 1"))
  private static let labels = ArgumentKey<LuaValue>(
    .optional(
      "labels", .either([.list(.integer), .object("tensor")]), "the class of each image or clip, from 1"))

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

  /// Images or clips that the script passes.
  static let tensors = DatasetKind(
    name: "tensors",
    summary: """
      The data set "tensors" is made of what the script passes, kept as the nearest of 256 levels: \
      gfnet.dataset("tensors", {images = …, labels = {1, 2, …}}), or with clips = … for clips of several frames.
      """,
    rows: [[images, clips, labels, DatasetOptions.classNames]], readsFiles: false
  ) { call in
    let holdsClips = try call.has(clips)
    guard try call.has(images) || holdsClips, try call.has(labels) else {
      throw LuaError("gfnet.dataset: \"tensors\" needs images = N×C×H×W and labels = {1, 2, …}")
    }
    guard try !call.has(images) || !holdsClips else {
      throw LuaError("gfnet.dataset: \"tensors\" takes images or clips, not both")
    }
    guard try call[labels].asString == nil else {
      throw LuaError("gfnet.dataset: of \"tensors\", the option 'labels' is a list of classes, from 1")
    }
    let batch =
      holdsClips
      ? try ImageArgument.clips(call[clips], on: call.stack, call.place(clips))
      : try ImageArgument.batch(call[images], on: call.stack, call.place(images))
    let sizes = batch.shape.sizes.suffix(3)
    return try TensorsDataset(
      values: batch.values(), layout: .channelsFirst, frames: holdsClips ? batch.shape[1] : 1,
      imageSize: (sizes[sizes.endIndex - 2], sizes[sizes.endIndex - 1]), channels: sizes[sizes.startIndex],
      labels: call[classNumbers], classNames: call[DatasetOptions.classNames],
      split: call[DatasetOptions.split] ?? "all")
  }
}
