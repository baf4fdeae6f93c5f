import Tensor

/// The result of a reduction or an index: a number when no axis is left, otherwise a tensor.
///
/// While gradients are recorded, what depends on watched values stays a tensor: a number would lose its history.
public struct NumberOrTensor: LuaPushable {
  let tensor: Tensor
  let base: Tensor

  public init(_ tensor: Tensor, of base: Tensor) {
    self.tensor = tensor
    self.base = base
  }

  public func push(onto stack: LuaStack) throws {
    if tensor.rank == 0, !tensor.isWatched { return try tensor.number().push(onto: stack) }
    try TensorView(tensor, of: base).push(onto: stack)
  }
}

extension TensorNumber: LuaPushable {
  /// Pushes a number as Lua's float, a whole number as its integer, a truth value as its boolean.
  public func push(onto stack: LuaStack) {
    switch self {
    case .float(let value): stack.push(Double(value))
    case .whole(let value): stack.push(value)
    case .truth(let value): stack.push(value)
    }
  }
}
