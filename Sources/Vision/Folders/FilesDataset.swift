import Foundation
import Support

/// Pictures that a user named, of which no class is known.
public struct FilesDataset: ImageDataset {
  private let paths: [FilePath]
  private let transform: ImageTransform
  /// The class names; none where the model that sees the pictures is to name its classes.
  public let labels: [String]
  public let normalization: Normalization
  public var heldBytes: Int { 256 * paths.count }

  /// The pictures at `paths`, of which none is opened yet.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when there are no paths.
  public init(
    paths: [FilePath], transform: ImageTransform, classNames: [String] = [],
    normalization: Normalization = .imageNet
  ) throws {
    guard !paths.isEmpty else { throw DatasetError.invalid("the list of pictures is empty") }
    self.paths = paths
    self.transform = transform
    self.normalization = normalization
    labels = classNames
  }

  public var name: String { "files" }
  public var split: String { "all" }
  public var count: Int { paths.count }
  public var imageSize: (height: Int, width: Int) { transform.crop }
  public var channels: Int { 3 }
  public var loaderThreads: Int { ProcessInfo.processInfo.activeProcessorCount }
  public var knowsLabels: Bool { false }

  public var identity: String {
    var hash = ContentHash()
    for path in paths {
      hash.add(path.bytes)
      // A picture that is not there is an error where it is read.
      guard let status = FileStatus(path) else { continue }
      for number in [status.byteCount, status.changed] { hash.add(UInt64(bitPattern: Int64(number))) }
    }
    return "files/all \(transform.identity) content=\(hash)"
  }

  /// Class 0 for every picture, as nothing is known of it.
  public func label(at index: Int, epoch: Int) -> Int { 0 }

  public func itemName(at index: Int) -> String { itemPath(at: index).shown }
  public func itemPath(at index: Int) -> FilePath { paths[index] }

  public func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkItem(index)
    try checkSize(pixels)
    let image = try transform.apply(
      ImageDecoder.decode(contentsOf: paths[index]), .init(seed: 0, stream: "files"))
    _ = pixels.update(fromContentsOf: image.pixels)
  }
}
