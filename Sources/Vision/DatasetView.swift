/// Some images of another data set, made by ``ImageDataset/limited(to:)`` and ``ImageDataset/subset(_:)``.
struct DatasetView: ImageDataset {
  private let base: any ImageDataset
  /// Nil when the view is a prefix of the base.
  private let indices: [Int]?
  let count: Int
  let identity: String

  init(firstOf base: any ImageDataset, limit: Int) {
    // A limit of a limit reads the original directly and has the identity of the smaller limit alone.
    let view = base as? DatasetView
    let original = view.flatMap { $0.indices == nil ? $0.base : nil } ?? base
    self.base = original
    indices = nil
    count = limit
    identity = "\(original.identity) limit=\(limit)"
  }

  init(of base: any ImageDataset, indices: [Int]) {
    self.base = base
    self.indices = indices
    count = indices.count
    var hash = ContentHash()
    for index in indices { hash.add(UInt64(index)) }
    identity = "\(base.identity) subset=\(indices.count):\(hash)"
  }

  var name: String { base.name }
  var split: String { base.split }
  var labels: [String] { base.labels }
  var imageSize: (height: Int, width: Int) { base.imageSize }
  var channels: Int { base.channels }
  var normalization: Normalization { base.normalization }
  /// Of the whole set, with its indices.
  var damaged: DamagedImages? { base.damaged }
  var loaderThreads: Int { base.loaderThreads }
  var knowsLabels: Bool { base.knowsLabels }
  var heldBytes: Int { base.heldBytes + 8 * (indices?.count ?? 0) }

  func label(at index: Int) -> Int { base.label(at: baseIndex(index)) }
  func itemName(at index: Int) -> String { base.itemName(at: baseIndex(index)) }

  func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try checkImage(index)
    try base.render(baseIndex(index), epoch: epoch, into: pixels)
  }

  private func baseIndex(_ index: Int) -> Int { indices?[index] ?? index }
}
