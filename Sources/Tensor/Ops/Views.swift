/// Another shape over the same elements in row-major order.
struct Reshape: Op {
  let shape: Shape
  let name = "reshape"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    try requireCount(inputs[0])
    return shape
  }

  fileprivate func requireCount(_ input: Shape) throws {
    try shape.validated(for: name)
    guard input.count == shape.count else {
      throw TensorError(name, "shape \(input) has \(input.count) elements, \(shape) needs \(shape.count)")
    }
  }

  func lowering(_ inputs: [Shape]) -> Lowering? { .reshape }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.shapes = [inputs[0].shape]
    let dense = try inputs[0].contiguous()
    let rowMajor = Tensor(
      storage: dense.storage, offset: dense.offset, shape: shape, strides: shape.rowMajorStrides)
    return rowMajor
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try gradient.reshaped(saved.shapes[0])]
  }
}

/// The axes in another order.
struct Permute: ViewOp {
  let order: [Int]
  let name = "permute"

  func shape(of input: Shape) throws -> Shape {
    guard order.count == input.rank, input.sizes.indices.allSatisfy(order.contains) else {
      throw TensorError(name, "\(order) is not an order of the \(input.rank) axes of shape \(input)")
    }
    return Shape(order.map { input[$0] })
  }

  func view(_ x: Tensor, _ shape: Shape) -> Tensor {
    Tensor(storage: x.storage, offset: x.offset, shape: shape, strides: order.map { x.strides[$0] })
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    var inverse = [Int](repeating: 0, count: order.count)
    for (position, axis) in order.enumerated() { inverse[axis] = position }
    return [try gradient.permuted(inverse)]
  }
}

/// Repeats along axes of size 1, without copying.
struct Expand: ViewOp {
  let shape: Shape
  let name = "expand"

  func shape(of input: Shape) throws -> Shape {
    try shape.validated(for: name)
    guard try input.broadcast(with: shape, for: name) == shape else {
      throw TensorError(name, "shape \(input) cannot be repeated to \(shape)")
    }
    return shape
  }

  func view(_ x: Tensor, _ shape: Shape) -> Tensor {
    Tensor(storage: x.storage, offset: x.offset, shape: shape, strides: x.expandedStrides(to: shape))
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try gradient.summed(to: saved.shapes[0])]
  }
}

/// A range of one axis, without copying.
struct Slice: ViewOp {
  let axis: Int
  let range: Range<Int>
  let step: Int
  let name = "slice"

  /// The number of elements, rounded up without adding to what may be the largest number.
  private var length: Int { range.count / step + (range.count % step == 0 ? 0 : 1) }

  func shape(of input: Shape) throws -> Shape {
    let axis = try input.axis(self.axis, for: name)
    guard step > 0, range.lowerBound >= 0, range.upperBound <= input[axis] else {
      throw TensorError(name, "range \(range) step \(step) of axis \(axis) of shape \(input)")
    }
    var sizes = input.sizes
    sizes[axis] = length
    return Shape(sizes)
  }

  func lowering(_ inputs: [Shape]) -> Lowering? {
    inputs[0].rank == 4 && (axis == 1 || axis == -3)
      ? .pickChannels(Array(stride(from: range.lowerBound, to: range.upperBound, by: step))) : nil
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let whole = try Tensor.zeros(saved.shapes[0])
    try Strided.copy(gradient, to: try view(whole, gradient.shape))
    return [whole]
  }

  func view(_ x: Tensor, _ shape: Shape) throws -> Tensor {
    let axis = try x.shape.axis(self.axis, for: name)
    var strides = x.strides
    let offset = x.offset + range.lowerBound * strides[axis]
    // A step beyond the range selects one element: its stride is never walked.
    strides[axis] *= min(step, max(range.count, 1))
    return Tensor(storage: x.storage, offset: offset, shape: shape, strides: strides)
  }
}

extension Tensor {
  /// The elements in row-major order under another shape; one size may be −1 and is worked out.
  ///
  /// The result shares the memory where that is row-major.
  ///
  /// - Throws: ``TensorError`` where the numbers of elements differ.
  public func reshaped(_ shape: Shape) throws -> Tensor {
    guard let open = shape.sizes.firstIndex(of: -1) else { return try laidOut(as: shape) }
    var sizes = shape.sizes
    sizes[open] = 1
    let known = Shape(sizes).count
    guard sizes.allSatisfy({ $0 > 0 }), count % known == 0 else {
      throw TensorError("reshape", "\(count) elements cannot be laid out as \(shape)")
    }
    sizes[open] = count / known
    return try laidOut(as: Shape(sizes))
  }

  private func laidOut(as shape: Shape) throws -> Tensor {
    let op = Reshape(shape: shape)
    guard Recording.isOff, isContiguous else { return try apply(op, [self]) }
    // As in ``viewed(_:)``: there is nothing to compute.
    try op.requireCount(self.shape)
    return Tensor(storage: storage, offset: offset, shape: shape, strides: shape.rowMajorStrides)
  }

