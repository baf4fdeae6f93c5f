import Support

/// Cuts the epochs of a data set into batches and prepares them on threads of its own, ahead of their use.
///
/// Which images are in which batch, and their pixels, depend on the data set, the order and the epoch alone,
/// not on the number of threads. A run resumes in the middle of an epoch with `from`.
///
/// ```swift
/// let loader = try BatchLoader(dataset, batchSize: 64, order: .shuffled(seed: 7), dropLast: true)
/// for epoch in 0..<60 {
///   try loader.epoch(epoch).forEach { batch in train(batch) }
/// }
/// ```
public struct BatchLoader: Sendable {
  /// The order in which an epoch visits the images.
  public enum Order: Sendable, Hashable {
    /// The data set's own.
    case sequential
    /// A new random order each epoch, a function of (seed, epoch).
    case shuffled(seed: UInt64)
  }

  public let dataset: any ImageDataset
  public let batchSize: Int
  public let order: Order
  /// Whether images that do not fill a last batch are left out of the epoch.
  public let dropLast: Bool
  /// The number of threads that prepare batches.
  public let threads: Int
  /// The most batches that are prepared and not yet taken.
  public let ahead: Int

  /// - Throws: ``DatasetError/invalid(_:)`` when a number is below 1, or no full batch is left after `dropLast`.
  public init(
    _ dataset: any ImageDataset, batchSize: Int, order: Order = .sequential, dropLast: Bool = false,
    threads: Int = 2, ahead: Int = 4
  ) throws {
    for (name, value) in [("batch size", batchSize), ("threads", threads), ("batches ahead", ahead)]
    where value < 1 {
      throw DatasetError.invalid("\(dataset.name): \(name) is \(value), expected at least 1")
    }
    guard !dropLast || dataset.count >= batchSize else {
      throw DatasetError.invalid(
        "\(dataset.name): batch size is \(batchSize), expected at most the \(dataset.count) images there are,"
          + " as incomplete batches are dropped")
    }
    // A batch beyond the data set's size would only reserve memory.
    self.batchSize = min(batchSize, dataset.count)
    self.dataset = dataset
    self.order = order
    self.dropLast = dropLast
    self.threads = threads
    self.ahead = ahead
  }

  /// The number of batches in every epoch, at least 1.
  public var batchesPerEpoch: Int {
    let full = dataset.count / batchSize
    return dropLast || dataset.count % batchSize == 0 ? full : full + 1
  }

  /// Starts to prepare the batches of an epoch.
  ///
  /// - Parameters:
  ///   - epoch: 0-based.
  ///   - start: the 0-based first batch, to resume; `batchesPerEpoch` gives an empty stream.
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
        CounterRandom(seed: seed, stream: "batches").child(epoch).permutation(dataset.count)
      }
    return BatchStream(BatchQueue(loader: self, epoch: epoch, order: indices, start: start))
  }
}
