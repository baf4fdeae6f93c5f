import Foundation
import Synchronization

/// Memory that was refused: one line that says what is needed, what is in use, and what helps.
public struct MemoryRefused: LineError {
  public let description: String
  /// The part of the run, such as a cell or a plugin, whose own limit it was; nil: that of the run.
  public let owner: String?

  /// A refusal that reads as `description`, which is one line.
  public init(_ description: String, owner: String? = nil) {
    self.description = description
    self.owner = owner
  }
}

/// The one budget over all that a run holds: tensors, weights, plans and pools by count, and all else (data
/// sets, figures, pictures, traces, what Lua holds) by what the process is seen to take.
///
/// Whoever is about to take much asks first. Before anything is refused, those that keep memory in reserve give it up
/// (``MemoryKeeper``). Threads may ask at the same time.
public final class MemoryBudget: Sendable {
  /// The budget of the process.
  public static let shared = MemoryBudget()

  /// Requests below this many bytes are not worth a look at the process.
  public static let least = 1 << 20

  private let limitBytes: Atomic<Int>
  private let countedBytes = Atomic<Int>(0)
  /// Bytes asked for in small pieces since the process was last looked at.
  private let unseenBytes = Atomic<Int>(0)
  private let measure: @Sendable () -> Int
  /// The most bytes that the system would grant, whatever limit is set.
  private let ceiling: Int
  private let wayToAllowMore = Mutex("$\(MemoryBudget.variable)")

  /// - Parameters:
  ///   - limit: bytes in all; nil: what the machine has left, less a reserve.
  ///   - addresses: bytes that the system lets the process map beside what it maps now (`ulimit -v`); nil: any number.
  ///   - measure: bytes that the process takes now, beside files that are mapped.
  public init(
    limit: Int? = nil, addresses: Int? = SystemMemory.addressesLeft(),
    measure: @escaping @Sendable () -> Int = SystemMemory.ofProcess
  ) {
    self.measure = measure
    let inUse = measure()
    let ceiling = addresses.map { Self.standardLimit($0, inUse: inUse) } ?? .max
    self.ceiling = ceiling
    limitBytes = Atomic(min(limit ?? Self.standardLimit(SystemMemory.available(), inUse: inUse), ceiling))
  }

  /// The limit where none is set. It leaves others, and what nobody counts, a tenth of what is available, and
  /// at least half a gigabyte where there is that much.
  static func standardLimit(_ available: Int, inUse: Int) -> Int {
    let reserve = max(available / 10, min(512 << 20, available / 4))
    return max(inUse + available - reserve, 64 << 20)
  }

  /// How the one who runs the program allows more, for messages: the variable, and what else the program offers.
  public var howToAllowMore: String { wayToAllowMore.withLock { $0 } }

  /// Says what the program offers beside the variable, such as `--memory`.
  public func offer(_ option: String) { wayToAllowMore.withLock { $0 = "\(option) or $\(Self.variable)" } }

  /// The most bytes that may be held.
  public var limit: Int { limitBytes.load(ordering: .relaxed) }

  /// Sets the most bytes that may be held, whatever the machine has; no more than the process may map.
  public func setLimit(_ bytes: Int) { limitBytes.store(min(max(bytes, 0), ceiling), ordering: .relaxed) }

  /// Bytes in use: what was counted, or what the process is seen to take, whichever is more.
  public var inUse: Int { max(countedBytes.load(ordering: .relaxed), measure()) }

  /// Throws ``MemoryRefused`` unless there is room for `bytes` more, which the caller takes and does not count.
  public func require(_ bytes: Int) throws {
    try requireAllowed(bytes)
    if bytes < Self.least {
      // Many small pieces are as much as a large one.
      guard unseenBytes.wrappingAdd(max(bytes, 0), ordering: .relaxed).newValue >= 16 * Self.least else {
        return
      }
    }
    unseenBytes.store(0, ordering: .relaxed)
    if fits(bytes) { return }
    relieve()
    if fits(bytes) { return }
    throw refusal(of: bytes)
  }

