import Compute
import Dispatch
import Foundation
import Support
import Synchronization

/// What the threads of a ``BatchStream`` and its consumer share.
///
/// Threads claim batch numbers in order, and the consumer takes batches in order, whichever thread finishes
/// first. Pixels travel as arrays: a thread fills one that nobody else holds, so it is written in place.
final class BatchQueue: Sendable {
  private struct State {
    var nextToClaim: Int
    var nextToTake: Int
    var ready: [Int: Result<Batch, any Error>] = [:]
    var spare: [[UInt8]] = []
    var buffersAllocated = 0
    var consumerWaits = false
  }

  private let loader: BatchLoader
  private let epoch: Int
  /// The epoch's order of the items; nil for that of the data set.
  private let order: [Int]?
  private let end: Int
  private let state: Mutex<State>
  private let stopped = Atomic<Bool>(false)
  // Both start at 0: libdispatch traps when a semaphore is freed below the value it was made with.
  /// How many more batches may be begun.
  private let room = DispatchSemaphore(value: 0)
  /// Signalled when the batch the consumer waits for is there.
  private let arrival = DispatchSemaphore(value: 0)

  init(loader: BatchLoader, epoch: Int, order: [Int]?, start: Int) {
    self.loader = loader
    self.epoch = epoch
    self.order = order
    end = loader.batchesPerEpoch * loader.piecesPerBatch
    let first = start * loader.piecesPerBatch
    state = Mutex(State(nextToClaim: first, nextToTake: first))
    for _ in 0..<loader.ahead { room.signal() }
  }

  var buffersAllocated: Int { state.withLock { $0.buffersAllocated } }

  /// Starts no more threads than there is work for. The threads hold the queue, never the stream.
  func startThreads() {
    let batches = end - state.withLock { $0.nextToClaim }
    for number in 0..<min(loader.threads, loader.ahead, batches) {
      let thread = Thread {
        // These threads are the parallel work: an item that could use the team is prepared by its thread alone.
        ThreadTeam.setSize(1)
        self.work()
      }
      thread.name = "batches \(number + 1)"
      thread.start()
    }
  }

  /// Makes the threads end.
  func stop() {
    stopped.store(true, ordering: .relaxed)
    room.signal()
  }

  /// Keeps the memory of a batch for a later one.
  func recycle(_ pixels: [UInt8]) {
    state.withLock { state in
      // More can never be in use at once.
      if state.spare.count < loader.ahead + 1 { state.spare.append(pixels) }
    }
  }

  /// Waits for the next batch; see ``BatchStream/next()``.
  func take() throws -> Batch? {
    while true {
      try Cancellation.check()
      switch takeIfReady() {
      case .ready(let result):
        room.signal()
        return try result.get()
      case .finished: return nil
      // The time limit is for the check above: Ctrl-C must not wait for a slow image.
      case .pending: _ = arrival.wait(timeout: .now() + .milliseconds(50))
      }
    }
  }

  private enum Next {
    case ready(Result<Batch, any Error>)
    case pending
    case finished
  }

  private func takeIfReady() -> Next {
    state.withLock { state in
      guard state.nextToTake < end else { return .finished }
      guard let result = state.ready[state.nextToTake] else {
        state.consumerWaits = true
        return .pending
      }
      // A failure stays, so that every later call meets it.
      if case .success = result {
        state.ready[state.nextToTake] = nil
        state.nextToTake += 1
      }
      return .ready(result)
    }
  }

  /// Prepares batches until there are no more; each thread runs it.
  private func work() {
    while let number = claim() {
      let result = Result { try prepare(number) }
      let isAwaited = state.withLock { state in
        state.ready[number] = result
        // The epoch ends at a failure; what comes after it is never asked for.
        if case .failure = result { state.nextToClaim = end }
        guard state.consumerWaits, number == state.nextToTake else { return false }
        state.consumerWaits = false
        return true
      }
      if isAwaited { arrival.signal() }
    }
    // Whatever ended this thread ends the others: pass the permit on.
    room.signal()
  }

  /// The next batch to prepare, once there is room for it; nil when nothing is left to do.
  private func claim() -> Int? {
    room.wait()
    return state.withLock { state in
      guard !stopped.load(ordering: .relaxed), state.nextToClaim < end else { return nil }
      defer { state.nextToClaim += 1 }
      return state.nextToClaim
    }
  }

  private func prepare(_ number: Int) throws -> Batch {
    let dataset = loader.dataset
    let (batch, part, range) = loader.piece(number)
    let indices = order.map { Array($0[range]) } ?? Array(range)
    let size = dataset.itemBytes
    var pixels = try buffer(bytes: [indices.count, size].checkedProduct() ?? .max)
    var kept: [Int] = []
    try pixels.withUnsafeMutableBufferPointer { all in
      for index in indices {
        if stopped.load(ordering: .relaxed) { throw Interrupted() }
        try Cancellation.check()
        let item = UnsafeMutableBufferPointer(rebasing: all[kept.count * size..<(kept.count + 1) * size])
        do {
          try dataset.render(index, epoch: epoch, into: item)
          kept.append(index)
        } catch is ImageError where dataset.damaged != nil {
          // The data set has noted it.
        }
      }
    }
    pixels.removeLast(pixels.count - kept.count * size)
    return Batch(
      epoch: epoch, number: batch, part: part, pixels: pixels,
      labels: kept.map { dataset.label(at: $0, epoch: epoch) },
      indices: kept, frames: dataset.frames, imageSize: dataset.imageSize, channels: dataset.channels)
  }

  /// A recycled buffer if there is one that is large enough.
  private func buffer(bytes: Int) throws -> [UInt8] {
    let spare = state.withLock { state in
      let spare = state.spare.popLast()
      if spare == nil { state.buffersAllocated += 1 }
      return spare
    }
    guard var pixels = spare, pixels.capacity >= bytes else {
      try MemoryBudget.shared.require(bytes)
      return [UInt8](repeating: 0, count: bytes)
    }
    if pixels.count >= bytes {
      pixels.removeLast(pixels.count - bytes)
    } else {
      pixels += repeatElement(0, count: bytes - pixels.count)
    }
    return pixels
  }
}
