import Foundation
import Support

/// Pictures in a folder, one folder for each class, read and transformed when they are asked for.
///
/// The order of classes and pictures is that of torchvision's `ImageFolder`. Which part of a picture an augmentation
/// takes depends on the seed, the epoch and the picture alone.
public struct FolderDataset: ImageDataset {
  /// What happens at a picture that cannot be read.
  public enum DamagePolicy: String, Sendable, CaseIterable {
    /// It is left out of its batch and entered in ``FolderDataset/damaged``.
    case skip
    /// The run ends with its error.
    case stop
  }

  public struct Options: Sendable {
    /// A folder in the folder, such as `val`; empty: none.
    public var split = ""
    /// The class folders in the order of the labels; nil: all, sorted.
    public var classes: [String]?
    /// A ``LabelFile``.
    public var labelFile: FilePath?
    public var normalization = Normalization.imageNet
    public var damage = DamagePolicy.skip
    /// Of augmentations.
    public var seed: UInt64 = 0

    public init() {}
  }

  private let root: FilePath
  private let index: FolderIndex
  private let transform: ImageTransform
  private let random: CounterRandom
  public let split: String
  public let identity: String
  public let labels: [String]
  public let normalization: Normalization
  public let damaged: DamagedImages?
  public var heldBytes: Int { 256 * index.files.count }

  /// Lists the pictures; none is opened yet.
  ///
  /// - Throws: ``DatasetError`` in one line when the folder or a class cannot be read or has no pictures.
  public init(path: FilePath, transform: ImageTransform, options: Options = Options()) throws {
    root = options.split.isEmpty ? path : path / options.split
    guard root.isFolder else {
      throw DatasetError.invalid("\(root) is not a folder\(Self.splitHint(path, options.split))")
    }
    let extensions = Set(ImageFormat.extensions)
    var names: [String]?
    switch try options.labelFile.map({ try LabelFile($0).content }) {
    case .classes(let classes):
      guard options.classes == nil else {
        throw DatasetError.invalid("\(root): classes are given twice, by a list and by a file")
      }
      index = try FolderIndex(root, classes: classes.map(\.folder), extensions: extensions)
      names = classes.map(\.name)
    case .pictures(let pictures, let classes):
      if let given = options.classes {
        guard given.count >= classes.count else {
          throw DatasetError.invalid(
            "\(root): \(given.count) classes, but the labels go up to \(classes.count)")
        }
        names = given
      }
      index = try FolderIndex(root, listed: pictures)
      names = names ?? classes
    case nil:
      index = try FolderIndex(
        root, classes: options.classes.map { $0.map { FilePath($0) } }, extensions: extensions)
    }
    labels = names ?? index.classes.map(\.shown)
    guard !index.files.isEmpty else { throw DatasetError.invalid("\(root): there are no pictures in it") }
    self.transform = transform
    normalization = options.normalization
    split = options.split.isEmpty ? "all" : options.split
    damaged = options.damage == .skip ? DamagedImages() : nil
    random = CounterRandom(seed: options.seed, stream: "augmentation")
    var hash = ContentHash()
    for file in index.files {
      hash.add(file.path.bytes)
      for number in [file.label, file.bytes, file.changed] { hash.add(UInt64(bitPattern: Int64(number))) }
    }
    for name in labels { hash.add(Array(name.utf8)) }
    // What is drawn at random depends on the seed; nothing else does.
    let seed = transform.augmentation == nil ? "" : " seed=\(options.seed)"
    identity = "folder/\(split) \(root) \(transform.identity)\(seed) content=\(hash)"
  }

  public var name: String { "folder" }
  public var count: Int { index.files.count }
  public var imageSize: (height: Int, width: Int) { transform.crop }
  public var channels: Int { 3 }
  public var loaderThreads: Int { ProcessInfo.processInfo.activeProcessorCount }

  public func label(at index: Int) -> Int { self.index.files[index].label }

  /// The file, relative to the folder.
  public func itemName(at index: Int) -> String { self.index.files[index].path.shown }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkImage(index)
    try checkSize(pixels)
    do {
      let image = try ImageDecoder.decode(contentsOf: root.pushing(self.index.files[index].path))
      let result = try transform.apply(image, random.child(epoch).child(index))
      _ = pixels.update(fromContentsOf: result.pixels)
    } catch let error as ImageError {
      damaged?.add(index, error.description)
      throw error
    }
  }

  /// The folders that could have been meant.
  private static func splitHint(_ path: FilePath, _ split: String) -> String {
    guard !split.isEmpty, let found = try? FolderListing(path).folders, !found.isEmpty else { return "" }
    return NearestName.hint(split, in: found.map(\.shown))
  }
}
