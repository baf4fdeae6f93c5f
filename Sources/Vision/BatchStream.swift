/// The batches of one epoch, in order, for one consumer.
///
/// Letting go of the stream before its end stops its threads after the item they are at.
public final class BatchStream: Sendable {
  private let queue: BatchQueue

  init(_ queue: BatchQueue) {
    self.queue = queue
    queue.startThreads()
  }

  deinit { queue.stop() }

  /// The next batch, as soon as it is ready; nil after the last.
  ///
  /// - Throws: what preparing this batch threw, once all batches before it were returned, and again at every
  ///   later call; `Interrupted` when the run was asked to stop.
  public func next() throws -> Batch? { try queue.take() }

  /// Gives the memory of a batch back for a later one, for which it would otherwise be allocated anew.
  public func recycle(_ batch: consuming Batch) { queue.recycle(batch.pixels) }

  /// Hands every batch that is left to `body`, and reuses their memory.
  ///
  /// - Throws: what ``next()`` throws; what `body` throws.
  public func forEach(_ body: (Batch) throws -> Void) throws {
    while let batch = try next() {
      try body(batch)
      recycle(consume batch)
    }
  }

  /// How many pixel buffers were allocated so far.
  package var buffersAllocated: Int { queue.buffersAllocated }
}
