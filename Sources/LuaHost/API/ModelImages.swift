import GlanceFocus
import Support
import Tensor
import Vision

/// The images that a script passes to a model: a data set, one of its entries, tensors, or paths of pictures.
struct ModelImages {
  let images: any ImageDataset
  /// True for one image that is not in a list.
  var isSingle = false
  let classNames: [String]

  /// - Parameter place: the function, for messages.
  init(_ value: LuaValue, for configuration: Configuration, on stack: LuaStack, _ place: String) throws {
    let names = Self.classNames(configuration)
    if case .object(let object) = value, let dataset = object.value(as: DatasetHandle.self) {
      let own = dataset.images.labels
      images = dataset.images
      classNames = own.isEmpty ? names : own
      return
    }
    classNames = names
    if let paths = try Self.paths(value, place) {
      images = try FilesDataset(
        paths: paths, transform: .evaluation(size: configuration.imageSize), classNames: names)
      isSingle = value.asString != nil
      return
    }
    var image = value
    var label: Int?
    if let table = value.asTable {
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

  /// What the model calls its classes, or their numbers.
  static func classNames(_ configuration: Configuration) -> [String] {
    configuration.labels.isEmpty ? (1...configuration.classes).map(String.init) : configuration.labels
  }

  /// Paths of pictures; nil when `value` is something else.
  private static func paths(_ value: LuaValue, _ place: String) throws -> [FilePath]? {
    if value.asString != nil { return [try path(value, place)] }
    guard let list = try value.asTable?.elements(), list.first?.asString != nil else { return nil }
    return try list.enumerated().map { index, element in
      try path(element, "\(place): element \(index + 1)")
    }
  }

  private static func path(_ value: LuaValue, _ place: String) throws -> FilePath {
    guard let path = value.asPath, !path.isEmpty else {
      throw LuaError("\(place) must be the path of a picture, got \(value.described)")
    }
    return path
  }
}
