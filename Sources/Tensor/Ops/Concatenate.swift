import Support

/// Joins tensors along an existing axis.
struct Concatenate: Op {
  let axis: Int
  let name = "concatenate"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    guard let first = inputs.first else { throw TensorError(name, "needs at least one tensor") }
    let axis = try first.axis(self.axis, for: name)
    for shape in inputs
    where shape.rank != first.rank
      || shape.sizes.indices.contains(where: { $0 != axis && shape[$0] != first[$0] })
    {
      throw TensorError(name, "shapes \(first) and \(shape) differ in more than axis \(axis)")
    }
    var sizes = first.sizes
    guard let size = inputs.lazy.map({ $0[axis] }).checkedSum() else {
      throw TensorError(name, "more elements along axis \(axis) than a tensor may have")
    }
    sizes[axis] = size
    return Shape(sizes)
  }

  func lowering(_ inputs: [Shape]) -> Lowering? {
    (try? inputs.first?.axis(axis, for: name)).map { .concatenate(axis: $0) }
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let shapes = inputs.map(\.shape)
    saved.shapes = shapes
    let dtype = inputs.reduce(DType.boolean) { $0.promoted(with: $1.dtype) }
    let y = try Tensor.empty(try outputShape(shapes), dtype)
    let axis = try y.shape.axis(self.axis, for: name)
    var start = 0
    for x in inputs {
      try Strided.copy(x, to: y.narrowed(axis, from: start, count: x.shape[axis]))
      start += x.shape[axis]
    }
    return y
  }

  /// The gradients are views: nothing is copied until an op needs them dense.
  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let axis = try gradient.shape.axis(self.axis, for: name)
    var start = 0
    return saved.shapes.map { shape in
      defer { start += shape[axis] }
      return gradient.narrowed(axis, from: start, count: shape[axis])
    }
  }
}

extension Tensor {
  /// `tensors` one after the other along `axis`, of which −1 is the last; all other sizes must agree. The result has the type
  /// that holds all of theirs.
  ///
  /// - Throws: ``TensorError`` where they do not, and for no tensors.
  public static func concatenated(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    if let joined = try vector(of: tensors, axis: axis) { return joined }
    return try apply(Concatenate(axis: axis), tensors)
  }

  /// Vectors of one type that lie in memory as they are, where nobody listens: there are no shapes to compare; nil for others.
  private static func vector(of tensors: [Tensor], axis: Int) throws -> Tensor? {
    guard let dtype = tensors.first?.dtype, Recording.isOff, axis == 0 || axis == -1 else { return nil }
    var count = 0
    for tensor in tensors {
      guard tensor.rank == 1, tensor.dtype == dtype, tensor.isContiguous,
        tensor.shape[0] <= Shape.largestExtent - count
      else { return nil }
      count += tensor.shape[0]
    }
    let result = try emptyRowMajor([count], dtype)
    var target = result.firstByte
    for tensor in tensors {
      let bytes = tensor.shape[0] * dtype.bytes
      try Cancellation.inPieces(of: bytes) { piece in
        (target + piece.lowerBound).copyMemory(
          from: tensor.firstByte + piece.lowerBound, byteCount: piece.count)
      }
      target += bytes
    }
    return result
  }

  /// `tensors` of one shape side by side along a new axis at `axis`.
  ///
  /// - Throws: ``TensorError`` where shapes differ, and for no tensors.
  public static func stacked(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else { throw TensorError("stack", "needs at least one tensor") }
    for tensor in tensors where tensor.shape != first.shape {
      throw TensorError("stack", "shapes \(first.shape) and \(tensor.shape) differ")
    }
    return try concatenated(try tensors.map { try $0.unsqueezed(axis) }, axis: axis)
  }
}
