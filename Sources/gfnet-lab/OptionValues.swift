import ArgumentParser
import Foundation
import GlanceFocus
import Support

/// What `--seed` and `--threads` take, wherever a command has them.
enum OptionValues {
  /// The most threads. More than there are cores are allowed, as a run is repeated bit by bit only with the
  /// number of threads that it had.
  private static let mostThreads = 256

  static func seed(_ text: String) throws -> UInt64 {
    guard let seed = UInt64(text) else {
      throw ValidationError(
        "--seed must be a whole number from 0 to \(UInt64.max), got \(text.printable(upTo: 80))")
    }
    return seed
  }

  static func threads(_ text: String) throws -> Int {
    guard let threads = Int(text), (1...mostThreads).contains(threads) else {
      throw ValidationError(
        "--threads must be a whole number from 1 to \(mostThreads), got \(text.printable(upTo: 80))")
    }
    return threads
  }

  static func shards(_ text: String) throws -> BatchShards {
    if text == "ranks" { return .perRank }
    guard let count = Int(text), (1...BatchShards.most).contains(count) else {
      throw ValidationError(
        "--shards must be a whole number from 1 to \(BatchShards.most), or 'ranks', got \(text.printable(upTo: 80))"
      )
    }
    return .fixed(count)
  }

  /// A remark when threads will wait for each other; nil when there is a core for each.
  static func remark(onThreads threads: Int?) -> String? {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    guard let threads, threads > cores else { return nil }
    return "\(threads) threads share \(cores) core\(cores == 1 ? "" : "s"): slower than --threads \(cores)"
  }
}
