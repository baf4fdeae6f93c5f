import Support

// Elements where a mask of the tensor's own shape is true.
extension Tensor {
  /// The elements where `mask`, truth values of this shape, is true, in row-major order, as a vector.
  ///
  /// - Throws: ``TensorError`` where the mask has another shape or type.
  public func elements(where mask: Tensor) throws -> Tensor {
    try requireMask(mask)
    guard Recording.isOff, isContiguous, mask.isContiguous else {
      return try picked(
        Places(axes: Array(0..<rank), places: mask.nonzeroPlaces(), shape: [mask.wholeSum()], of: shape))
    }
    let result = try Tensor.emptyRowMajor([mask.wholeSum()], dtype)
    switch dtype {
    case .float32: try copy(where: mask, to: result, Float.self)
    case .int32: try copy(where: mask, to: result, Int32.self)
    case .uint8, .boolean: try copy(where: mask, to: result, UInt8.self)
    }
    return result
  }

  /// Sets the elements of this float32 tensor where `mask`, truth values of its shape, is true.
  ///
  /// - Throws: ``TensorError`` where the mask has another shape or type.
  public func fill(_ value: Float, where mask: Tensor) throws {
    try requireMask(mask)
    try mask.mayBeRead(by: "fill")
    let (target, chosen) = (pointer, mask.elements(UInt8.self))
    // A stop leaves some elements unchanged, as it does with every write.
    defer { storage.didChange() }
    if isContiguous, mask.isContiguous {
      return try Cancellation.inPieces(of: count) { piece in
        for i in piece where chosen[i] != 0 { target[i] = value }
      }
    }
    let plan = LoopPlan(shape: shape, strides: [strides, mask.strides])
    let (ts, ms) = (plan.inner[0], plan.inner[1])
    try plan.forEachRow { offsets, length in
      let (t, m) = (target + offsets[0], chosen + offsets[1])
      for i in 0..<length where m[i * ms] != 0 { t[i * ts] = value }
    }
  }

  private func requireMask(_ mask: Tensor) throws {
    guard mask.dtype == .boolean, mask.shape == shape else {
      throw TensorError("index", "a mask of shape \(mask.shape) for shape \(shape)")
    }
  }

  private func copy<E: TensorElement>(where mask: Tensor, to result: Tensor, _ type: E.Type) throws {
    let (source, chosen, target) = (row(E.self), mask.row(UInt8.self), result.elements(E.self))
    var place = 0
    try Cancellation.inPieces(of: source.count) { piece in
      for i in piece where chosen[i] != 0 {
        target[place] = source[i]
        place += 1
      }
    }
  }
}
