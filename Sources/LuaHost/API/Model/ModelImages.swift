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
    if let entries = try Self.entries(value, of: "image", place) {
      images = try Self.dataset(
        of: entries, "image", classes: configuration.classes, names: names, on: stack, place)
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
    images = try Self.dataset(
      of: [batch], labels: label.map { [Int](repeating: $0 - 1, count: batch.shape[0]) }, names)
  }

  /// Clips: a tensor of them, one clip as frames × channels × height × width, an entry of a data set, or a list of either.
  private static func clips(
    _ value: LuaValue, for configuration: Configuration, names: [String], on stack: LuaStack, _ place: String
  ) throws -> (any ImageDataset, isSingle: Bool) {
    let classes = configuration.classes
    if let entries = try entries(value, of: "clip", place) {
      return (try dataset(of: entries, "clip", classes: classes, names: names, on: stack, place), false)
    }
    var entry = (item: value, label: LuaValue.nil)
    if let table = value.asTable, case let clip = try table.get("clip"), !clip.isNil {
      entry = (clip, try table.get("label"))
    }
    if case .object(let object) = entry.item, object.value(as: Tensor.self)?.rank == 4 {
      return (try dataset(of: [entry], "clip", classes: classes, names: names, on: stack, place), true)
    }
    let clips = try ImageArgument.clips(entry.item, on: stack, "\(place): argument 1 'images'")
    let labels = try labels(of: [entry], "clip", classes: classes, place)
    guard labels.isEmpty || labels.count == clips.shape[0] else {
      throw LuaError(
        "\(place): \(labels.count) of \(clips.shape[0]) clips have a label, expected all or none")
    }
    return (try dataset(of: [clips], labels: labels.isEmpty ? nil : labels, names), false)
  }

  /// One clip, frames × channels × height × width, with an axis for clips before the others.
  private static func clip(_ value: LuaValue, on stack: LuaStack, _ place: String) throws -> Tensor {
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

  /// Entries of data sets in a list, as in `{data[1], data[2]}`, whose items are called by `noun`, image or clip; nil when
  /// `value` is something else.
  private static func entries(_ value: LuaValue, of noun: String, _ place: String) throws -> [(
    item: LuaValue, label: LuaValue
  )]? {
    guard let list = try value.asTable?.elements(), let first = list.first?.asTable else { return nil }
    if noun == "image" { try ImageArgument.refuseClip(first, place) }
    guard try !first.get(noun).isNil else { return nil }
    return try list.enumerated().map { index, element in
      guard let entry = element.asTable, case let item = try entry.get(noun), !item.isNil else {
        throw LuaError(
          "\(place): element \(index + 1) must be an entry of a data set\(noun == "clip" ? " of clips" : ""), as the first is, got \(element.described)"
        )
      }
      return (item, try entry.get("label"))
    }
  }

  private static func dataset(
    of entries: [(item: LuaValue, label: LuaValue)], _ noun: String, classes: Int, names: [String],
    on stack: LuaStack, _ place: String
  ) throws -> any ImageDataset {
    let read = noun == "clip" ? clip : ImageArgument.batch
    let items = try entries.enumerated().map { index, entry in
      try read(entry.item, stack, "\(place): \(noun) \(index + 1)")
    }
    if let odd = items.firstIndex(where: { $0.shape != items[0].shape || $0.shape[0] != 1 }) {
      throw LuaError(
        "\(place): \(noun) \(odd + 1) has shape \(items[odd].shape), expected \(items[0].shape) like \(noun) 1"
      )
    }
    let labels = try labels(of: entries, noun, classes: classes, place)
    guard labels.isEmpty || labels.count == entries.count else {
      throw LuaError(
        "\(place): \(labels.count) of \(entries.count) \(noun)s have a label, expected all or none")
    }
    return try dataset(of: items, labels: labels.isEmpty ? nil : labels, names)
  }

  /// The classes, from 0, of the entries that have one.
  private static func labels(
    of entries: [(item: LuaValue, label: LuaValue)], _ noun: String, classes: Int, _ place: String
  ) throws -> [Int] {
    try entries.enumerated().compactMap { index, entry -> Int? in
      guard !entry.label.isNil else { return nil }
      guard let label = entry.label.asInteger, (1...classes).contains(label) else {
        throw LuaError(
          "\(place): the label of \(noun) \(index + 1) is \(entry.label.described), expected 1 to \(classes)")
      }
      return label - 1
    }
  }

  /// Images, n×C×H×W, or clips, n×F×C×H×W, all of one shape but for n, after each other.
  private static func dataset(of batches: [Tensor], labels: [Int]?, _ names: [String]) throws
    -> TensorsDataset
  {
    let sizes = batches[0].shape.sizes
    let (channels, height, width) = (sizes[sizes.count - 3], sizes[sizes.count - 2], sizes[sizes.count - 1])
    return try TensorsDataset(
      values: batches.flatMap { try $0.values() }, layout: .channelsFirst,
      frames: sizes.count == 5 ? sizes[1] : 1, imageSize: (height, width), channels: channels, labels: labels,
      classNames: names)
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
