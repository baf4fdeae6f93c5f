import Support
import Vision

/// `gfnet.dataset`.
enum DatasetFunctions {
  static let functions = [dataset]

  private static let dataset = FunctionEntry(
    "dataset", "Opens a data set.",
    [
      Parameter("name", .string, DatasetKind.names.map { "\"\($0)\"" }.joined(separator: " or ")),
      .options(
        [
          .optional(
            "split", .string,
            "the part, such as train, validation or test; default: test; of \"folder\": a folder in it, default: none"
          ),
          .optional(
            "limit", .integer, "keep so many images, of each class as many as its share asks for", in: 1...1e9
          ),
        ] + DatasetKind.allParameters),
    ],
    returns: "dataset",
    example: "local data = gfnet.dataset(\"clutter-fashion\", {split = \"test\", limit = 100})",
    discussion: ([general] + DatasetKind.all.map(\.summary).filter { !$0.isEmpty }).joined(separator: "\n\n"),
    mayTouch: [.readFiles]
  ) { call in
    let name = try call.string("name")
    let limit = try call.optionalInteger("limit")
    try DatasetKind.checkOptions(call, of: name)
    let found = DatasetKind.all.first { $0.name == name }
    if found?.readsFiles ?? true { try call.claim(.readFiles) }
    guard let kind = found else {
      throw LuaError(
        "gfnet.dataset: there is no data set \"\(name)\"" + NearestName.hint(name, in: DatasetKind.names))
    }
    let images = try kind.open(call)
    let given: Normalization? =
      try call.has("mean") || call.has("std") ? DatasetOptions.normalization(call) : nil
    return Pushed(
      DatasetHandle(try limit.map { try images.limited(to: $0) } ?? images, normalization: given))
  }

  private static let general = """
    With limit every class keeps its share of the images, its first ones, and one at least where there is room for all \
    classes; they stay in the order of the data set. Pictures whose classes are not known are the first ones.
    """
}
