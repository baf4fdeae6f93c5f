import Support

/// Labelled 8-bit images of one size, addressed by a 0-based index.
///
/// Images are produced on demand, from any thread; the same (index, epoch) always gives the same bytes.
public protocol ImageDataset: Sendable {
  /// The name the data set is opened by, such as `clutter-fashion`.
  var name: String { get }
  /// The part of the data set, such as `train` or `test`.
  var split: String { get }
  /// A cache key that names everything that pixels and labels depend on: name, split, limit, version,
  /// content.
  var identity: String { get }
  /// The number of images, at least 1.
  var count: Int { get }
  /// The class names in the order of the labels, as people read them and as models and traces keep them.
  var labels: [String] { get }
  /// The same names with the bytes that the system has.
  var labelNames: [ClassName] { get }
  /// Height and width of every image in pixels.
  var imageSize: (height: Int, width: Int) { get }
  /// 1 for grey, 3 for red, green, blue.
  var channels: Int { get }
  /// What encoders normalise the pixels with.
  var normalization: Normalization { get }
  /// The images that could not be read so far; nil when one that cannot be read ends the run.
  var damaged: DamagedImages? { get }
  /// How many threads are worth while to prepare its images.
  var loaderThreads: Int { get }
  /// False when nothing is known of the images' classes: ``ImageDataset/label(at:)`` then means nothing.
  var knowsLabels: Bool { get }

  /// Roughly the bytes that are released with the set: pixels, names, lists. What it shares with others is not counted.
  var heldBytes: Int { get }

  /// The 0-based class of an image; `index` must be below `count`.
  func label(at index: Int) -> Int

  /// The image's own name, for reports; `index` must be below `count`.
  func itemName(at index: Int) -> String

  /// The same with the bytes that the system has.
  func itemPath(at index: Int) -> FilePath

  /// Writes the image as height × width × channels bytes.
  ///
  /// - Parameters:
  ///   - index: the image, counted from 0.
  ///   - epoch: the epoch, counted from 0; sets that draw a new variant of each image every epoch use it, others ignore
  ///     it.
  ///   - pixels: exactly ``ImageDataset/imageBytes`` bytes; every one is written.
  /// - Throws: ``DatasetError/noSuchImage(index:dataset:count:)``, or what reading the image threw: ``ImageError``
  ///   when a file of a set with ``ImageDataset/damaged`` images is one, after it was entered there.
  func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws
}

extension ImageDataset {
  /// Nil, as for sets where an image that cannot be read ends the run.
  public var damaged: DamagedImages? { nil }
  /// One thread, as for images that are there or computed.
  public var loaderThreads: Int { 1 }
  /// True: most sets know the classes of their images.
  public var knowsLabels: Bool { true }
  /// Nothing, as for images that are computed.
  public var heldBytes: Int { 0 }
  /// The bytes of ``ImageDataset/labels``.
  public var labelNames: [ClassName] { labels.map { ClassName($0.utf8) } }
  /// The path that ``ImageDataset/itemName(at:)`` reads as.
  public func itemPath(at index: Int) -> FilePath { FilePath(itemName(at: index)) }

  /// The number of classes.
  public var classes: Int { labels.count }

  /// The bytes of one image: height · width · channels.
  public var imageBytes: Int { imageSize.height * imageSize.width * channels }

  /// One image as a fresh array of height × width × channels bytes.
  ///
  /// - Throws: what ``ImageDataset/render(_:epoch:into:)`` throws.
  public func image(at index: Int, epoch: Int = 0) throws -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: imageBytes)
    try pixels.withUnsafeMutableBufferPointer { try render(index, epoch: epoch, into: $0) }
    return pixels
  }

  /// `limit` of the images, in their order; the whole set when it has no more than that.
  ///
  /// Each class keeps its share: its first images, one at least where there is room for all classes. Where no
  /// classes are known these are the first images.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when `limit` is below 1.
  public func limited(to limit: Int) throws -> any ImageDataset {
    guard limit >= 1 else {
      throw DatasetError.invalid("\(name): limit is \(limit), expected at least 1 image")
    }
    guard limit < count else { return self }
    guard knowsLabels else { return DatasetView(firstOf: self, limit: limit) }
    return DatasetView(
      of: self, indices: ClassSpread.indices(of: self, limit: limit), named: "limit=\(limit) by class")
  }

  /// The data set whose identity is `identity`: this one, or a limited one of its images; nil when it is another.
  public func limited(asIn identity: String) throws -> (any ImageDataset)? {
    if identity == self.identity { return self }
    guard identity.hasPrefix(self.identity),
      let match = identity.dropFirst(self.identity.count).wholeMatch(of: /\ limit=([0-9]+)(\ by\ class)?/),
      let limit = Int(match.1), limit >= 1, limit < count
    else { return nil }
    // Version 0.1 kept the first images.
    let limited = match.2 == nil ? DatasetView(firstOf: self, limit: limit) : try limited(to: limit)
    return limited.identity == identity ? limited : nil
  }

  /// The images at `indices` (0-based), in that order, where repeats are allowed.
  ///
  /// - Throws: ``DatasetError`` when the list is empty or names an image that is not there.
  public func subset(_ indices: [Int]) throws -> any ImageDataset {
    guard !indices.isEmpty else { throw DatasetError.invalid("\(name): a subset needs at least 1 image") }
    for index in indices { try checkImage(index) }
    return DatasetView(of: self, indices: indices)
  }

  /// Throws unless `index` is an image of the set.
  func checkImage(_ index: Int) throws {
    guard index >= 0, index < count else {
      throw DatasetError.noSuchImage(index: index, dataset: name, count: count)
    }
  }

  /// Throws unless `pixels` has room for exactly one image.
  func checkSize(_ pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    guard pixels.count == imageBytes else {
      throw DatasetError.invalid(
        "\(name): an image takes \(imageBytes) bytes, the buffer has \(pixels.count)")
    }
  }
}
