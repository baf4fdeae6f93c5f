import GlanceFocus
import Support
import Tensor
import Vision

/// The images that a script passes to a model: a data set, one of its entries, tensors, or paths of pictures. To a model of
/// clips these are clips.
struct ModelImages {
  let images: any ImageDataset
  /// True for one image, or clip, that is not in a list.
  var isSingle = false
  let classNames: [String]

  /// - Parameter place: the function, for messages.
  init(_ value: LuaValue, for configuration: Configuration, on stack: LuaStack, _ place: String) throws {
    let names = Self.classNames(configuration)
    if case .object(let object) = value, let dataset = object.value(as: DatasetHandle.self) {
      let own = dataset.images.labels
      dataset.tellNormalization(of: configuration, stack.state.context)
      images = dataset.images
      classNames = own.isEmpty ? names : own
      return
    }
    classNames = names
    if configuration.frames > 1 {
      (images, isSingle) = try Self.clips(value, for: configuration, names: names, on: stack, place)
      return
    }
    if let paths = try Self.paths(value, stack.state.context, place) {
      images = try FilesDataset(
        paths: paths, transform: .evaluation(size: configuration.imageSize), classNames: names)
      isSingle = value.asString != nil
      return
    }
    if let entries = try Self.entries(value, place) {
      images = try Self.dataset(of: entries, classes: configuration.classes, names: names, on: stack, place)
      return
    }
    var image = value
    var label: Int?
    if let table = value.asTable {
      try ImageArgument.refuseClip(table, place)
      let given = try table.get("image")
      if !given.isNil {
        image = given
        label = try table.get("label").asInteger
      }
    }
    if case .object(let object) = image, let tensor = object.value(as: Tensor.self) {
      isSingle = tensor.rank == 3
    }
    let batch = try ImageArgument.batch(image, on: stack, "\(place): argument 1 'images'")
    if let label, !(1...configuration.classes).contains(label) {
      throw LuaError("\(place): label is \(label), expected 1 to \(configuration.classes)")
    }
    images = try TensorsDataset(
      values: batch.values(), layout: .channelsFirst, imageSize: (batch.shape[2], batch.shape[3]),
      channels: batch.shape[1], labels: label.map { [Int](repeating: $0 - 1, count: batch.shape[0]) },
      classNames: names)
  }

  /// Clips: a tensor of them, one clip as frames × channels × height × width, an entry of a data set, or a list of either.
  private static func clips(
    _ value: LuaValue, for configuration: Configuration, names: [String], on stack: LuaStack, _ place: String
  ) throws -> (any ImageDataset, isSingle: Bool) {
    var (given, labels) = (value, [Int]())
    var isSingle = false
    func label(_ entry: LuaTable, _ number: Int) throws {
      let label = try entry.get("label")
      if label.isNil { return }
      guard let place = label.asInteger, (1...configuration.classes).contains(place) else {
        throw LuaError(
          "\(place): the label of clip \(number) is \(label.described), expected 1 to \(configuration.classes)"
        )
      }
      labels.append(place - 1)
    }
    var clips: Tensor?
    if let table = value.asTable, case let clip = try table.get("clip"), !clip.isNil {
      given = clip
      try label(table, 1)
    } else if let list = try value.asTable?.elements(), let first = list.first?.asTable,
      try !first.get("clip").isNil
    {
      let tensors = try list.enumerated().map { index, element in
        guard let entry = element.asTable, case let clip = try entry.get("clip"), !clip.isNil else {
          throw LuaError(
            "\(place): element \(index + 1) must be an entry of a data set of clips, as the first is, got \(element.described)"
          )
        }
        try label(entry, index + 1)
        return try one(clip, on: stack, "\(place): clip \(index + 1)")
      }
      if let odd = tensors.firstIndex(where: { $0.shape != tensors[0].shape }) {
        throw LuaError(
          "\(place): clip \(odd + 1) has shape \(tensors[odd].shape), expected \(tensors[0].shape) like clip 1"
        )
      }
      clips = try Tensor.concatenated(tensors)
    }
    if clips == nil, case .object(let object) = given, object.value(as: Tensor.self)?.rank == 4 {
      isSingle = true
      clips = try one(given, on: stack, place)
    }
    let all = try clips ?? ImageArgument.clips(given, on: stack, "\(place): argument 1 'images'")
    guard labels.isEmpty || labels.count == all.shape[0] else {
      throw LuaError("\(place): \(labels.count) of \(all.shape[0]) clips have a label, expected all or none")
    }
    let dataset = try TensorsDataset(
      values: all.values(), layout: .channelsFirst, frames: all.shape[1],
      imageSize: (all.shape[3], all.shape[4]),
      channels: all.shape[2], labels: labels.isEmpty ? nil : labels, classNames: names)
    return (dataset, isSingle)
  }

