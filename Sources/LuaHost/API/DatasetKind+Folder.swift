import Vision

extension DatasetKind {
  /// A folder with a folder of pictures for each class.
  static let folder = DatasetKind(
    name: "folder",
    summary: """
      The data set "folder" has a folder of pictures for each class, in the order of their names, like torchvision's \
      ImageFolder: gfnet.dataset("folder", {path = "imagenet", split = "val"}). Pictures are resized until the shorter \
      side is 256 pixels long and their centre of 224 × 224 is taken, unless resize and crop say otherwise. Lines \
      "n01440764 tench" of a text file named by labels give the class folders in order, with what to call them; lines \
      "1.jpg 65" or "1.jpg,65" give the class of each picture, from 0 as in ImageNet's lists, or its name. data.damaged \
      lists what could not be read.
      """,
    parameters: folderParameters
  ) { call in
    guard let path = try call.optionalInputPath("path") else {
      throw LuaError("gfnet.dataset: \"folder\" needs path = \"…\", a folder with one folder for each class")
    }
    var options = FolderDataset.Options()
    options.split = try call.optionalString("split") ?? ""
    options.labelFile = try DatasetOptions.labelFile(call, of: "folder")
    if try call.has("classes") {
      // Names of folders need not be text.
      options.classes = try call.elements("classes").compactMap { $0.stringBytes.map { ClassName($0) } }
    }
    options.damage = try FolderDataset.DamagePolicy(rawValue: call.optionalString("on_error") ?? "") ?? .skip
    options.seed = try Seeds.of(call)
    options.normalization = try DatasetOptions.normalization(call)
    let augments = try call.optionalBoolean("augment") ?? false
    let images = try FolderDataset(
      path: path, transform: PictureOptions.transform(call, defaultCrop: 224, augments: augments),
      options: options)
    let isPlain = options.split.isEmpty && options.labelFile == nil && options.classes == nil
    if isPlain, images.labels.allSatisfy({ splits.contains($0.lowercased()) }) {
      call.context.note(
        "gfnet.dataset: the folders in \(path) are taken as the classes \(images.labels.joined(separator: ", "));"
          + " if they are the parts of a data set, name one: split = \"\(images.labels[0])\"")
    }
    return images
  }

  private static let folderParameters: [Parameter] = {
    var parameters: [Parameter] = [
      .optional("labels", .string, "a text file of classes or pictures"),
      .optional("classes", .list(.string), "the class folders in the order of their numbers"),
      .optional("path", .string, "the folder; required there"),
    ]
    parameters += PictureOptions.parameters
    parameters.append(
      .optional(
        "augment", .boolean, "a random part of each picture, mirrored at random, another one every epoch"))
    parameters += DatasetOptions.normalizationParameters
    parameters.append(
      .optional(
        "on_error", .choice(FolderDataset.DamagePolicy.allCases.map(\.rawValue)),
        "leave out pictures that cannot be read (skip, the default), or end the run (stop)"))
    parameters.append(.optional("seed", .integer, "of what augment draws; default: the run's"))
    return parameters
  }()

  /// What folders are called that hold the parts of a data set, not its classes.
  private static let splits: Set = [
    "train", "training", "val", "valid", "validation", "test", "testing", "dev", "eval", "evaluation",
  ]
}
