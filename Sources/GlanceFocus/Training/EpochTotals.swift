import Communication
import Foundation
import Tensor

/// What one shard of a batch came to.
struct ShardTotals {
  var loss = 0.0
  /// Images that counted; 0 where what damaged files left was too little.
  var images = 0
  /// Right answers after each step.
  var correct: [Int]
  /// Stage 2: rewards by proposal, each by image.
  var rewards: [[Float]] = []
  /// Stage 2: what the critic expects, in the same form; empty where nobody asks.
  var values: [[Float]] = []

  init(steps: Int) { correct = [Int](repeating: 0, count: steps) }

  /// Counts right answers; `step` is 1 for the glance.
  mutating func observe(_ step: Int, _ logits: Tensor, _ labels: [Int]) {
    guard let values = try? logits.values() else { return }
    let classes = logits.shape[1]
    for (row, label) in labels.enumerated() {
      let base = row * classes
      var best = 0
      for c in 1..<max(classes, 1) where values[base + c] > values[base + best] { best = c }
      if best == label { correct[step - 1] += 1 }
    }
  }

  // MARK: As bytes

  func append(to bytes: inout PackedBytes) {
    bytes.append(loss)
    bytes.append(images)
    bytes.append(correct)
    for lists in [rewards, values] {
      bytes.append(lists.count)
      for list in lists { bytes.append(list) }
    }
  }

  init(_ reader: inout PackedReader) throws {
    loss = try reader.double()
    images = try reader.int()
    correct = try reader.ints()
    rewards = try (0..<max(reader.int(), 0)).map { _ in try reader.floats() }
    values = try (0..<max(reader.int(), 0)).map { _ in try reader.floats() }
  }

  /// The totals of all shards in their order, from what each process has of its own.
  static func all(_ lists: [[UInt8]]) throws -> [ShardTotals] {
    var all: [ShardTotals] = []
    for list in lists {
      var reader = PackedReader(list)
      while !reader.isAtEnd { all.append(try ShardTotals(&reader)) }
    }
    return all
  }
}

/// Running sums of an epoch, over all processes.
struct EpochTotals {
  private(set) var loss = 0.0
  private var batches = 0
  private var images = 0
  private var correct: [Int]
  private var reward = 0.0
  private var proposals = 0

  init(steps: Int) { correct = [Int](repeating: 0, count: steps) }

  /// Adds a batch, whose loss is the mean over its images.
  mutating func add(_ shards: [ShardTotals], loss: Double) {
    self.loss += loss
    batches += 1
    for shard in shards {
      images += shard.images
      for (step, count) in shard.correct.enumerated() where step < correct.count { correct[step] += count }
      for rewards in shard.rewards {
        for value in rewards { reward += Double(value) }
        proposals += rewards.count
      }
    }
  }

  var note: String {
    let shares = correct.map { String(format: "%.1f", 100 * Double($0) / Double(max(images, 1))) }
    return String(format: "loss %.3f, ", loss / Double(max(batches, 1))) + shares.joined(separator: "/")
      + " %"
  }

  func metrics(stage: Int, epoch: Int, seconds: Double) -> EpochMetrics {
    EpochMetrics(
      stage: stage, epoch: epoch, loss: loss / Double(max(batches, 1)),
      accuracy: correct.map { Double($0) / Double(max(images, 1)) },
      reward: proposals > 0 ? reward / Double(proposals) : nil, images: images, seconds: seconds)
  }
}

extension [ShardTotals] {
  /// The images of all shards.
  var images: Int { reduce(0) { $0 + $1.images } }

  /// The mean loss over all images.
  var meanLoss: Double {
    count == 1 ? self[0].loss : reduce(0) { $0 + $1.loss * Double($1.images) } / Double(Swift.max(images, 1))
  }

  /// What ``ShardTotals`` have by proposal and image as that of the whole batch.
  func joined(_ lists: KeyPath<ShardTotals, [[Float]]>) -> [[Float]] {
    let steps = map { $0[keyPath: lists].count }.max() ?? 0
    return (0..<steps).map { step in
      flatMap { shard in
        let own = shard[keyPath: lists]
        return step < own.count ? own[step] : []
      }
    }
  }
}

extension JSONEncoder {
  /// Keys in order, so that equal values give equal text.
  static var sorted: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
