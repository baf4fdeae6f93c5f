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

  /// How a folder is read.
  public struct Options: Sendable {
    /// A folder in the folder, such as `val`; empty for none.
    public var split = ""
    /// The class folders in the order of the labels; nil for all, sorted.
    public var classes: [ClassName]?
    /// A file that says what the classes are: it names their folders, or pictures with their classes.
    public var labelFile: FilePath?
    /// What encoders normalise the pixels with.
    public var normalization = Normalization.imageNet
    /// What happens at a picture that cannot be read.
    public var damage = DamagePolicy.skip
    /// What the random choices of augmentations follow from.
    public var seed: UInt64 = 0

    /// All folders as classes, without a split; damaged pictures are skipped.
    public init() {}
  }

  private let root: FilePath
  private let index: FolderIndex
  private let transform: ImageTransform
  private let random: CounterRandom
  public let split: String
  public let identity: String
  public let labels: [String]
  public let labelNames: [ClassName]
  public let normalization: Normalization
  public let damaged: DamagedImages?
  public var heldBytes: Int { 256 * index.files.count }

  /// Lists the pictures; none is opened yet.
  ///
  /// - Throws: ``DatasetError`` in one line when the folder or a class cannot be read or has no pictures;
  ///   `FileAccess.Refused` where the split, or a picture of the file of labels, leads to what scripts may not read.
  public init(path: FilePath, transform: ImageTransform, options: Options = Options()) throws {
    let root = options.split.isEmpty ? path : path / options.split
    // The name of a part may lead out of the folder that the caller has looked at.
    try FileAccess.requireEnforced(root, for: .read)
    guard root.isFolder else {
      throw DatasetError.invalid("\(root) is not a folder\(Self.splitHint(path, options.split))")
    }
    let listed = try Self.listed(root, options)
    self.root = root
    index = listed.index
    labelNames = listed.names
    labels = listed.names.map(\.shown)
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
    for name in labelNames { hash.add(name.bytes) }
    // What is drawn at random depends on the seed; nothing else does.
    let seed = transform.augmentation == nil ? "" : " seed=\(options.seed)"
    identity = "folder/\(split) \(root) \(transform.identity)\(seed) content=\(hash)"
  }

  /// The pictures, and what their classes are called.
  private static func listed(
    _ root: FilePath, _ options: Options
  ) throws -> (index: FolderIndex, names: [ClassName]) {
    let extensions = Set(ImageFormat.extensions)
    guard let path = options.labelFile else {
      let wanted = try options.classes?.map { name -> FilePath in
        guard let folder = FilePath(bytes: name.bytes) else {
          throw DatasetError.invalid("\(root): the class '\(name.shown)' holds a NUL byte")
        }
        return folder
      }
      let index = try FolderIndex(root, classes: wanted, extensions: extensions)
      return (index, index.classes.map { ClassName($0.bytes) })
    }
    let file = try LabelFile(path, folders: (try? FolderListing(root).folders) ?? [])
    switch file.content {
    case .classes(let classes):
      guard try !FolderListing(root).folders.isEmpty else {
        throw DatasetError.invalid(
          "\(path), line \(file.first.number): '\(file.first.shown.prefix(80))' is neither 'PICTURE class' nor"
            + " 'PICTURE,class', and \(root) has no folders that it could name")
      }
      guard options.classes == nil else {
        throw DatasetError.invalid("\(root): classes are given twice, by a list and by a file")
      }
      let index = try FolderIndex(root, classes: classes.map(\.folder), extensions: extensions)
      return (index, classes.map(\.name))
    case .numbered(let pictures):
      let count = (pictures.map(\.label).max() ?? 0) + 1
      if let given = options.classes, given.count < count {
        throw DatasetError.invalid("\(root): \(given.count) classes, but the labels go up to \(count)")
      }
      let names = options.classes ?? (1...count).map { ClassName(String($0).utf8) }
      return (try FolderIndex(root, listed: pictures), names)
    case .named(let pictures):
      let names = options.classes ?? Set(pictures.map(\.name)).sorted { $0.precedes($1) }
      let places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
      let labelled = try pictures.map { picture -> (path: FilePath, label: Int) in
        guard let label = places[picture.name] else {
          throw DatasetError.invalid(
            "\(path), line \(picture.line): the class '\(picture.name.shown)' is none of the \(names.count) classes"
              + " that were named: \(ClassName.quoted(names.map(\.shown)))")
        }
        return (picture.path, label)
      }
      return (try FolderIndex(root, listed: labelled), names)
    }
  }

  public var name: String { "folder" }
  public var count: Int { index.files.count }
  public var imageSize: (height: Int, width: Int) { transform.crop }
  public var channels: Int { 3 }
  public var loaderThreads: Int { ProcessInfo.processInfo.activeProcessorCount }

  public func label(at index: Int, epoch: Int) -> Int { self.index.files[index].label }

  /// The path of the file, relative to the folder.
  public func itemName(at index: Int) -> String { itemPath(at: index).shown }

  public func itemPath(at index: Int) -> FilePath { self.index.files[index].path }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkItem(index)
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
  package static func splitHint(_ path: FilePath, _ split: String) -> String {
    guard !split.isEmpty, let found = try? FolderListing(path).folders, !found.isEmpty else { return "" }
    return NearestName.hint(split, in: found.map(\.shown))
  }
}
