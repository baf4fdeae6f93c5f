/// The elements in reverse order along one axis.
struct Flip: Op {
  let axis: Int
  let name = "flip"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    _ = try inputs[0].axis(axis, for: name)
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor { try reversed(inputs[0]) }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try reversed(gradient)]
  }

  private func reversed(_ x: Tensor) throws -> Tensor {
    let axis = try x.shape.axis(self.axis, for: name)
    // Read backwards into a copy: views with negative strides stay within this function.
    var strides = x.strides
    let last = x.offset + max(x.shape[axis] - 1, 0) * strides[axis]
    strides[axis] = -strides[axis]
    let result = try Tensor.empty(x.shape, x.dtype)
    try Strided.copy(Tensor(storage: x.storage, offset: last, shape: x.shape, strides: strides), to: result)
    return result
  }
}

extension Tensor {
  /// The elements in reverse order along `axis`, as mirrored images (axis 3 of N×C×H×W).
  public func flipped(_ axis: Int) throws -> Tensor { try apply(Flip(axis: axis), [self]) }
}
