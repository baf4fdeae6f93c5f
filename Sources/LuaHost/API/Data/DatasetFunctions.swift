import Reports
import Support
import Vision

/// `gfnet.dataset`.
enum DatasetFunctions {
  static let functions = [dataset]

  private static let name = ArgumentKey<String>(
    FunctionParameter("name", .string, DatasetKind.names.map { "\"\($0)\"" }.joined(separator: " or "))
      .naming { _ in DatasetKind.names }
  ) { call, name in try call.string(name) }
  private static let limit = ArgumentKey<Int?>(
    "limit", "keep so many images, clips or videos, of each class as many as its share asks for", in: 1...1e9)
  private static let options = [DatasetOptions.split.parameter, limit.parameter] + DatasetKind.allParameters

  private static let dataset = FunctionEntry(
    "dataset", "Opens a data set.", [name, .options(options)],
    returns: "dataset",
    example: "local data = gfnet.dataset(\"clutter-fashion\", {split = \"test\", limit = 100})",
    discussion: ([general] + DatasetKind.all.map(\.summary).filter { !$0.isEmpty }).joined(separator: "\n\n"),
    mayTouch: [.readFiles]
  ) { call in
    let asked = try call[name]
    let most = try call[limit]
    try DatasetKind.checkOptions(call, of: asked)
    let found = DatasetKind.all.first { $0.name == asked }
    if found?.readsFiles ?? true { try call.claim(.readFiles) }
    guard let kind = found else {
      throw LuaError(
        "gfnet.dataset: there is no data set \"\(asked)\"" + NearestName.hint(asked, in: DatasetKind.names))
    }
    let images = try kind.open(call)
    let normalization = try DatasetOptions.givenNormalization(of: call)
    let kept = try most.map { try images.limited(to: $0) } ?? images
    call.context.note(data: kept)
    return Pushed(DatasetHandle(kept, normalization: normalization))
  }

  private static let general = """
    With limit every class keeps its share of the images, its first ones, and one at least where there is room for all \
    classes; they stay in the order of the data set. Pictures whose classes are not known are the first ones. The items of \
    "clutter-motion", "frames" and "videos" are clips of several frames: data.frames of them each.
    """
}

extension HostContext {
  /// Keeps which images a script opened, for `meta.json`.
  fileprivate func note(data images: any ImageDataset) {
    let name = images.split.isEmpty ? images.name : "\(images.name)/\(images.split)"
    let data = RunFacts.Data(name: name, count: images.count, identity: images.identity)
    if !openedData.contains(data) { openedData.append(data) }
  }
}
