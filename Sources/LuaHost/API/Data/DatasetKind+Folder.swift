import Support
import Vision

extension DatasetKind {
  private static let labels = DatasetOptions.labelFile(of: "folder", "a text file of classes or pictures")
  /// The names are bytes: those of folders need not be text.
  private static let classes = ArgumentKey<[ClassName]?>(
    .optional("classes", .list(.string), "the class folders in the order of their numbers")
  ) { call, name in
    try DatasetOptions.listed(call, name)?.map { ClassName($0) }
  }
  private static let path = ArgumentKey<FilePath>.inputPath("path", "the folder; required there").optional
  private static let augment = ArgumentKey<Bool?>(
    "augment", "a random part of each picture, mirrored at random, another one every epoch")
  private static let seed = ArgumentKey<UInt64>.seed(of: "what augment draws")

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
    rows: [
      [labels, classes, path], PictureOptions.parameters, [augment], DatasetOptions.normalization,
      [DatasetOptions.onError, seed],
    ]
  ) { call in
    guard let folder = try call[path] else {
      throw LuaError("gfnet.dataset: \"folder\" needs path = \"…\", a folder with one folder for each class")
    }
    var options = FolderDataset.Options()
    options.split = try call[DatasetOptions.split] ?? ""
    options.labelFile = try call[labels]
    options.classes = try call[classes]
    if let damage = try call[DatasetOptions.onError] { options.damage = damage }
    options.seed = try call[seed]
    options.normalization = try DatasetOptions.normalization(of: call)
    let augments = try call[augment] ?? false
    let images = try FolderDataset(
      path: folder, transform: PictureOptions.transform(call, defaultCrop: 224, augments: augments),
      options: options)
    if options.labelFile == nil, options.classes == nil { warnOfSplits(images, folder, call) }
    return images
  }

  /// Says what classes there are where they are called as the parts of a data set are, and no part was named.
  static func warnOfSplits(_ images: any ImageDataset, _ folder: FilePath, _ call: LuaCall) {
    guard images.split == "all", let first = images.labels.first,
      images.labels.allSatisfy({ splits.contains($0.lowercased()) })
    else { return }
    call.context.note(
      "gfnet.dataset: the folders in \(folder) are taken as the classes \(images.labels.joined(separator: ", "));"
        + " if they are the parts of a data set, name one: split = \"\(first)\"")
  }

  /// What folders are called that hold the parts of a data set, not its classes.
  private static let splits: Set = [
    "train", "training", "val", "valid", "validation", "test", "testing", "dev", "eval", "evaluation",
  ]
}
