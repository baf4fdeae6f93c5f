import CLuaBridge
import Support

extension LuaState: MemoryKeeper {
  /// Collects what no script can reach; asked for before memory is refused.
  public func giveUpMemory() { collectGarbage() }

  /// The number of external bytes after which the collector is given a step.
  private static let stepBytes = 1 << 20
  /// The number of external bytes after which everything is collected, where Lua itself holds little: what hangs on dead
  /// objects, such as the values that an update of a training has recorded, then goes back to the pool before the next
  /// update needs as much.
  private static let roundBytes = 128 << 20

  /// Tells the collector about memory that a Lua object holds outside Lua, such as a tensor's.
  ///
  /// The collector sees a tensor as a few bytes, so a loop over tensors would fill the machine before it runs.
  /// Each megabyte buys one generational step; above the soft limit everything is collected, and the limit follows
  /// what is really alive, so that a large working set does not collect for ever.
  ///
  /// ``LuaStack/push(object:)`` calls this; the bytes are taken back when the object is released.
  public func account(bytes: Int) {
    externalBytes += bytes
    guard bytes > 0 else { return }
    unseenBytes += bytes
    uncollectedBytes += bytes
    if externalBytes > softLimit {
      collectGarbage()
      softLimit = max(limits.externalMemory, externalBytes * 2)
    } else if uncollectedBytes > max(Self.roundBytes, 8 * usedBytes) {
      collectGarbage()
    } else if unseenBytes >= Self.stepBytes {
      unseenBytes = 0
      gf_step(stack.pointer)
    }
  }

  /// What a session that has used up its memory may take, to let go of it.
  private static let reserve = 16 << 20

  /// Whether so little is left of what Lua may hold, after a collection, that hardly anything can run.
  func isNearlyFull() -> Bool {
    guard usedBytes > limits.memory - Self.reserve / 2 else { return false }
    collectGarbage()
    return usedBytes > limits.memory - Self.reserve / 2
  }

  /// Lets Lua take some megabytes more where its memory is used up, and no more than its limit where it is not.
  func makeRoom() {
    bridge.pointee.limit = isNearlyFull() ? usedBytes + Self.reserve : limits.memory
  }

  // These are the bytes of an element of a list, and of an empty table, in Lua.
  private static let bytesOfValue = 16.0, bytesOfTable = 56.0

  /// Throws where `tables` lists of together `values` elements are more than Lua may hold.
  ///
  /// The allocator would refuse them too, but only when Swift has made what is to be pushed.
  func requireRoom(values: Double, tables: Double) throws {
    let bytes = values * Self.bytesOfValue + tables * Self.bytesOfTable
    // What is small is left to the allocator.
    guard bytes > Double(limits.memory) / 16, bytes > 65_536 else { return }
    if Double(usedBytes) + bytes > Double(limits.memory) { collectGarbage() }
    guard Double(usedBytes) + bytes > Double(limits.memory) else { return }
    throw MemoryRefused(
      "the lists need \(MemoryText.size(bytes)), and Lua's values may take \(MemoryText.size(Double(limits.memory))) in all (\(MemoryText.size(Double(usedBytes))) are in use); work on the tensor, or on parts of it"
    )
  }

  /// Collects everything that no script can reach.
  public func collectGarbage() {
    (unseenBytes, uncollectedBytes) = (0, 0)
    gf_collect(stack.pointer)
  }

  /// Has every allocation of Lua fail after the next `count`, until ``allowAllocations()``; for tests.
  package func refuseAllocations(after count: Int) { bridge.pointee.refuse_after = Int64(count) }

  /// Ends what ``refuseAllocations(after:)`` began.
  package func allowAllocations() { bridge.pointee.refuse_after = -1 }
}
