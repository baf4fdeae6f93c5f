import Support

// Rearrangements that are made of other ops.
extension Tensor {
  /// The elements `shift` places further along `axis`; those that leave it come in at the other end.
  public func rolled(_ shift: Int, axis: Int) throws -> Tensor {
    let axis = try shape.axis(axis, for: "roll")
    let size = shape[axis]
    if size == 0 { return self }
    let shift = (shift % size + size) % size
    if shift == 0 { return self }
    return try Tensor.concatenated(
      [sliced(axis, size - shift..<size), sliced(axis, 0..<size - shift)], axis: axis)
  }

  /// The whole tensor `counts` times along its last axes, as NumPy's `tile` and PyTorch's `repeat`; there may be more
  /// counts than axes.
  public func tiled(_ counts: [Int]) throws -> Tensor {
    if let bad = counts.first(where: { $0 < 0 }) { throw TensorError("tile", "\(bad) times") }
    let rank = max(self.rank, counts.count)
    let sizes = [Int](repeating: 1, count: rank - self.rank) + shape.sizes
    let times = [Int](repeating: 1, count: rank - counts.count) + counts
    let final = try zip(sizes, times).map { size, count in
      let (product, overflow) = size.multipliedReportingOverflow(by: count)
      if overflow { throw TensorError("tile", "more elements than a tensor may have") }
      return product
    }
    try Shape(final).validated(for: "tile")
    // t₁×s₁×t₂×s₂…: the repeats are axes of their own, then merged.
    let single = try reshaped(Shape(sizes.flatMap { [1, $0] }))
    let expanded = try single.expanded(to: Shape(zip(times, sizes).flatMap { [$0, $1] }))
    return try expanded.reshaped(Shape(final))
  }

  /// Each element `count` times one after the other along `axis`, as NumPy's `repeat`.
  public func repeated(_ count: Int, axis: Int) throws -> Tensor {
    let axis = try shape.axis(axis, for: "repeat_interleave")
    let (total, overflow) = shape[axis].multipliedReportingOverflow(by: count)
    guard count >= 0, !overflow else { throw TensorError("repeat_interleave", "\(count) times") }
    var (wide, merged) = (shape.sizes, shape.sizes)
    wide.insert(count, at: axis + 1)
    merged[axis] = total
    try Shape(merged).validated(for: "repeat_interleave")
    return try unsqueezed(axis + 1).expanded(to: Shape(wide)).reshaped(Shape(merged))
  }

  /// Each element less the one before it along `axis`, which is one shorter.
  public func differences(axis: Int) throws -> Tensor {
    let axis = try shape.axis(axis, for: "diff")
    guard shape[axis] > 0 else { throw TensorError("diff", "axis \(axis + 1) of shape \(shape) is empty") }
    let (later, earlier) = (
      try sliced(axis, 1..<shape[axis]), try sliced(axis, 0..<shape[axis] - 1)
    )
    return dtype == .uint8 ? try later.converted(to: .int32) - earlier : try later - earlier
  }

  /// The elements of the last two axes on and below (or on and above) a diagonal, 0 elsewhere; diagonal 1 is the one above
  /// the main one.
  public func triangle(upper: Bool, diagonal: Int = 0) throws -> Tensor {
    let name = upper ? "triu" : "tril"
    guard rank >= 2 else { throw TensorError(name, "needs at least two axes, not shape \(shape)") }
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    let mask = try Tensor.emptyRowMajor([rows, columns], .boolean)
    let truth = mask.elements(UInt8.self)
    let diagonal = min(max(diagonal, -(1 << 40)), 1 << 40)
    for row in 0..<rows {
      if row & 0xFFF == 0 { try Cancellation.check() }
      for column in 0..<columns {
        let isKept = upper ? column - row >= diagonal : column - row <= diagonal
        truth[row * columns + column] = isKept ? 1 : 0
      }
    }
    return try Tensor.where(mask, self, Tensor([], whole: [0], .boolean))
  }

  /// The tensor with axis `from` moved to `to`, the others in their order; a view.
  public func movedAxis(from: Int, to: Int) throws -> Tensor {
    let (from, to) = (try shape.axis(from, for: "movedim"), try shape.axis(to, for: "movedim"))
    var order = Array(0..<rank)
    order.remove(at: from)
    order.insert(from, at: to)
    return try permuted(order)
  }

  /// A tensor for each of `vectors`, of all their lengths: its numbers run along its own axis.
  public static func meshgrid(_ vectors: [Tensor]) throws -> [Tensor] {
    if let bad = vectors.first(where: { $0.rank != 1 }) {
      throw TensorError("meshgrid", "needs vectors, not shape \(bad.shape)")
    }
    let shape = Shape(vectors.map(\.count))
    try shape.validated(for: "meshgrid")
    return try vectors.enumerated().map { axis, vector in
      var sizes = [Int](repeating: 1, count: vectors.count)
      sizes[axis] = vector.count
      return try vector.reshaped(Shape(sizes)).expanded(to: shape)
    }
  }

  /// Whether all elements are within `relative`·|other| + `absolute` of the other's; the shapes broadcast.
  ///
  /// - Parameter nanIsEqual: whether NaN agrees with NaN.
  public func isClose(
    to other: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, nanIsEqual: Bool = false
  ) throws -> Bool {
    let shape = try shape.broadcast(with: other.shape, for: "allclose")
    let (a, b) = (try expanded(to: shape).doubles(), try other.expanded(to: shape).doubles())
    return zip(a, b).allSatisfy { x, y in
      if x == y || nanIsEqual && x.isNaN && y.isNaN { return true }
      return x.isFinite && y.isFinite && (x - y).magnitude <= absolute + relative * y.magnitude
    }
  }
}
