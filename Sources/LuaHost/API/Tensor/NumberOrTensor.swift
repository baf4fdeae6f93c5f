import Tensor

/// The result of a reduction or an index: a number when no axis is left, otherwise a tensor.
public struct NumberOrTensor: LuaPushable {
  let tensor: Tensor
  let base: Tensor

  public init(_ tensor: Tensor, of base: Tensor) {
    self.tensor = tensor
    self.base = base
  }

  public func push(onto stack: LuaStack) throws {
    if tensor.rank == 0 { return stack.push(Double(try tensor.item())) }
    try TensorView(tensor, of: base).push(onto: stack)
  }
}
