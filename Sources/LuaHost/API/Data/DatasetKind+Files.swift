import Support
import Vision

extension DatasetKind {
  private static let labels = DatasetOptions.labelFile(
    of: "files", "of classes; \"imagenet\" comes with the program")
  private static let paths = ArgumentKey<[FilePath]>(
    .optional("paths", .list(.string), "the pictures; required there"), read: { try $0.inputPaths($1) })

  /// Pictures that the script names, of which no class is known.
  static let files = DatasetKind(
    name: "files",
    summary: """
      The data set "files" is a list of pictures of which no class is known: gfnet.dataset("files", {paths = \
      {"cat.jpg"}, labels = "imagenet"}). Without labels the model that sees them names its classes.
      """,
    rows: [
      [labels, DatasetOptions.classNames, paths], PictureOptions.parameters, DatasetOptions.normalization,
    ]
  ) { call in
    guard try call.has(paths) else {
      throw LuaError("gfnet.dataset: \"files\" needs paths = {\"photo.jpg\", …}")
    }
    let file = try call[labels]
    guard try file == nil || !call.has(DatasetOptions.classNames) else {
      throw LuaError("gfnet.dataset: classes are given twice, by 'labels' and by 'classes'")
    }
    let names = try file.map(ClassList.names) ?? call[DatasetOptions.classNames] ?? []
    return try FilesDataset(
      paths: call[paths], transform: PictureOptions.transform(call, defaultCrop: 224),
      classNames: names, normalization: DatasetOptions.normalization(of: call))
  }
}
