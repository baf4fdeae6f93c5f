import Support

/// Labelled items of one 8-bit picture each, or of several (clips), addressed by a 0-based index.
///
/// All pictures of a data set have one size, and all items as many pictures, ``ImageDataset/frames``: an image is an item
/// of one, and what is said of items below holds for images and clips alike. Items are produced on demand, from any
/// thread; the same (index, epoch) always gives the same bytes.
public protocol ImageDataset: Sendable {
  /// The name the data set is opened by, such as `clutter-fashion`.
  var name: String { get }
  /// The part of the data set, such as `train` or `test`.
  var split: String { get }
  /// A cache key that names everything that pixels and labels depend on: name, split, limit, version,
  /// content.
  var identity: String { get }
  /// The number of items, at least 1.
  var count: Int { get }
  /// F, the number of pictures of every item, at least 1: 1 for images, more for clips.
  var frames: Int { get }
  /// How many of the ``frames`` belong together where an item is several clips of one video one after the other, which were
  /// sampled each for itself: 8 and 12 for a glance at 8 frames and patches of 12 others. One number where it is one clip.
  var frameParts: [Int] { get }
  /// How many items in a row are looks at one video, at least 1: clips from several places in it, or several crops.
  /// The items v·`views` … v·`views` + `views` − 1 are of video v and have its label; answers to them are averaged.
  var views: Int { get }
  /// The class names in the order of the labels, as people read them and as models and traces keep them.
  var labels: [String] { get }
  /// The same names with the bytes that the system has.
  var labelNames: [ClassName] { get }
  /// Height and width of every picture in pixels.
  var imageSize: (height: Int, width: Int) { get }
  /// 1 for grey, 3 for red, green, blue.
  var channels: Int { get }
  /// What encoders normalise the pixels with.
  var normalization: Normalization { get }
  /// The items that could not be read so far; nil when one that cannot be read ends the run.
  var damaged: DamagedImages? { get }
  /// How many threads are worth while to prepare its items.
  var loaderThreads: Int { get }
  /// False when nothing is known of the items' classes: ``ImageDataset/label(at:epoch:)`` then means nothing.
  var knowsLabels: Bool { get }

  /// Roughly the bytes that are released with the set: pixels, names, lists. What it shares with others is not counted.
  var heldBytes: Int { get }

  /// The 0-based class of an item; `index` must be below `count`. It depends on the epoch, counted from 0, where a set
  /// draws what an item shows anew.
  func label(at index: Int, epoch: Int) -> Int

  /// The item's own name, for reports; `index` must be below `count`.
  func itemName(at index: Int) -> String

  /// The same with the bytes that the system has.
  func itemPath(at index: Int) -> FilePath

  /// Writes the item as frames × height × width × channels bytes: its pictures one after the other.
  ///
  /// - Parameters:
  ///   - index: the item, counted from 0.
  ///   - epoch: the epoch, counted from 0; sets that draw a new variant of each item every epoch use it, others ignore
  ///     it.
  ///   - pixels: exactly ``ImageDataset/itemBytes`` bytes; every one is written.
  /// - Throws: ``DatasetError/noSuchItem(_:index:dataset:count:)``, or what reading the item threw: ``ImageError``
  ///   when a file of a set with ``ImageDataset/damaged`` items is one, after it was entered there.
  func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws
}

extension ImageDataset {
  /// One picture, as for images.
  public var frames: Int { 1 }
  /// One clip, as of most sets.
  public var frameParts: [Int] { [frames] }
  /// One, as where every item stands for itself.
  public var views: Int { 1 }
  /// Nil, as for sets where an item that cannot be read ends the run.
  public var damaged: DamagedImages? { nil }
  /// One thread, as for images that are there or computed.
  public var loaderThreads: Int { 1 }
  /// True: most sets know the classes of their items.
  public var knowsLabels: Bool { true }
  /// Nothing, as for images that are computed.
  public var heldBytes: Int { 0 }
  /// The bytes of ``ImageDataset/labels``.
  public var labelNames: [ClassName] { labels.map { ClassName($0.utf8) } }
  /// The path that ``ImageDataset/itemName(at:)`` reads as.
  public func itemPath(at index: Int) -> FilePath { FilePath(itemName(at: index)) }

