import CKernels
import Glibc
import Support

/// Keeps freed buffers for reuse, so that a training step does not return to the system what it needs again.
///
/// A pool belongs to one ``ComputeContext`` and so to one thread. Every tensor passes through here, so what it keeps is not
/// checked for overlapping accesses: no method calls anything that could come back to the pool.
public final class BufferPool: MemoryKeeper {
  @exclusivity(unchecked) private var free: [Int: [UnsafeMutableRawPointer]] = [:]
  /// Those of few bytes, by their sixty-fourth part: no hash is computed for a small tensor.
  @exclusivity(unchecked) private var smallFree = [[UnsafeMutableRawPointer]](
    repeating: [], count: smallest / 64)
  /// The least capacity that is found by its hash.
  private static let smallest = 4096

  /// Bytes handed out and not yet given back.
  @exclusivity(unchecked) public private(set) var inUse = 0
  /// Bytes kept for reuse.
  @exclusivity(unchecked) public private(set) var held = 0
  /// Most bytes ever in use at once.
  @exclusivity(unchecked) public private(set) var peak = 0

  /// The most bytes that may be in use; see ``limited(to:_:)``.
  private var limit = Int.max
  /// Buffers ever handed out.
  @exclusivity(unchecked) public private(set) var taken = 0

  /// Bytes of the processor's large pages, in which larger buffers lie where the system has them to give.
  static let largePage = 2 << 20

  /// Kept buffers beyond this many bytes go back to the system.
  private let holdLimit = 4 << 30

  /// What all memory of the pool counts in, handed out or kept.
  private let budget: MemoryBudget
  private var registration: MemoryRegistration?

  init(budget: MemoryBudget = .shared) {
    self.budget = budget
    registration = MemoryRegistration(of: self)
  }

  deinit {
    registration = nil
    trim()
  }

  public func giveUpMemory() {
    trim()
    // What the C library keeps of freed blocks counts as the process's.
    heap_trim()
  }

  /// Runs `body`, which may take `bytes` bytes beyond what is in use now.
  ///
  /// What a file says about sizes is believed only as far as the file itself is long.
  public func limited<Result>(to bytes: Int, _ body: () throws -> Result) rethrows -> Result {
    let outer = limit
    limit = min(outer, inUse + bytes)
    defer { limit = outer }
    return try body()
  }

  /// A buffer of at least `bytes` bytes, not cleared.
  ///
  /// - Throws: `MemoryRefused` beyond the budget of the run, ``AllowanceExceeded`` beyond ``limited(to:_:)``.
  public func take(_ bytes: Int) throws -> AlignedBuffer {
    let (pointer, capacity) = try takeMemory(bytes)
    return AlignedBuffer(pointer: pointer, capacity: capacity, pool: self)
  }

  /// The memory of a buffer of at least `bytes` bytes, for an owner that gives it back itself: a small tensor is not to take
  /// a second object.
  ///
  /// - Throws: as ``take(_:)`` does.
  public func takeMemory(_ bytes: Int) throws -> (pointer: UnsafeMutableRawPointer, capacity: Int) {
    let capacity = Self.sizeClass(bytes)
    guard capacity <= limit - inUse else {
      throw AllowanceExceeded(bytes: bytes, allowed: limit - inUse)
    }
    let pointer: UnsafeMutableRawPointer
    if let kept = capacity < Self.smallest ? smallFree[capacity / 64].popLast() : free[capacity]?.popLast() {
      held -= capacity
      pointer = kept
    } else {
      do {
        try budget.take(capacity)
      } catch let refused as MemoryRefused {
        throw refused.owner == nil ? budget.refusal(of: bytes) : refused
      }
      var fresh: UnsafeMutableRawPointer?
      let isLarge = capacity >= Self.largePage
      let alignment = isLarge ? Self.largePage : AlignedBuffer.alignment
      guard posix_memalign(&fresh, alignment, capacity) == 0, let fresh else {
        budget.giveBack(capacity)
        throw MemoryRefused("needs \(MemoryText.size(bytes)), and the system grants no more memory")
      }
      // With pages of 4 kB, reading weights from main memory waits for addresses half of the time.
      if isLarge { madvise(fresh, capacity / Self.largePage * Self.largePage, MADV_HUGEPAGE) }
      pointer = fresh
    }
    inUse += capacity
    taken += 1
    peak = max(peak, inUse)
    return (pointer, capacity)
  }

  /// Takes back what ``takeMemory(_:)`` gave.
  public func giveBack(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
    inUse -= capacity
    if held + capacity > holdLimit {
      Glibc.free(pointer)
      budget.giveBack(capacity)
    } else {
      held += capacity
      if capacity < Self.smallest {
        smallFree[capacity / 64].append(pointer)
      } else {
        free[capacity, default: []].append(pointer)
      }
    }
  }

  /// Returns all kept buffers to the system.
  public func trim() {
    for pointers in free.values { for pointer in pointers { Glibc.free(pointer) } }
    free = [:]
    for index in smallFree.indices {
      for pointer in smallFree[index] { Glibc.free(pointer) }
      smallFree[index] = []
    }
    budget.giveBack(held)
    held = 0
  }

  /// The capacity for `bytes` bytes. There are four classes per power of two: at most 25 % of a buffer is
  /// slack, and near-equal batches share a class.
  private static func sizeClass(_ bytes: Int) -> Int {
    let least = max(bytes, 256)
    let top = 1 << (Int.bitWidth - 1 - (least - 1).leadingZeroBitCount)
    let step = max(top / 4, 64)
    // Beyond any memory there are no classes, and nothing to add to.
    guard least < 1 << 60 else { return least }
    return (least + step - 1) / step * step
  }
}
