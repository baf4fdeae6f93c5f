import CAllocations
import Compute
import Support

/// What some work takes of the calling thread's memory.
struct MemoryUse: Codable, Equatable {
  /// Calls of `malloc` and its kin, whoever makes them.
  var allocations: Int
  /// Buffers that are taken from the thread's pool.
  var buffers: Int

  /// What `body` takes once everything is warm: the least of several runs, for each number by itself.
  ///
  /// The least, because now and then something grows that lasts: a table of free buffers, a list of results.
  static func least(
    warmUp: Int = 3, of repetitions: Int = 10, _ body: () throws -> Void
  ) rethrows -> MemoryUse {
    for _ in 0..<warmUp { try body() }
    var least = MemoryUse(allocations: .max, buffers: .max)
    for _ in 0..<repetitions {
      var counter = MemoryCounter()
      defer { counter.stop() }
      try body()
      least = least.least(counter.lap())
    }
    return least
  }

  /// The smaller of each number.
  func least(_ other: MemoryUse) -> MemoryUse {
    MemoryUse(
      allocations: min(allocations, other.allocations), buffers: min(buffers, other.buffers))
  }

  /// What is left when something takes `other` of it.
  static func - (use: MemoryUse, other: MemoryUse) -> MemoryUse {
    MemoryUse(allocations: use.allocations - other.allocations, buffers: use.buffers - other.buffers)
  }

  /// Why budgets cannot be compared in this build; nil where they can.
  static var obstacle: String? {
    #if DEBUG
      return "budgets are those of optimised code: make test"
    #else
      guard allocations_are_counted() else {
        return "a sanitizer, or another C library than glibc, has the heap"
      }
      // Without it, oneDNN computes what kernels of our own do elsewhere, and takes more.
      let processor = (try? InputFile.bytes(of: "/proc/cpuinfo", limit: 64 << 20)) ?? []
      return String(decoding: processor, as: UTF8.self).contains("avx512bw")
        ? nil : "budgets are those of processors with AVX-512"
    #endif
  }
}

/// Counts what the calling thread takes, from its making or the last lap on.
struct MemoryCounter {
  private let pool = ComputeContext.current.buffers
  private var taken: Int

  init() {
    taken = pool.taken
    allocations_start()
  }

  /// What was taken since the last lap; the next one begins.
  mutating func lap() -> MemoryUse {
    let use = MemoryUse(allocations: Int(allocations_stop()), buffers: pool.taken - taken)
    taken = pool.taken
    allocations_start()
    return use
  }

  func stop() { _ = allocations_stop() }
}
