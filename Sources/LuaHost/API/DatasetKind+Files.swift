import Vision

extension DatasetKind {
  /// Pictures that the script names, of which no class is known.
  static let files = DatasetKind(
    name: "files",
    summary: """
      The data set "files" is a list of pictures of which no class is known: gfnet.dataset("files", {paths = \
      {"cat.jpg"}, labels = "imagenet"}). Without labels the model that sees them names its classes.
      """,
    parameters: [
      .optional("labels", .string, "of classes; \"imagenet\" comes with the program"),
      .optional("classes", .list(.string), "the names of the classes"),
      .optional("paths", .list(.string), "the pictures; required there"),
    ] + PictureOptions.parameters + DatasetOptions.normalizationParameters
  ) { call in
    guard try call.has("paths") else {
      throw LuaError("gfnet.dataset: \"files\" needs paths = {\"photo.jpg\", …}")
    }
    let file = try DatasetOptions.labelFile(call, of: "files")
    guard try file == nil || !call.has("classes") else {
      throw LuaError("gfnet.dataset: classes are given twice, by 'labels' and by 'classes'")
    }
    let names = try file.map(ClassList.names) ?? DatasetOptions.classNames(call)
    return try FilesDataset(
      paths: call.inputPaths("paths"), transform: PictureOptions.transform(call, defaultCrop: 224),
      classNames: names, normalization: DatasetOptions.normalization(call))
  }
}
