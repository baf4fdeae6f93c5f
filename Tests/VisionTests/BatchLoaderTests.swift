import Foundation
import Support
import Synchronization
import Testing
import Vision

@Suite struct BatchLoaderTests {
  @Test func batchesDoNotDependOnTheNumberOfThreads() throws {
    let data = try ClutterFashion(split: .train).limited(to: 333)
    var first: [Batch] = []
    for threads in [1, 2, 5] {
      let loader = try BatchLoader(data, batchSize: 16, order: .shuffled(seed: 3), threads: threads, ahead: 6)
      let batches = try collect(loader.epoch(2))
      #expect(batches.count == 21 && batches.map(\.number) == Array(0..<21))
      if first.isEmpty { first = batches }
      #expect(batches.map(\.indices) == first.map(\.indices))
      #expect(batches.map(\.labels) == first.map(\.labels))
      #expect(batches.map(\.pixels) == first.map(\.pixels))
    }
    #expect(first.flatMap(\.indices).sorted() == Array(0..<333))
    #expect(first.last?.count == 13)
    for batch in first {
      #expect(batch.epoch == 2 && batch.imageSize == (128, 128) && batch.channels == 1)
      #expect(try batch.pixels == batch.indices.flatMap { try data.item(at: $0, epoch: 2) })
      #expect(batch.labels == batch.indices.map { data.label(at: $0) })
    }
  }

  @Test func theOrderIsAFunctionOfSeedAndEpoch() throws {
    func order(_ seed: UInt64, _ epoch: Int) throws -> [Int] {
      let loader = try BatchLoader(Probe(count: 40), batchSize: 7, order: .shuffled(seed: seed))
      return try collect(loader.epoch(epoch)).flatMap(\.indices)
    }
    #expect(try order(1, 0) == order(1, 0))
    #expect(try order(1, 0) != order(1, 1))
    #expect(try order(1, 0) != order(2, 0))
    #expect(try order(1, 0) != Array(0..<40))
  }

  @Test func theLastBatchIsShortOrAllAreEven() throws {
    let data = Probe(count: 10)
    let all = try BatchLoader(data, batchSize: 4)
    #expect(all.batchesPerEpoch == 3)
    #expect(try collect(all.epoch(0)).map(\.indices) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    let even = try BatchLoader(data, batchSize: 4, evenly: true)
    #expect(even.batchesPerEpoch == 3)
    #expect(try collect(even.epoch(0)).map(\.indices) == [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9]])
    #expect(try collect(even.epoch(0, from: 1)).map(\.indices) == [[4, 5, 6], [7, 8, 9]])
    for (count, size, counts) in [
      (60, 16, [15, 15, 15, 15]), (61, 128, [61]), (5, 2, [3, 2]), (1, 2, [1]), (8, 4, [4, 4]),
      (7, 3, [3, 2, 2]),
    ] {
      let loader = try BatchLoader(
        Probe(count: count), batchSize: size, order: .shuffled(seed: 3), evenly: true)
      let batches = try collect(loader.epoch(0))
      #expect(batches.map(\.count) == counts)
      #expect(batches.flatMap(\.indices).sorted() == Array(0..<count))
    }
    #expect(try collect(BatchLoader(data, batchSize: 5).epoch(0)).count == 2)
    #expect(try collect(BatchLoader(data, batchSize: 99).epoch(0)).map(\.count) == [10])
  }

  @Test(arguments: [1, 2, 3, 8]) func partsOfBatchesTogetherAreTheBatches(_ count: Int) throws {
    let whole = try BatchLoader(
      Probe(count: 50), batchSize: 16, order: .shuffled(seed: 3), evenly: true)
    let batches = try collect(whole.epoch(2))
    let all = try collect(whole.divided(.init(count: count, wanted: 0..<count)).epoch(2))
    for batch in batches {
      let parts = all.filter { $0.number == batch.number }
      #expect(parts.map(\.part) == Array(0..<count))
      #expect(parts.flatMap(\.indices) == batch.indices)
      #expect(parts.flatMap(\.pixels) == batch.pixels)
      let sizes = parts.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }
    // Whoever wants some of them gets these alone, also from the middle of an epoch on.
    let last = count - 1..<count
    let some = try collect(whole.divided(.init(count: count, wanted: last)).epoch(2, from: 1))
    #expect(some.map(\.indices) == all.filter { $0.part == last.lowerBound && $0.number > 0 }.map(\.indices))
    #expect(try collect(whole.divided(.init(count: count, wanted: count..<count)).epoch(2)).isEmpty)
  }

  @Test func anEpochResumesAtABatch() throws {
    let loader = try BatchLoader(Probe(count: 50), batchSize: 6, order: .shuffled(seed: 9))
    let whole = try collect(loader.epoch(4))
    for start in [1, 5, 8, 9] {
      let rest = try collect(loader.epoch(4, from: start))
      #expect(rest.map(\.number) == Array(start..<9))
      #expect(rest.map(\.pixels) == whole[start...].map(\.pixels))
    }
    for start in [-1, 10, Int.max] {
      #expect(throws: DatasetError.self) { try loader.epoch(4, from: start) }
    }
    #expect(throws: DatasetError.self) { try loader.epoch(-1) }
  }

