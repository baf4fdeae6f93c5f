import Support

/// Some images of another data set, made by ``ImageDataset/limited(to:)`` and ``ImageDataset/subset(_:)``.
struct DatasetView: ImageDataset {
  private let base: any ImageDataset
  /// The images of the base; nil when the view is a prefix of it.
  private let indices: [Int]?
  let count: Int
  let identity: String

  init(firstOf base: any ImageDataset, limit: Int) {
    self.base = base
    indices = nil
    count = limit
    identity = "\(base.identity) limit=\(limit)"
  }

  init(of base: any ImageDataset, indices: [Int]) {
    self.init(of: base, indices: indices, named: Self.name(of: indices))
  }

  /// The `name` tells the view from others of the same images.
  init(of base: any ImageDataset, indices: [Int], named name: String) {
    self.base = base
    self.indices = indices
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
  var channels: Int { base.channels }
  var normalization: Normalization { base.normalization }
  /// The damaged images of the whole set, with its indices.
  var damaged: DamagedImages? { base.damaged }
  var loaderThreads: Int { base.loaderThreads }
  var knowsLabels: Bool { base.knowsLabels }
  var heldBytes: Int { base.heldBytes + 8 * (indices?.count ?? 0) }

  func label(at index: Int) -> Int { base.label(at: baseIndex(index)) }
  func itemName(at index: Int) -> String { base.itemName(at: baseIndex(index)) }
  func itemPath(at index: Int) -> FilePath { base.itemPath(at: baseIndex(index)) }

  func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkImage(index)
    try base.render(baseIndex(index), epoch: epoch, into: pixels)
  }

  private func baseIndex(_ index: Int) -> Int { indices?[index] ?? index }
}
