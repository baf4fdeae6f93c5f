import Foundation
import Support
import Synchronization

/// The 28 × 28 grey images and labels of Fashion-MNIST (Xiao, Rasul, Vollgraf, 2017), held in memory.
///
/// The four files are read from the first of these folders that has any of them: `fashion-mnist` under
/// `$GFNET_LAB_DATA`, that folder itself, and where the Debian package puts them.
public final class FashionMNIST: Sendable {
  /// The height and the width of every image.
  public static let side = 28

  /// The class names in the order of the labels.
  public static let labels = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
  ]

  /// One of the two published parts.
  public struct Part: Sendable {
    /// The number of images.
    public let count: Int
    /// The grey levels, count × 28 × 28.
    public let pixels: [UInt8]
    /// The 0-based class of each image.
    public let labels: [UInt8]
    let checksum: UInt32
  }

  /// The 60,000 images to learn from.
  public let train: Part
  /// The 10,000 images to test with.
  public let test: Part

  private init(folder: FilePath) throws {
    train = try FashionMNIST.part("train", count: 60000, folder: folder)
    test = try FashionMNIST.part("t10k", count: 10000, folder: folder)
  }

  /// A text that differs when the content of any of the files does.
  var fingerprint: String {
    var hash = ContentHash()
    for part in [train, test] {
      hash.add(UInt64(part.checksum))
      hash.add(part.labels)
    }
    return hash.description
  }

  /// The folders searched, in order.
  public static func folders(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [FilePath] {
    let given = environment["GFNET_LAB_DATA"].flatMap { $0.isEmpty ? nil : FilePath($0) }
    let own = given.map { [$0 / "fashion-mnist", $0] } ?? []
    return own + ["/usr/share/datasets/fashion-mnist"]
  }

  /// The data, read once for all who hold it at the same time.
  ///
  /// - Throws: ``DatasetError``, or `FileError` when one of the files cannot be read.
  public static func load(from folders: [FilePath] = FashionMNIST.folders()) throws -> FashionMNIST {
    let found = folders.first { folder in
      files.contains { (folder / $0).exists }
    }
    guard let folder = found else {
      throw DatasetError.notInstalled(
        dataset: "Fashion-MNIST", searched: folders.map(\.shown), remedy: remedy)
    }
    if let missing = files.first(where: { !(folder / $0).exists }) {
      throw DatasetError.notInstalled(
        dataset: "the file \(missing) of Fashion-MNIST", searched: [folder.shown], remedy: remedy)
    }
    return try loaded.withLock { loaded in
      if let data = loaded[folder]?.data { return data }
      let data = try FashionMNIST(folder: folder)
      loaded[folder] = Weak(data: data)
      return data
    }
  }

  private static let remedy =
    "run `sudo apt-get install dataset-fashion-mnist`, or set GFNET_LAB_DATA to a folder with its four .gz files"

  private struct Weak: Sendable { weak var data: FashionMNIST? }

  private static let loaded = Mutex<[FilePath: Weak]>([:])

  private static let files = ["train", "t10k"].flatMap { [imageFile($0), labelFile($0)] }

  private static func imageFile(_ part: String) -> String { "\(part)-images-idx3-ubyte.gz" }

  private static func labelFile(_ part: String) -> String { "\(part)-labels-idx1-ubyte.gz" }

  private static func part(_ name: String, count: Int, folder: FilePath) throws -> Part {
    let imagePath = folder / imageFile(name)
    let images = try IDXFile(contentsOf: imagePath, rank: 3)
    guard images.dimensions == [count, side, side] else {
      throw DatasetError.damaged(
        path: imagePath.shown, reason: "has dimensions \(images.dimensions), expected \([count, side, side])")
    }
    let labelPath = folder / labelFile(name)
    let classes = try IDXFile(contentsOf: labelPath, rank: 1)
    guard classes.dimensions == [count] else {
      throw DatasetError.damaged(
        path: labelPath.shown, reason: "has \(classes.dimensions[0]) labels, expected \(count)")
    }
    if let bad = classes.bytes.firstIndex(where: { $0 >= labels.count }) {
      throw DatasetError.damaged(
        path: labelPath.shown,
        reason: "has label \(classes.bytes[bad]) for image \(bad + 1), expected 0 to \(labels.count - 1)")
    }
    return Part(count: count, pixels: images.bytes, labels: classes.bytes, checksum: images.checksum)
  }
}
