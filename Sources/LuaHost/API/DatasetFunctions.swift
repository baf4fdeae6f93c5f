import Support
import Tensor
import Vision

/// `gfnet.dataset`.
enum DatasetFunctions {
  static let functions = [dataset]

  private static let dataset = FunctionEntry(
    "dataset", "Opens a data set.",
    [
      Parameter("name", .string, names.map { "\"\($0)\"" }.joined(separator: " or ")),
      .options([
        .optional("split", .string, "the part, such as train, validation or test; default: test"),
        .optional("limit", .integer, "keep the first so many images", in: 1...1e9),
        .optional(
          "images", .either([.object("tensor"), .table]),
          "of \"tensors\": N×C×H×W, or a list of C×H×W; values from 0 to 1"),
        .optional("labels", .list(.integer), "of \"tensors\": the class of each image, from 1"),
        .optional("classes", .list(.string), "of \"tensors\": the names of the classes"),
      ]),
    ],
    returns: "dataset",
    example: "local data = gfnet.dataset(\"clutter-fashion\", {split = \"test\", limit = 100})",
    discussion: """
      The data set "tensors" is made of what the script passes, kept as the nearest of 256 levels: \
      gfnet.dataset("tensors", {images = …, labels = {1, 2, …}}).
      """
  ) { call in
    let name = try call.string("name")
    let limit = try call.optionalInteger("limit")
    let images: any ImageDataset
    if name == "tensors" {
      images = try tensors(call)
    } else {
      for option in ["images", "labels", "classes"] where try call.has(option) {
        throw LuaError("gfnet.dataset: the option '\(option)' is for the data set \"tensors\" only")
      }
      guard names.contains(name) else {
        throw LuaError("gfnet.dataset: there is no data set \"\(name)\"" + NearestName.hint(name, in: names))
      }
      images = try Datasets.open(name: name, split: call.optionalString("split") ?? "test")
    }
    return Pushed(DatasetHandle(try limit.map { try images.limited(to: $0) } ?? images))
  }

  private static let names = Datasets.all.map(\.name) + ["tensors"]

  private static func tensors(_ call: LuaCall) throws -> any ImageDataset {
    guard try call.has("images"), try call.has("labels") else {
      throw LuaError("gfnet.dataset: \"tensors\" needs images = N×C×H×W and labels = {1, 2, …}")
    }
    let batch = try ImageArgument.batch(call.value("images"), call, "gfnet.dataset: option 'images'")
    return try TensorsDataset(
      values: batch.values(), layout: .channelsFirst, imageSize: (batch.shape[2], batch.shape[3]),
      channels: batch.shape[1], labels: call.integers("labels").map { $0 &- 1 },
      classNames: call.has("classes") ? call.strings("classes") : nil,
      split: call.optionalString("split") ?? "all")
  }
}

/// Images that a script passes as tensors.
enum ImageArgument {
  /// N×C×H×W from such a tensor, from one image of C×H×W, or from a list of those.
  static func batch(_ value: LuaValue, _ call: LuaCall, _ place: String) throws -> Tensor {
    let stack = call.stack
    if let list = value.asTable, case .object? = try list.elements().first {
      let images = try list.elements().enumerated().map { index, element in
        try element.push(onto: stack)
        defer { stack.pop() }
        return try stack.tensor(at: -1, "\(place): element \(index + 1)")
      }
      for (index, image) in images.enumerated() where image.shape != images[0].shape || image.rank != 3 {
        throw LuaError(
          "\(place): image \(index + 1) has shape \(image.shape), expected channels × height × width like image 1, \(images[0].shape)"
        )
      }
      let values = try images.flatMap { try $0.values() }
      return try checked(Tensor(Shape([images.count] + images[0].shape.sizes), values), place)
    }
    try value.push(onto: stack)
    defer { stack.pop() }
    let tensor = try stack.tensor(at: -1, place)
    return try checked(
      tensor.rank == 3 ? Tensor(Shape([1] + tensor.shape.sizes), tensor.values()) : tensor, place)
  }

  private static func checked(_ batch: Tensor, _ place: String) throws -> Tensor {
    guard batch.rank == 4, batch.shape[1] == 1 || batch.shape[1] == 3 else {
      throw LuaError(
        "\(place) has shape \(batch.shape), expected images × channels × height × width with 1 or 3 channels")
    }
    return batch
  }
}
