import Support
import Tensor

extension Tensor: LuaPushable {
  /// Pushes the tensor as a Lua object that owns its memory.
  @inline(__always)
  public func push(onto stack: LuaStack) throws {
    try stack.push(object: self, accountedAs: storage.bytes + objectBookkeeping)
  }
}

extension Tensor: ObjectArgument {
  public static var className: String { "tensor" }
}