  /// All axes from `axis` on merged into one, in row-major order: N×C×H×W from axis 1 becomes N×CHW.
  public func flattened(from axis: Int = 0) throws -> Tensor {
    let axis = rank == 0 ? 0 : try shape.axis(axis, for: "flatten")
    let kept = Array(shape.sizes.prefix(axis))
    return try reshaped(Shape(kept + [shape.sizes.dropFirst(axis).reduce(1, *)]))
  }

  /// The first two axes merged into one, in row-major order: B×F×… becomes (B·F)×….
  ///
  /// - Throws: ``TensorError`` for fewer than two axes.
  public func mergedRows() throws -> Tensor {
    guard rank >= 2 else { throw TensorError("reshape", "shape \(shape) has no two axes to merge") }
    return try reshaped(Shape([shape[0] * shape[1]] + shape.sizes.dropFirst(2)))
  }

  /// The axes in another order; a view. Axis i of the result is axis `order[i]` of this tensor.
  ///
  /// - Throws: ``TensorError`` where `order` does not name each axis once.
  public func permuted(_ order: [Int]) throws -> Tensor { try viewed(Permute(order: order)) }

  /// The tensor with two axes exchanged; a view.
  public func transposed(_ a: Int = -2, _ b: Int = -1) throws -> Tensor {
    var order = Array(0..<rank)
    order.swapAt(try shape.axis(a, for: "transpose"), try shape.axis(b, for: "transpose"))
    return try permuted(order)
  }

  /// The tensor repeated to `shape` along axes that are missing or of size 1; a view.
  ///
  /// - Throws: ``TensorError`` where another size would change.
  public func expanded(to shape: Shape) throws -> Tensor { try viewed(Expand(shape: shape)) }

  /// The indices `range` of `axis`, every `step`-th of them; a view.
  ///
  /// - Throws: ``TensorError`` where the range leaves the axis, or `step` is not above 0.
  public func sliced(_ axis: Int, _ range: Range<Int>, step: Int = 1) throws -> Tensor {
    try viewed(Slice(axis: axis, range: range, step: step))
  }

  /// The index `index` (0-based) of `axis`, which goes away; a view.
  ///
  /// - Throws: ``TensorError`` where there is no such index.
  public func selected(_ axis: Int, _ index: Int) throws -> Tensor {
    let resolved = try shape.axis(axis, for: "select")
    guard index >= 0, index < shape[resolved] else {
      throw TensorError("select", "index \(index) of axis \(resolved) of shape \(shape)")
    }
    guard Recording.isOff else {
      return try sliced(resolved, index..<index + 1).squeezed(resolved)
    }
    var (sizes, strides) = (shape.sizes, self.strides)
    sizes.remove(at: resolved)
    let step = strides.remove(at: resolved)
    return Tensor(storage: storage, offset: offset + index * step, shape: Shape(sizes), strides: strides)
  }

  /// The tensor without `axis`; a view.
  ///
  /// - Throws: ``TensorError`` where the axis has another size than 1.
  public func squeezed(_ axis: Int) throws -> Tensor { try viewed(Squeeze(axis: axis)) }

  /// The tensor with a new axis of size 1 at `axis`; a view. −1 puts it at the end.
  public func unsqueezed(_ axis: Int) throws -> Tensor { try viewed(Unsqueeze(axis: axis)) }
}

/// Drops an axis of size 1.
struct Squeeze: ViewOp {
  let axis: Int
  let name = "squeeze"

  func shape(of input: Shape) throws -> Shape {
    let axis = try input.axis(self.axis, for: name)
    guard input[axis] == 1 else { throw TensorError(name, "axis \(axis) of shape \(input) is not 1") }
    return input.reduced([axis], keepingAxes: false)
  }

  func lowering(_ inputs: [Shape]) -> Lowering? { .reshape }

  func view(_ x: Tensor, _ shape: Shape) throws -> Tensor {
    let axis = try x.shape.axis(self.axis, for: name)
    var strides = x.strides
    strides.remove(at: axis)
    return Tensor(storage: x.storage, offset: x.offset, shape: shape, strides: strides)
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try gradient.unsqueezed(axis < 0 ? axis + gradient.rank + 1 : axis)]
  }
}

/// Adds an axis of size 1.
struct Unsqueeze: ViewOp {
  let axis: Int
  let name = "unsqueeze"

  private func resolved(_ rank: Int) throws -> Int {
    let axis = self.axis < 0 ? self.axis + rank + 1 : self.axis
    guard axis >= 0, axis <= rank else { throw TensorError(name, "axis \(self.axis) for rank \(rank)") }
    return axis
  }

  func shape(of input: Shape) throws -> Shape {
    var sizes = input.sizes
    sizes.insert(1, at: try resolved(input.rank))
    return Shape(sizes)
  }

  func lowering(_ inputs: [Shape]) -> Lowering? { .reshape }

  func view(_ x: Tensor, _ shape: Shape) throws -> Tensor {
    let axis = try resolved(x.rank)
    var strides = x.strides
    strides.insert(axis < x.rank ? x.shape[axis] * x.strides[axis] : 1, at: axis)
    return Tensor(storage: x.storage, offset: x.offset, shape: shape, strides: strides)
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try gradient.squeezed(try resolved(gradient.rank - 1))]
  }
}
