import Support

/// The 0-based places of all elements along an axis in ascending (or descending) order.
///
/// Equal elements keep their order; NaN counts as larger than all numbers, as in NumPy and PyTorch. Values follow by
/// ``Gather``, which also carries their gradient.
struct SortIndices: Op {
  let axis: Int
  let descending: Bool
  let name = "sort"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let axis = try inputs[0].axis(self.axis, for: name)
    guard inputs[0][axis] <= Int(Int32.max) else {
      throw TensorError(name, "an axis of \(inputs[0][axis]) elements; places along an axis are int32")
    }
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor { try places(inputs[0]) }

  fileprivate func places(_ x: Tensor) throws -> Tensor {
    let x = try x.contiguous()
    switch x.dtype {
    case .float32: return try sort(x, Float.self)
    case .int32: return try sort(x, Int32.self)
    case .uint8, .boolean: return try sort(x, UInt8.self)
    }
  }

  private func sort<E: TensorElement>(_ x: Tensor, _ type: E.Type) throws -> Tensor {
    let axis = try x.shape.axis(self.axis, for: name)
    let result = try Tensor.emptyRowMajor(x.shape, .int32)
    let descending = descending
    try SortOrder.places(of: x, axis: axis, count: x.shape[axis], into: result) { (element: E) in
      descending ? ~element.sortKey : element.sortKey
    }
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] { [nil] }
}

extension Tensor {
  /// The elements in ascending (or descending) order along `axis`, and their 0-based places there.
  public func sorted(axis: Int = -1, descending: Bool = false) throws -> (values: Tensor, indices: Tensor) {
    let indices = try argSort(axis: axis, descending: descending)
    // Where nobody listens, what a vector's places lead to needs no comparison of shapes.
    if rank == 1, Recording.isOff, dtype.bytes == 4 {
      let (x, values) = (try contiguous(), try Tensor.empty(like: indices, dtype))
      // Elements of four bytes, whatever they are.
      let source = x.firstByte.assumingMemoryBound(to: UInt32.self)
      let target = values.firstByte.assumingMemoryBound(to: UInt32.self)
      let places = indices.elements(Int32.self)
      try Cancellation.inPieces(of: count) { piece in
        for i in piece { target[i] = source[Int(places[i])] }
      }
      return (values, indices)
    }
    return (try gathered(axis, indices), indices)
  }

  /// The 0-based places of the elements in ascending (or descending) order along `axis`, as int32.
  public func argSort(axis: Int = -1, descending: Bool = false) throws -> Tensor {
    let op = SortIndices(axis: axis, descending: descending)
    if rank == 1, Recording.isOff {
      _ = try op.outputShape([shape])
      return try op.places(self)
    }
    return try apply(op, [self])
  }
}
