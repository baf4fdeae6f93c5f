import CLuaBridge
import Support
import Tensor

// The commonest keys, read with fewer steps than ``TensorIndex/selection(of:)`` takes to the same result.
extension TensorIndex {
  /// What `{{first, last}}` takes of a vector, upwards: a view; nil for other keys, and for ranges that are none. It is what
  /// ``selection(of:)`` says, with fewer steps.
  static func part(_ slot: Int, on stack: LuaStack, of tensor: Tensor) throws -> Tensor? {
    guard tensor.rank == 1, stack.kind(at: slot) == .table, lua_rawlen(stack.pointer, Int32(slot)) == 1 else {
      return nil
    }
    let base = stack.count
    defer { stack.count = base }
    try stack.reserve(8)
    guard stack.listLength(at: slot) == 1, lua_rawgeti(stack.pointer, Int32(slot), 1) == LUA_TTABLE,
      case .range(let first, let last, 1)? = range(at: base + 1, on: stack),
      let start = Int(place: first, of: tensor.count), let end = Int(place: last, of: tensor.count),
      start <= end
    else { return nil }
    return try tensor.sliced(0, start..<end + 1)
  }

  /// What the commonest keys that are tensors pick: a mask of the whole tensor, and a row of places along the first axis; nil
  /// for other keys. It is what ``selection(of:)`` says, with fewer steps.
  static func picked(_ key: Tensor, of tensor: Tensor) throws -> Tensor? {
    if key.dtype == .boolean {
      return key.shape == tensor.shape && tensor.rank > 0 ? try tensor.elements(where: key) : nil
    }
    guard key.rank == 1, tensor.rank > 0 else { return nil }
    return try tensor.indexSelected(0, try places(along: 0, key, tensor.shape))
  }
}
