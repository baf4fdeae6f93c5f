import Tensor
import Vision

extension DatasetKind {
  /// Images that the script passes.
  static let tensors = DatasetKind(
    name: "tensors",
    summary: """
      The data set "tensors" is made of what the script passes, kept as the nearest of 256 levels: \
      gfnet.dataset("tensors", {images = …, labels = {1, 2, …}}).
      """,
    parameters: [
      .optional(
        "images", .either([.object("tensor"), .table]),
        "N×C×H×W, or a list of C×H×W; values from 0 to 1"),
      .optional("labels", .either([.list(.integer), .object("tensor")]), "the class of each image, from 1"),
      .optional("classes", .list(.string), "the names of the classes"),
    ], readsFiles: false
  ) { call in
    guard try call.has("images"), try call.has("labels") else {
      throw LuaError("gfnet.dataset: \"tensors\" needs images = N×C×H×W and labels = {1, 2, …}")
    }
    let labels = try call.value("labels")
    guard labels.asString == nil else {
      throw LuaError("gfnet.dataset: of \"tensors\", the option 'labels' is a list of classes, from 1")
    }
    let batch = try ImageArgument.batch(
      call.value("images"), on: call.stack, "gfnet.dataset: option 'images'")
    return try TensorsDataset(
      values: batch.values(), layout: .channelsFirst, imageSize: (batch.shape[2], batch.shape[3]),
      channels: batch.shape[1], labels: numbers(of: labels, call),
      classNames: call.has("classes") ? DatasetOptions.classNames(call) : nil,
      split: call.optionalString("split") ?? "all")
  }

  /// 0-based classes from a list or a tensor of them.
  private static func numbers(of labels: LuaValue, _ call: LuaCall) throws -> [Int] {
    guard case .object = labels else { return try call.integers("labels").map { $0 &- 1 } }
    return try call.doubles("labels").enumerated().map { index, value in
      guard let label = Int(exactly: value) else {
        throw LuaError(
          "\(call.place("labels")): label \(index + 1) is \(LuaNumberText.shortest(value)), expected a whole number from 1"
        )
      }
      return label &- 1
    }
  }
}
