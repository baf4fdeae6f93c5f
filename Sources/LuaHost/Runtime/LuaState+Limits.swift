import CLuaBridge
import Compute
import Support

/// Work of a run that has limits of its own.
public struct LimitedWork {
  /// What errors call it: `cell 2 (Train)`, `the plugin 'margin'`.
  public let owner: String
  /// The most that it may take.
  public let limits: UsageLimits
  /// Where the limits are set: that of the memory, such as `--cell-memory`, and that of the time.
  public let origin: (memory: String, time: String)
  /// What the owner holds from one piece of work to the next; nil where each begins with nothing.
  let ledger: MemoryLedger?

  public init(
    of owner: String, _ limits: UsageLimits, origin: (memory: String, time: String),
    ledger: MemoryLedger? = nil
  ) {
    self.owner = owner
    self.limits = limits
    self.origin = origin
    self.ledger = ledger
  }
}

/// The bytes that a plugin holds between the calls of its functions.
public final class MemoryLedger {
  /// Bytes by which what is held grew while the plugin's code ran.
  public internal(set) var held = 0

  public init() {}
}

extension LuaState {
  /// Runs `body`, and everything of Swift and C below it, within the limits of `work`.
  ///
  /// Lua's values and tensors count together. Beyond the memory, whoever asks for more is refused by an error that the
  /// script may catch, and what it holds stays within the limit; beyond the time nothing of the work goes on, `pcall` or
  /// not. Afterwards scripts can run again.
  ///
  /// - Throws: ``LuaError`` that names the owner, the limit and what was used, where the time is over; what `body` throws.
  public func within<Result>(_ work: LimitedWork, _ body: () throws -> Result) throws -> Result {
    guard let seconds = work.limits.seconds else { return try withinMemory(of: work, body) }
    let deadline = Deadline(of: work.owner, seconds: seconds, clock: limits.clock)
    return try until(deadline, setBy: work.origin.time) { try withinMemory(of: work, body) }
  }

  /// Runs `body` as the cell that errors call `name`: within the limits of a cell, and of the run.
  public func withinCell<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    let work = LimitedWork(
      of: name, context.options.cellLimits, origin: (memory: "--cell-memory", time: "--cell-time"))
    guard let end = context.options.deadline else { return try within(work, body) }
    return try until(end, setBy: "--time") { try within(work, body) }
  }

  private func until<Result>(_ deadline: Deadline, setBy origin: String, _ body: () throws -> Result) throws
    -> Result
  {
    do {
      return try Cancellation.withDeadline(deadline, body)
    } catch let reason as Interrupted where reason.deadline?.isSame(as: deadline) == true {
      revive()
      let used = DurationText.text(max(deadline.elapsed, deadline.seconds))
      throw LuaError(
        "\(reason) and ran \(used) (\(origin))",
        underlying: TimeIsOver(owner: deadline.owner, seconds: deadline.seconds))
    }
  }

  private func withinMemory<Result>(of work: LimitedWork, _ body: () throws -> Result) throws -> Result {
    guard let limit = work.limits.memory else { return try body() }
    // The budget counts what every thread of the process holds, and the work is on this one.
    let buffers = ComputeContext.current.buffers
    let start = (lua: usedBytes, objects: externalBytes, buffers: buffers.inUse + buffers.held)
    let before = work.ledger?.held ?? 0
    let allowance = MemoryAllowance(of: work.owner, limit: limit, remedy: work.origin.memory) {
      [unowned self] in
      // Tensors count as buffers when they are computed and as objects when Lua holds them.
      before + usedBytes - start.lua
        + max(externalBytes - start.objects, buffers.inUse + buffers.held - start.buffers)
    }
    // What was granted before was granted to others.
    bridge.pointee.granted = 0
    defer {
      bridge.pointee.granted = 0
      work.ledger?.held = allowance.used
    }
    return try allowance.hold(body)
  }

  /// Bytes that Lua may take beside all else, for the allocator, in which nothing of Lua may be collected.
  func room(for bytes: Int) -> Int {
    var room = MemoryBudget.shared.room(for: bytes, sparing: self)
    shortage =
      room < bytes
      ? "the \(MemoryText.size(MemoryBudget.shared.limit)) that this run may hold are in use" : nil
    if let allowance = MemoryAllowance.tightest, allowance.room < room {
      room = allowance.room
      if room < bytes { shortage = "\(allowance.refusal(of: 0))" }
    }
    return room
  }
}

/// Why a ``LuaError`` ended work whose time was over.
public struct TimeIsOver: LineError {
  /// Whose time it was.
  public let owner: String
  /// The seconds that it had.
  public let seconds: Double
  public var description: String { "the time of \(owner) is over" }
}
