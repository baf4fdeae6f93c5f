/// The same numbers in row-major memory of their own.
struct Copy: Op {
  let name = "copy"
  let takesAnyType = true

  func outputShape(_ inputs: [Shape]) throws -> Shape { inputs[0] }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor { try inputs[0].rowMajorCopy() }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] { [gradient] }
}

extension Tensor {
  /// A row-major copy with memory of its own, through which gradients flow.
  public func copied() throws -> Tensor { try apply(Copy(), [self]) }
}