  /// The 0-based class of an item in the first epoch.
  public func label(at index: Int) -> Int { label(at: index, epoch: 0) }

  /// The number of classes.
  public var classes: Int { labels.count }

  /// The bytes of one picture: height · width · channels.
  public var frameBytes: Int { imageSize.height * imageSize.width * channels }

  /// The bytes of one item, all its pictures: frames · height · width · channels.
  public var itemBytes: Int { frames * frameBytes }

  /// What messages call an item: an image, or a clip where it has several pictures.
  public var itemNoun: String { frames == 1 ? "image" : "clip" }

  /// One item as a fresh array of frames × height × width × channels bytes.
  ///
  /// - Throws: what ``ImageDataset/render(_:epoch:into:)`` throws.
  public func item(at index: Int, epoch: Int = 0) throws -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: itemBytes)
    try pixels.withUnsafeMutableBufferPointer { try render(index, epoch: epoch, into: $0) }
    return pixels
  }

  /// `limit` of the items, in their order; the whole set when it has no more than that.
  ///
  /// Each class keeps its share: its first items, one at least where there is room for all classes. Where no
  /// classes are known these are the first items. Where several items are ``views`` of one video, `limit` counts
  /// videos, which keep all of theirs.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when `limit` is below 1.
  public func limited(to limit: Int) throws -> any ImageDataset {
    guard limit >= 1 else {
      throw DatasetError.invalid("\(name): limit is \(limit), expected at least 1 \(itemNoun)")
    }
    guard limit < count / views else { return self }
    guard knowsLabels else { return DatasetView(firstOf: self, limit: limit) }
    return DatasetView(
      of: self, indices: ClassSpread.indices(of: self, limit: limit), named: "limit=\(limit) by class",
      views: views)
  }

  /// The data set whose identity is `identity`: this one, or a limited one of its items; nil when it is another.
  public func limited(asIn identity: String) throws -> (any ImageDataset)? {
    if identity == self.identity { return self }
    guard identity.hasPrefix(self.identity),
      let match = identity.dropFirst(self.identity.count).wholeMatch(of: /\ limit=([0-9]+)(\ by\ class)?/),
      let limit = Int(match.1), limit >= 1, limit < count / views
    else { return nil }
    // Version 0.1 kept the first items.
    let limited = match.2 == nil ? DatasetView(firstOf: self, limit: limit) : try limited(to: limit)
    return limited.identity == identity ? limited : nil
  }

  /// The items at `indices` (0-based), in that order, where repeats are allowed. Each stands for itself, whatever the
  /// ``views`` of this set.
  ///
  /// - Throws: ``DatasetError`` when the list is empty or names an item that is not there.
  public func subset(_ indices: [Int]) throws -> any ImageDataset {
    guard !indices.isEmpty else {
      throw DatasetError.invalid("\(name): a subset needs at least 1 \(itemNoun)")
    }
    for index in indices { try checkItem(index) }
    return DatasetView(of: self, indices: indices)
  }

  /// Throws unless `index` is an item of the set.
  func checkItem(_ index: Int) throws {
    guard index >= 0, index < count else {
      throw DatasetError.noSuchItem(itemNoun, index: index, dataset: name, count: count)
    }
  }

  /// Throws unless `pixels` has room for exactly one item.
  func checkSize(_ pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    guard pixels.count == itemBytes else {
      throw DatasetError.invalid(
        "\(name): \(frames == 1 ? "an" : "a") \(itemNoun) takes \(itemBytes) bytes, the buffer has \(pixels.count)"
      )
    }
  }
}