  /// Counts `bytes` that the caller takes now, and gives back with ``giveBack(_:)``.
  ///
  /// - Throws: ``MemoryRefused`` where there is no room for them.
  public func take(_ bytes: Int) throws {
    try require(bytes)
    countedBytes.wrappingAdd(bytes, ordering: .relaxed)
  }

  /// Ends the count of `bytes` that ``take(_:)`` counted.
  public func giveBack(_ bytes: Int) { countedBytes.wrappingSubtract(bytes, ordering: .relaxed) }

  /// Throws where a part of the run that is active on this thread may not hold `bytes` more.
  private func requireAllowed(_ bytes: Int) throws {
    for allowance in MemoryAllowance.active where allowance.room < bytes {
      relieve()
      if allowance.room < bytes { throw allowance.refusal(of: bytes) }
    }
  }

  /// Throws where a part of the run that is active on this thread holds more than it may, which nobody asked for before.
  public func requireHeld() throws {
    for allowance in MemoryAllowance.active where allowance.used > allowance.limit {
      relieve()
      if allowance.used > allowance.limit { throw allowance.refusal(of: 0) }
    }
  }

  /// Bytes that may still be held, for whoever must not have memory collected while it asks: `keeper` is not asked to
  /// give up any.
  public func room(for bytes: Int, sparing keeper: any MemoryKeeper) -> Int {
    if !fits(bytes) { relieve(sparing: keeper) }
    return max(limit - inUse, 0)
  }

  private func fits(_ bytes: Int) -> Bool {
    let limit = limit
    guard bytes <= limit, countedBytes.load(ordering: .relaxed) <= limit - bytes else { return false }
    return measure() <= limit - bytes
  }

  /// Why `bytes` cannot be had.
  public func refusal(of bytes: Int) -> MemoryRefused {
    let limit = limit
    let (needs, used, most) = (MemoryText.size(bytes), MemoryText.size(inUse), MemoryText.size(limit))
    // Beyond what the system grants, the program's own limit helps nobody.
    let remedy = limit < ceiling ? howToAllowMore : "ulimit -v, which limits this process"
    return MemoryRefused(
      "needs \(needs); \(used) of the \(most) this run may hold are in use: release what is not needed (:free(), collectgarbage()), or allow more with \(remedy)"
    )
  }

  /// The environment variable that sets the limit.
  public static let variable = "GFNET_LAB_MEMORY"

  private func relieve(sparing spared: (any MemoryKeeper)? = nil) {
    let keepers = MemoryKeepers.ofThread.list.compactMap(\.registration?.keeper).filter { $0 !== spared }
    // They are asked twice, since what the collector lets go of lands in the pools, which may have given up
    // theirs before.
    for _ in 0..<2 { for keeper in keepers { keeper.giveUpMemory() } }
  }
}

/// Keeps memory that it can do without, and gives it up before anything is refused.
///
/// It is asked on the thread that registered it, when that thread finds too little room.
public protocol MemoryKeeper: AnyObject {
  /// Gives back what can be done without.
  func giveUpMemory()
}

/// Has a ``MemoryKeeper`` asked when memory is short, from when it is made to when the keeper lets go of it, which is
/// before the keeper ends.
///
/// The list of a thread refers to this weakly rather than to the keeper: counting references to an object that has a weak
/// one is several times as slow from then on, and keepers are what every call and every tensor touches.
public final class MemoryRegistration {
  unowned(unsafe) fileprivate let keeper: any MemoryKeeper

  /// It is made on the thread that `keeper` belongs to.
  public init(of keeper: any MemoryKeeper) {
    self.keeper = keeper
    let keepers = MemoryKeepers.ofThread
    keepers.list.removeAll { $0.registration == nil }
    keepers.list.append(.init(registration: self))
  }
}

/// The keepers of one thread.
private final class MemoryKeepers {
  struct Entry { weak var registration: MemoryRegistration? }
  var list: [Entry] = []

  private static let ofEach = PerThread<MemoryKeepers>()

  static var ofThread: MemoryKeepers { ofEach.value { MemoryKeepers() } }
}
