import GlanceFocus
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
      .options(
        [
          .optional(
            "split", .string,
            "the part, such as train, validation or test; default: test; of \"folder\": a folder in it, default: none"
          ),
          .optional(
            "limit", .integer, "keep so many images, of each class as many as its share asks for", in: 1...1e9
          ),
          .optional(
            "images", .either([.object("tensor"), .table]),
            "of \"tensors\": N×C×H×W, or a list of C×H×W; values from 0 to 1"),
          .optional(
            "labels", .either([.list(.integer), .object("tensor"), .string]),
            "of \"tensors\": the class of each image, from 1; of \"folder\": a text file of classes or pictures; of \"files\": of classes; \"imagenet\" comes with the program"
          ),
          .optional(
            "classes", .list(.string),
            "of \"tensors\" and \"files\": the names of the classes; of \"folder\": the class folders in the order of their numbers"
          ),
          .optional("path", .string, "of \"folder\": the folder; required there"),
          .optional("paths", .list(.string), "of \"files\": the pictures; required there"),
        ] + PictureOptions.parameters + [
          .optional(
            "augment", .boolean,
            "of \"folder\": a random part of each picture, mirrored at random, another one every epoch"),
          .optional(
            "mean", .list(.number), "of \"folder\" and \"files\": of the normalisation; default: ImageNet's"),
          .optional(
            "std", .list(.number), "of \"folder\" and \"files\": of the normalisation; default: ImageNet's"),
          .optional(
            "on_error", .choice(FolderDataset.DamagePolicy.allCases.map(\.rawValue)),
            "of \"folder\": leave out pictures that cannot be read (skip, the default), or end the run (stop)"
          ),
          .optional("seed", .integer, "of \"folder\": of what augment draws; default: the run's"),
        ]),
    ],
    returns: "dataset",
    example: "local data = gfnet.dataset(\"clutter-fashion\", {split = \"test\", limit = 100})",
    discussion: """
      With limit every class keeps its share of the images, its first ones, and one at least where there is room for all \
      classes; they stay in the order of the data set. Pictures whose classes are not known are the first ones.

      The data set "tensors" is made of what the script passes, kept as the nearest of 256 levels: \
      gfnet.dataset("tensors", {images = …, labels = {1, 2, …}}).

      The data set "folder" has a folder of pictures for each class, in the order of their names, like torchvision's \
      ImageFolder: gfnet.dataset("folder", {path = "imagenet", split = "val"}). Pictures are resized until the shorter \
      side is 256 pixels long and their centre of 224 × 224 is taken, unless resize and crop say otherwise. Lines \
      "n01440764 tench" of a text file named by labels give the class folders in order, with what to call them; lines \
      "1.jpg 65" or "1.jpg,65" give the class of each picture, from 0 as in ImageNet's lists, or its name. data.damaged \
      lists what could not be read.

      The data set "files" is a list of pictures of which no class is known: gfnet.dataset("files", {paths = \
      {"cat.jpg"}, labels = "imagenet"}). Without labels the model that sees them names its classes.
      """, mayTouch: [.readFiles]
  ) { call in
    let name = try call.string("name")
    let limit = try call.optionalInteger("limit")
    let images: any ImageDataset
    try checkOptions(call, of: name)
    if name != "tensors" { try call.claim(.readFiles) }
    if name == "tensors" {
      images = try tensors(call)
    } else if name == "folder" {
      images = try folder(call)
    } else if name == "files" {
      images = try files(call)
    } else {
      guard names.contains(name) else {
        throw LuaError("gfnet.dataset: there is no data set \"\(name)\"" + NearestName.hint(name, in: names))
      }
      images = try Datasets.open(name: name, split: call.optionalString("split") ?? "test")
    }
    let given: Normalization? = try call.has("mean") || call.has("std") ? normalization(call) : nil
    return Pushed(
      DatasetHandle(try limit.map { try images.limited(to: $0) } ?? images, normalization: given))
  }

  private static let names = Datasets.all.map(\.name) + ["files", "folder", "tensors"]

  /// Options that some data sets alone have.
  private static let owners: [(options: [String], datasets: [String])] = [
    (["images"], ["tensors"]), (["paths"], ["files"]),
    (["labels", "classes"], ["tensors", "folder", "files"]),
    (["resize", "crop", "interpolation", "mean", "std"], ["folder", "files"]),
    (["path", "augment", "on_error", "seed"], ["folder"]),
  ]

  private static func checkOptions(_ call: LuaCall, of name: String) throws {
    for (options, datasets) in owners where !datasets.contains(name) {
      for option in options where try call.has(option) {
        let list = datasets.map { "\"\($0)\"" }.joined(separator: " and ")
        throw LuaError("gfnet.dataset: the option '\(option)' is for the data set \(list) only")
      }
    }
  }

  private static func folder(_ call: LuaCall) throws -> any ImageDataset {
    guard let path = try call.optionalInputPath("path") else {
      throw LuaError("gfnet.dataset: \"folder\" needs path = \"…\", a folder with one folder for each class")
    }
    var options = FolderDataset.Options()
    options.split = try call.optionalString("split") ?? ""
    options.labelFile = try labelFile(call, of: "folder")
    if try call.has("classes") {
      // Names of folders need not be text.
      options.classes = try call.elements("classes").compactMap { $0.stringBytes.map { ClassName($0) } }
    }
    options.damage = try FolderDataset.DamagePolicy(rawValue: call.optionalString("on_error") ?? "") ?? .skip
    options.seed = try Seeds.of(call)
    options.normalization = try normalization(call)
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

  /// What folders are called that hold the parts of a data set, not its classes.
  private static let splits: Set = [
    "train", "training", "val", "valid", "validation", "test", "testing", "dev", "eval", "evaluation",
  ]

  /// The names of classes that are none of folders.
  private static func classNames(_ call: LuaCall) throws -> [String] {
    try call.elements("classes").compactMap(\.stringBytes).map {
      String(validating: $0, as: UTF8.self) ?? String(escaping: $0)
    }
  }

  private static func files(_ call: LuaCall) throws -> any ImageDataset {
    guard try call.has("paths") else {
      throw LuaError("gfnet.dataset: \"files\" needs paths = {\"photo.jpg\", …}")
    }
    let file = try labelFile(call, of: "files")
    guard try file == nil || !call.has("classes") else {
      throw LuaError("gfnet.dataset: classes are given twice, by 'labels' and by 'classes'")
    }
    let names = try file.map(ClassList.names) ?? classNames(call)
    return try FilesDataset(
      paths: call.inputPaths("paths"), transform: PictureOptions.transform(call, defaultCrop: 224),
      classNames: names, normalization: normalization(call))
  }

  /// The text file that the option `labels` names, or the list of that name that comes with the program.
  private static func labelFile(_ call: LuaCall, of dataset: String) throws -> FilePath? {
    guard try call.has("labels") else { return nil }
    guard try call.value("labels").asString != nil else {
      throw LuaError(
        "gfnet.dataset: of \"\(dataset)\", the option 'labels' is a text file, or the name of a list of classes"
      )
    }
    let name = try call.path("labels")
    return ModelLibrary.standard(scriptFolder: call.context.scriptFolder).classList(name)
      ?? call.context.found(name)
  }

  private static func normalization(_ call: LuaCall) throws -> Normalization {
    func three(_ name: String, _ fallback: [Float]) throws -> [Float] {
      guard try call.has(name) else { return fallback }
      let values = try call.numbers(name).map(Float.init)
      guard values.count == 3, values.allSatisfy(\.isFinite), name == "mean" || values.allSatisfy({ $0 > 0 })
      else {
        throw LuaError(
          "gfnet.dataset: option '\(name)' must be three \(name == "std" ? "positive " : "")numbers")
      }
      if let bad = values.first(where: { !(0...1).contains($0) }) {
        throw LuaError(
          "gfnet.dataset: option '\(name)' holds \(bad), expected numbers from 0 to 1, as the pixels are")
      }
      return values
    }
    return Normalization(
      mean: try three("mean", Normalization.imageNet.mean), std: try three("std", Normalization.imageNet.std))
  }

  private static func tensors(_ call: LuaCall) throws -> any ImageDataset {
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
      channels: batch.shape[1], labels: classes(labels, call),
      classNames: call.has("classes") ? classNames(call) : nil,
      split: call.optionalString("split") ?? "all")
  }
}

extension DatasetFunctions {
  /// 0-based classes from a list or a tensor of them.
  private static func classes(_ labels: LuaValue, _ call: LuaCall) throws -> [Int] {
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

/// Images that a script passes as tensors.
enum ImageArgument {
  /// N×C×H×W from such a tensor, from one image of C×H×W, or from a list of those.
  static func batch(_ value: LuaValue, on stack: LuaStack, _ place: String) throws -> Tensor {
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
    // Entries of a data set, which are tables themselves.
    if let first = try value.asTable?.elements().first?.asTable, try !first.get("image").isNil {
      throw LuaError(
        "\(place): element 1 is an entry of a data set; pass data:subset{1, 2, …}, or the images: {d[1].image, …}"
      )
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
