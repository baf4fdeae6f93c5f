import CLuaBridge
import Support

/// Watches over values that are copied from Lua, where a table may hold one long string any number of times.
struct CopyMeter {
  private var bytes = 0
  private static let step = 1 << 20

  /// Counts the value at `index`; looks at the stop flag and at the memory that is left once in a megabyte.
  mutating func add(ofValueAt index: Int, on stack: LuaStack) throws {
    bytes += MemoryLayout<LuaValue>.stride
    if stack.kind(at: index) == .string { bytes += Int(lua_rawlen(stack.pointer, Int32(index))) }
    guard bytes >= Self.step else { return }
    try Cancellation.check()
    try MemoryBudget.shared.require(bytes)
    bytes = 0
  }
}
