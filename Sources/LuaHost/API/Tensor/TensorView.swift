import Tensor

/// A tensor that may be a view of another: shared memory is accounted for once, by the tensor that made it.
public struct TensorView: LuaPushable {
  let tensor: Tensor
  let base: Tensor

  public init(_ tensor: Tensor, of base: Tensor) {
    self.tensor = tensor
    self.base = base
  }

  public func push(onto stack: LuaStack) throws {
    if tensor.storage !== base.storage { return try tensor.push(onto: stack) }
    try stack.push(object: tensor, accountedAs: objectBookkeeping)
  }
}