  /// One clip, frames × channels × height × width, with an axis for clips before the others.
  private static func one(_ value: LuaValue, on stack: LuaStack, _ place: String) throws -> Tensor {
    try value.push(onto: stack)
    defer { stack.pop() }
    let clip = try stack.tensor(at: -1, place)
    guard clip.rank == 4, clip.shape[1] == 1 || clip.shape[1] == 3 else {
      throw LuaError(
        "\(place) has shape \(clip.shape), expected frames × channels × height × width with 1 or 3 channels")
    }
    return try clip.unsqueezed(0)
  }

  /// What the model calls its classes, or their numbers.
  static func classNames(_ configuration: Configuration) -> [String] {
    configuration.labels.isEmpty ? (1...configuration.classes).map(String.init) : configuration.labels
  }

  /// Entries of data sets in a list, as in `{data[1], data[2]}`; nil when `value` is something else.
  private static func entries(_ value: LuaValue, _ place: String) throws -> [(
    image: LuaValue, label: LuaValue
  )]? {
    guard let list = try value.asTable?.elements(), let first = list.first?.asTable else { return nil }
    try ImageArgument.refuseClip(first, place)
    guard try !first.get("image").isNil else { return nil }
    return try list.enumerated().map { index, element in
      guard let entry = element.asTable, case let image = try entry.get("image"), !image.isNil else {
        throw LuaError(
          "\(place): element \(index + 1) must be an entry of a data set, as the first is, got \(element.described)"
        )
      }
      return (image, try entry.get("label"))
    }
  }

  private static func dataset(
    of entries: [(image: LuaValue, label: LuaValue)], classes: Int, names: [String], on stack: LuaStack,
    _ place: String
  ) throws -> any ImageDataset {
    let images = try entries.enumerated().map { index, entry in
      try ImageArgument.batch(entry.image, on: stack, "\(place): image \(index + 1)")
    }
    if let odd = images.firstIndex(where: { $0.shape != images[0].shape || $0.shape[0] != 1 }) {
      throw LuaError(
        "\(place): image \(odd + 1) has shape \(images[odd].shape), expected \(images[0].shape) like image 1")
    }
    let labels = try entries.enumerated().compactMap { index, entry -> Int? in
      guard !entry.label.isNil else { return nil }
      guard let label = entry.label.asInteger, (1...classes).contains(label) else {
        throw LuaError(
          "\(place): the label of image \(index + 1) is \(entry.label.described), expected 1 to \(classes)")
      }
      return label - 1
    }
    guard labels.isEmpty || labels.count == entries.count else {
      throw LuaError(
        "\(place): \(labels.count) of \(entries.count) images have a label, expected all or none")
    }
    let shape = images[0].shape
    return try TensorsDataset(
      values: images.flatMap { try $0.values() }, layout: .channelsFirst, imageSize: (shape[2], shape[3]),
      channels: shape[1], labels: labels.isEmpty ? nil : labels, classNames: names)
  }

  /// Paths of pictures; nil when `value` is something else.
  private static func paths(_ value: LuaValue, _ context: HostContext, _ place: String) throws -> [FilePath]?
  {
    if value.asString != nil { return [try path(value, context, place)] }
    guard let list = try value.asTable?.elements(), list.first?.asString != nil else { return nil }
    return try list.enumerated().map { index, element in
      try path(element, context, "\(place): element \(index + 1)")
    }
  }

  private static func path(_ value: LuaValue, _ context: HostContext, _ place: String) throws -> FilePath {
    try context.claim(.readFiles, for: place)
    guard let path = value.asPath, !path.isEmpty else {
      throw LuaError("\(place) must be the path of a picture, got \(value.described)")
    }
    // A path drops the slash at its end, and with it what the system would say.
    if value.stringBytes?.last == UInt8(ascii: "/"), path.isRegularFile {
      throw LuaError("\(place): cannot read \(path)/: Not a directory")
    }
    do {
      return try context.readable(path)
    } catch let error as FileAccess.Refused {
      throw LuaError("\(place): \(error)", underlying: error)
    }
  }
}
