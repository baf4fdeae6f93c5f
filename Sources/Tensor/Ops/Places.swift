import Support

/// Elements or slices of some axes, named one by one: what NumPy calls advanced indexing.
///
/// Along each of `axes` there are as many 0-based places as `shape` has elements, in row-major order; place i along all of
/// them together names one element, or one slice of the other axes. The result has `shape` where the first of the axes was,
/// if the axes lie side by side, and before all other axes otherwise.
public struct Places {
  /// The axes, ascending.
  let axes: [Int]
  /// The places along each of the axes.
  let places: [[Int]]
  /// The axes of the result that stand for `axes`.
  let shape: Shape

  /// - Throws: ``TensorError`` where axes and lists of places do not fit each other, or `whole`, the shape of what is read.
  public init(axes: [Int], places: [[Int]], shape: Shape, of whole: Shape) throws {
    guard axes.count == places.count, places.allSatisfy({ $0.count == shape.count }) else {
      throw TensorError("index", "places of different numbers")
    }
    for (axis, list) in zip(axes, places) {
      guard axis >= 0, axis < whole.rank else { throw TensorError("index", "axis \(axis) of shape \(whole)") }
      if let bad = list.first(where: { $0 < 0 || $0 >= whole[axis] }) {
        throw TensorError("index", "index \(bad) of axis \(axis) of shape \(whole)")
      }
    }
    self.axes = axes
    self.places = places
    self.shape = shape
  }

  /// The axes that are not named, in their order.
  fileprivate func others(_ rank: Int) -> [Int] { (0..<rank).filter { !axes.contains($0) } }

  /// How many of the other axes stand before those of ``shape`` in the result.
  fileprivate var before: Int {
    guard let first = axes.first, axes == Array(first..<first + axes.count) else { return 0 }
    return first
  }

  /// The order of axes that moves those of ``shape`` from the front to where the result has them.
  fileprivate func order(rank: Int) -> [Int] {
    let lead = shape.rank
    let others = Array(lead..<lead + rank - axes.count)
    return others.prefix(before) + Array(0..<lead) + others.dropFirst(before)
  }
}

extension Tensor {
  /// The elements, or slices, at `places`; the gradient of one that is named several times adds up.
  public func picked(_ places: Places) throws -> Tensor {
    if places.axes == [0], places.shape.rank == 1 { return try indexSelected(0, places.places[0]) }
    let others = places.others(rank)
    var flat = [Int](repeating: 0, count: places.shape.count)
    for (axis, list) in zip(places.axes, places.places) {
      for i in flat.indices { flat[i] = flat[i] * shape[axis] + list[i] }
    }
    let rest = others.map { shape[$0] }
    let merged = Shape(places.axes.map { shape[$0] }).count
    let lines: Tensor
    if places.axes == [0] {
      lines = self
    } else {
      lines = try permuted(places.axes + others).reshaped(Shape([merged] + rest))
    }
    let picked = try lines.indexSelected(0, flat).reshaped(Shape(places.shape.sizes + rest))
    let order = places.order(rank: rank)
    return order == Array(order.indices) ? picked : try picked.permuted(order)
  }

  /// Overwrites the elements, or slices, at `places` with `source`, which broadcasts to the shape of ``picked(_:)``. Of several
  /// values for one element the last one stays.
  ///
  /// - Throws: ``TensorError`` where shapes do not fit, or an element of `source` has no counterpart in this type.
  public func assign(_ source: Tensor, at places: Places) throws {
    let others = places.others(rank)
    let rest = Shape(others.map { shape[$0] })
    let order = places.order(rank: rank)
    let front = Shape(places.shape.sizes + rest.sizes)
    let result = Shape(order.map { front[$0] })
    guard let spread = try? source.shape.broadcast(with: result, for: "assign"), spread == result else {
      throw TensorError("assign", "shape \(source.shape) cannot be written to shape \(result)")
    }
    var inverse = [Int](repeating: 0, count: order.count)
    for (position, axis) in order.enumerated() { inverse[axis] = position }
    let values = try Recording.paused {
      try source.detached.converted(to: dtype).expanded(to: result).permuted(inverse)
    }
    let loops = Array(zip(places.shape.sizes, values.strides.prefix(places.shape.rank)).reversed())
    let bytes = dtype.bytes
    for i in 0..<places.shape.count {
      if i & 0xFFF == 0 { try Cancellation.check() }
      var (index, from) = (i, values.offset)
      for (size, step) in loops {
        from += index % size * step
        index /= size
      }
      var to = offset
      for (axis, list) in zip(places.axes, places.places) { to += list[i] * strides[axis] }
      if rest.rank == 0 {
        (storage.bytePointer + to * bytes).copyMemory(
          from: values.storage.bytePointer + from * bytes, byteCount: bytes)
        continue
      }
      try Strided.copy(
        Tensor(
          storage: values.storage, offset: from, shape: rest,
          strides: Array(values.strides.dropFirst(places.shape.rank))),
        to: Tensor(storage: storage, offset: to, shape: rest, strides: others.map { strides[$0] }))
    }
    storage.didChange()
  }

  /// The 0-based places of the elements that are not 0 or false, in row-major order: a list for each axis.
  public func nonzeroPlaces() throws -> [[Int]] {
    try mayBeRead(by: "nonzero")
    let mask = try converted(to: .boolean).contiguous()
    let row = mask.row(UInt8.self)
    let found = row.reduce(0) { $0 + Int($1) }
    try MemoryBudget.shared.require(found * max(rank, 1) * MemoryLayout<Int>.stride)
    var places = [[Int]](repeating: [], count: rank)
    for axis in places.indices { places[axis].reserveCapacity(found) }
    let steps = shape.rowMajorStrides
    for start in stride(from: 0, to: row.count, by: 1 << 20) {
      try Cancellation.check()
      for i in start..<min(start + (1 << 20), row.count) where row[i] != 0 {
        for axis in places.indices { places[axis].append(i / steps[axis] % shape[axis]) }
      }
    }
    return places
  }
}