  @Test func refusesNumbersThatMakeNoBatches() {
    let data = Probe(count: 10)
    #expect { try BatchLoader(data, batchSize: 0) } throws: {
      "\($0)" == "probe: batch size is 0, expected at least 1"
    }
    #expect { try BatchLoader(data, batchSize: 1, threads: 0) } throws: {
      "\($0)" == "probe: threads is 0, expected at least 1"
    }
    #expect(throws: DatasetError.self) { try BatchLoader(data, batchSize: 1, ahead: 0) }
  }

  @Test func anErrorComesAfterTheBatchesBeforeIt() throws {
    for threads in [1, 3] {
      let data = Probe(count: 40) { index in if index == 17 { throw Broken(index: index) } }
      let stream = try BatchLoader(data, batchSize: 4, threads: threads).epoch(0)
      for number in 0..<4 { #expect(try stream.next()?.number == number) }
      for _ in 0..<3 { #expect(throws: Broken(index: 17)) { try stream.next() } }
    }
  }

  @Test func preparesAheadButNoFurther() throws {
    let asked = Atomic<Int>(0)
    let tooEarly = Atomic<Int>(0)
    let data = Probe(count: 100) { index in
      if index / 5 >= asked.load(ordering: .sequentiallyConsistent) + 3 {
        tooEarly.add(1, ordering: .relaxed)
      }
    }
    let stream = try BatchLoader(data, batchSize: 5, threads: 2, ahead: 3).epoch(0)
    // Nobody has asked for a batch yet.
    waitUntil { data.rendered >= 15 }
    for number in 0..<20 {
      asked.add(1, ordering: .sequentiallyConsistent)
      #expect(try stream.next()?.indices == Array(5 * number..<5 * number + 5))
      waitUntil { data.rendered >= min(100, 5 * (number + 4)) }
    }
    #expect(tooEarly.load(ordering: .relaxed) == 0)
  }

  @Test func recycledMemoryIsUsedAgain() throws {
    let stream = try BatchLoader(Probe(count: 200), batchSize: 5, threads: 2, ahead: 3).epoch(0)
    var batches = 0
    try stream.forEach { _ in batches += 1 }
    #expect(batches == 40)
    #expect(stream.buffersAllocated <= 4)
  }

  @Test func aKeptBatchIsNotOverwritten() throws {
    let stream = try BatchLoader(Probe(count: 60), batchSize: 4, threads: 2, ahead: 2).epoch(0)
    var kept: [Batch] = []
    try stream.forEach { kept.append($0) }
    for batch in kept { #expect(batch.pixels == batch.indices.map { UInt8($0) }) }
  }

  /// Two renders must be under way at once for either to get on.
  @Test func threadsWorkAtTheSameTime() throws {
    let inside = Atomic<Int>(0)
    let data = Probe(count: 2) { _ in
      inside.add(1, ordering: .relaxed)
      waitUntil { inside.load(ordering: .relaxed) == 2 }
    }
    #expect(try collect(BatchLoader(data, batchSize: 1, threads: 2).epoch(0)).count == 2)
  }

  /// The threads hold the data set, so it can only go once every thread has ended.
  @Test func lettingGoOfAStreamEndsItsThreads() throws {
    for taken in [0, 2] {
      weak var data: Probe?
      try {
        let probe = Probe(count: 1000) { _ in Thread.sleep(forTimeInterval: 0.001) }
        data = probe
        let stream = try BatchLoader(probe, batchSize: 50, threads: 3, ahead: 3).epoch(0)
        for _ in 0..<taken { _ = try stream.next() }
        #expect(data != nil)
      }()
      waitUntil { data == nil }
    }
  }

  @Test func aFinishedOrFailedStreamEndsItsThreads() throws {
    for failing in [false, true] {
      weak var data: Probe?
      var stream: BatchStream?
      try {
        let probe = Probe(count: 30) { index in if failing && index == 11 { throw Broken(index: index) } }
        data = probe
        stream = try BatchLoader(probe, batchSize: 4, threads: 3, ahead: 2).epoch(0)
        do { while try stream?.next() != nil {} } catch is Broken {}
      }()
      #expect(try failing || stream?.next() == nil)
      stream = nil
      waitUntil { data == nil }
    }
  }

  private func collect(_ stream: BatchStream) throws -> [Batch] {
    var batches: [Batch] = []
    while let batch = try stream.next() { batches.append(batch) }
    return batches
  }
}

/// Waits until `condition` comes true, however long that takes.
private func waitUntil(_ condition: () -> Bool) {
  while !condition() { Thread.sleep(forTimeInterval: 0.001) }
}

private struct Broken: LineError, Equatable {
  let index: Int
  var description: String { "image \(index) is broken" }
}

/// One-pixel images whose value is their index; counts what is rendered.
private final class Probe: ImageDataset {
  let count: Int
  private let before: @Sendable (Int) throws -> Void
  private let renders = Atomic<Int>(0)

  init(count: Int, before: @escaping @Sendable (Int) throws -> Void = { _ in }) {
    self.count = count
    self.before = before
  }

  var rendered: Int { renders.load(ordering: .relaxed) }
  let name = "probe"
  let split = "all"
  var identity: String { "probe \(count)" }
  let labels = ["even", "odd"]
  let imageSize = (height: 1, width: 1)
  let channels = 1
  let normalization = Normalization.symmetric(channels: 1)

  func label(at index: Int, epoch: Int) -> Int { index % 2 }
  func itemName(at index: Int) -> String { "probe.\(index)" }
  func render(_ index: Int, epoch: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try before(index)
    pixels[0] = UInt8(truncatingIfNeeded: index)
    renders.add(1, ordering: .relaxed)
  }
}
