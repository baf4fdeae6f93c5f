import Support

/// Cuts the epochs of a data set into batches and prepares them on threads of its own, ahead of their use.
///
/// Which items are in which batch, and their pixels, depend on the data set, the order and the epoch alone,
/// not on the number of threads. A run resumes in the middle of an epoch with `from`.
///
/// ```swift
/// let loader = try BatchLoader(dataset, batchSize: 64, order: .shuffled(seed: 7), evenly: true)
/// for epoch in 0..<60 {
///   try loader.epoch(epoch).forEach { batch in train(batch) }
/// }
/// ```
public struct BatchLoader: Sendable {
  /// The order in which an epoch visits the items.
  public enum Order: Sendable, Hashable {
    /// The order of the data set.
    case sequential
    /// A new random order each epoch, a function of (seed, epoch).
    case shuffled(seed: UInt64)
  }

  /// A division of each batch into parts, of which some are prepared.
  ///
  /// Parts follow each other in the order of the batch, and are as even as they can be. Each of them is a ``Batch`` of its
  /// own.
  public struct Parts: Sendable, Hashable {
    /// The number of parts of a batch, at least 1.
    public let count: Int
    /// Those that are prepared.
    public let wanted: Range<Int>

    /// - Parameters:
    ///   - count: the number of parts of a batch, at least 1.
    ///   - wanted: those that are prepared.
    public init(count: Int, wanted: Range<Int>) {
      self.count = max(count, 1)
      self.wanted = wanted.clamped(to: 0..<self.count)
    }
  }

  /// The data set whose items are prepared.
  public let dataset: any ImageDataset
  /// The most items of a batch.
  public let batchSize: Int
  /// The order in which an epoch visits the items.
  public let order: Order
  /// Whether the items are divided evenly, into as few batches as ``batchSize`` allows; otherwise the last
  /// batch is what the others leave. Each has two items at least where there are two: of an odd number in
  /// pairs, one has three.
  public let evenly: Bool
  /// How batches are divided, and which parts are prepared; nil: they are prepared whole.
  public private(set) var parts: Parts?
  /// The number of threads that prepare batches.
  public let threads: Int
  /// The most batches that are prepared and not yet taken.
  public let ahead: Int

  /// Prepares nothing yet; batches are of at most as many items as the data set has.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when a number is below 1.
  public init(
    _ dataset: any ImageDataset, batchSize: Int, order: Order = .sequential, evenly: Bool = false,
    parts: Parts? = nil, threads: Int = 2, ahead: Int = 4
  ) throws {
    for (name, value) in [("batch size", batchSize), ("threads", threads), ("batches ahead", ahead)]
    where value < 1 {
      throw DatasetError.invalid("\(dataset.name): \(name) is \(value), expected at least 1")
    }
    // A batch beyond the data set's size would only reserve memory.
    self.batchSize = min(batchSize, dataset.count)
    self.dataset = dataset
    self.order = order
    self.evenly = evenly
    self.threads = threads
    self.ahead = ahead
  }

  /// The number of batches in every epoch, at least 1.
  public var batchesPerEpoch: Int {
    let needed = (dataset.count - 1) / batchSize + 1
    return evenly ? min(needed, max(1, dataset.count / 2)) : needed
  }

  /// The places of an epoch that a batch takes.
  func range(of batch: Int) -> Range<Int> {
    guard evenly else { return batch * batchSize..<min((batch + 1) * batchSize, dataset.count) }
    let (size, larger) = dataset.count.quotientAndRemainder(dividingBy: batchesPerEpoch)
    // The first ones have one item more than the others.
    let first = batch * size + min(batch, larger)
    return first..<first + size + (batch < larger ? 1 : 0)
  }

  /// The same batches, of which some parts are prepared; nil: all of each.
  public func divided(_ parts: Parts?) -> BatchLoader {
    var loader = self
    loader.parts = parts
    return loader
  }

  /// How many pieces of each batch are prepared: 1 where they are prepared whole.
  var piecesPerBatch: Int { parts?.wanted.count ?? 1 }

  /// The batch, the part of it and the places of an epoch that a piece takes, of all pieces in a row.
  func piece(_ number: Int) -> (batch: Int, part: Int, range: Range<Int>) {
    guard let parts else { return (number, 0, range(of: number)) }
    let (batch, index) = number.quotientAndRemainder(dividingBy: parts.wanted.count)
    let part = parts.wanted.lowerBound + index
    return (batch, part, range(of: batch).part(part, of: parts.count))
  }

  /// Whether what damaged files left of `batch` is enough to learn from: a single item has no statistics, and is
  /// enough only where batches are of one item.
  public func isEnough(_ batch: Batch) -> Bool {
    batch.count > 1 || (parts == nil && batch.count == batchSize)
  }

  /// Starts to prepare the batches of an epoch, both counted from 0; a `start` above 0 resumes. A start at
  /// ``batchesPerEpoch`` gives an empty stream.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when the epoch has no such batch.
  public func epoch(_ epoch: Int, from start: Int = 0) throws -> BatchStream {
    guard epoch >= 0, (0...batchesPerEpoch).contains(start) else {
      throw DatasetError.invalid(
        "\(dataset.name): epoch \(epoch &+ 1) cannot start at batch \(start &+ 1): an epoch has \(batchesPerEpoch)"
      )
    }
    let indices: [Int]? =
      switch order {
      case .sequential: nil
      case .shuffled(let seed):
        try CounterRandom(seed: seed, stream: "batches").child(epoch).permutation(dataset.count)
      }
    return BatchStream(BatchQueue(loader: self, epoch: epoch, order: indices, start: start))
  }
}
