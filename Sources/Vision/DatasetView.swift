import Support

/// Some items of another data set, made by ``ImageDataset/limited(to:)`` and ``ImageDataset/subset(_:)``.
struct DatasetView: ImageDataset {
  private let base: any ImageDataset
  /// The items of the base; nil when the view is a prefix of it.
  private let indices: [Int]?
  let count: Int
  let views: Int
  let identity: String

  /// The items of the first `limit` videos, or images.
  init(firstOf base: any ImageDataset, limit: Int) {
    self.base = base
    indices = nil
    views = base.views
    count = limit * base.views
    identity = "\(base.identity) limit=\(limit)"
  }

  init(of base: any ImageDataset, indices: [Int]) {
    self.init(of: base, indices: indices, named: Self.name(of: indices))
  }

  /// The `name` tells the view from others of the same items, of which as many as `views` in a row are of one video.
  init(of base: any ImageDataset, indices: [Int], named name: String, views: Int = 1) {
    self.base = base
    self.indices = indices
    self.views = views
    count = indices.count
    identity = "\(base.identity) \(name)"
  }

  private static func name(of indices: [Int]) -> String {
    var hash = ContentHash()
    for index in indices { hash.add(UInt64(index)) }
    return "subset=\(indices.count):\(hash)"
  }

  var name: String { base.name }
  var split: String { base.split }
  var labels: [String] { base.labels }
  var labelNames: [ClassName] { base.labelNames }
  var imageSize: (height: Int, width: Int) { base.imageSize }
  var frames: Int { base.frames }
  var frameParts: [Int] { base.frameParts }
  var channels: Int { base.channels }
  var normalization: Normalization { base.normalization }
  /// The damaged items of the whole set, with its indices.
  var damaged: DamagedImages? { base.damaged }
  var loaderThreads: Int { base.loaderThreads }
  var knowsLabels: Bool { base.knowsLabels }
  var heldBytes: Int { base.heldBytes + 8 * (indices?.count ?? 0) }

  func label(at index: Int, epoch: Int) -> Int { base.label(at: baseIndex(index), epoch: epoch) }
  func itemName(at index: Int) -> String { base.itemName(at: baseIndex(index)) }
  func itemPath(at index: Int) -> FilePath { base.itemPath(at: baseIndex(index)) }

  func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkItem(index)
    try base.render(baseIndex(index), epoch: epoch, into: pixels)
  }

  private func baseIndex(_ index: Int) -> Int { indices?[index] ?? index }
}
