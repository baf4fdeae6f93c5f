import CLuaBridge

extension LuaState {
  /// External bytes after which the collector is given a step.
  private static let stepBytes = 1 << 20

  /// Tells the collector about memory that a Lua object holds outside Lua, such as a tensor's.
  ///
  /// The collector sees a tensor as a few bytes, so a loop over tensors would fill the machine before it runs.
  /// Each megabyte buys one generational step; above the soft limit everything is collected, and the limit follows
  /// what is really alive, so that a large working set does not collect for ever.
  ///
  /// ``LuaStack/push(object:bytes:)`` calls this; the bytes are taken back when the object is released.
  public func account(bytes: Int) {
    externalBytes += bytes
    guard bytes > 0 else { return }
    unseenBytes += bytes
    if externalBytes > softLimit {
      unseenBytes = 0
      gf_collect(stack.pointer)
      softLimit = max(limits.externalMemory, externalBytes * 2)
    } else if unseenBytes >= Self.stepBytes {
      unseenBytes = 0
      gf_step(stack.pointer)
    }
  }

  /// Collects everything that no script can reach.
  public func collectGarbage() { gf_collect(stack.pointer) }
}
