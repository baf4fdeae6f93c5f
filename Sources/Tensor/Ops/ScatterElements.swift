import Support

/// Single elements written, or added, along one axis: y[…, indices[…, j, …], …] = source[…, j, …], elsewhere x.
///
/// Inputs: x, 0-based indices, and the source, of the shape of the indices; these have x's shape but for the size of `axis`.
struct ScatterElements: Op {
  let axis: Int
  let adding: Bool
  var name: String { adding ? "scatter_add" : "scatter" }
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    _ = try Gather(axis: axis).outputShape([inputs[0], inputs[1]])
    guard inputs[2] == inputs[1] else {
      throw TensorError(name, "a source of shape \(inputs[2]) for indices of shape \(inputs[1])")
    }
    return inputs[0]
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let indices = try inputs[1].converted(to: .int32).contiguous()
    let y = try inputs[0].rowMajorCopy()
    let size = y.shape[try y.shape.axis(axis, for: name)]
    let places = indices.row(Int32.self)
    if let bad = places.first(where: { $0 < 0 || $0 >= size }) {
      throw TensorError(name, "index \(bad) of an axis of size \(size)")
    }
    saved.keep(indices)
    let source = try inputs[2].converted(to: y.dtype).contiguous()
    switch y.dtype {
    case .float32:
      let (from, to) = (source.pointer, y.pointer)
      if adding {
        try add(from, to, indices, y)
      } else {
        try indices.forEachPlace(along: axis, in: y.shape, for: name) { to[$1] = from[$0] }
      }
    case .int32: try write(source, y, indices, Int32.self)
    case .uint8, .boolean: try write(source, y, indices, UInt8.self)
    }
    return y
  }

  /// Sums of many float32 numbers are made in float64.
  private func add(
    _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ indices: Tensor, _ y: Tensor
  ) throws {
    var sums = UnsafeBufferPointer(start: to, count: y.count).map(Double.init)
    try sums.withUnsafeMutableBufferPointer { sums in
      try indices.forEachPlace(along: axis, in: y.shape, for: name) { sums[$1] += Double(from[$0]) }
      for i in sums.indices { to[i] = Float(sums[i]) }
    }
  }

  private func write<E: TensorElement>(
    _ source: Tensor, _ y: Tensor, _ indices: Tensor, _ type: E.Type
  ) throws {
    let (from, to) = (source.elements(type), y.elements(type))
    guard adding else {
      return try indices.forEachPlace(along: axis, in: y.shape, for: name) { to[$1] = from[$0] }
    }
    var sums = UnsafeBufferPointer(start: to, count: y.count).map(\.whole)
    try indices.forEachPlace(along: axis, in: y.shape, for: name) { sums[$1] &+= from[$0].whole }
    let range = y.dtype.wholeRange
    for (i, sum) in sums.enumerated() {
      guard range.contains(sum) else {
        throw TensorError(name, "\(sum) is beyond \(y.dtype.rawValue); convert to float32 before")
      }
      to[i] = E(whole: sum)
    }
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let indices = saved.tensors[0]
    var first = gradient
    if needs[0], !adding {
      // What was written over has no influence.
      first = try gradient.rowMajorCopy()
      let target = first.pointer
      try indices.forEachPlace(along: axis, in: first.shape, for: name) { target[$1] = 0 }
    }
    guard needs[2] else { return [first, nil, nil] }
    guard !adding else { return [first, nil, try gradient.gathered(axis, indices)] }
    // Of several values for one element only the last one counts.
    let g = try gradient.contiguous()
    let part = try Tensor.zerosRowMajor(indices.shape)
    var winners = [Int](repeating: -1, count: g.count)
    try indices.forEachPlace(along: axis, in: g.shape, for: name) { winners[$1] = $0 }
    let (from, to) = (g.pointer, part.pointer)
    for (element, winner) in winners.enumerated() where winner >= 0 { to[winner] = from[element] }
    return [first, nil, part]
  }
}

extension Tensor {
  /// This tensor with the elements at `indices` (0-based) along `axis` replaced by those of `source`, or increased by them.
  ///
  /// Shapes are as in ``gathered(_:_:)``, of which this is the opposite. Of several values for one element the last one stays.
  public func scattered(_ axis: Int, _ indices: Tensor, _ source: Tensor, adding: Bool = false) throws
    -> Tensor
  {
    try apply(ScatterElements(axis: axis, adding: adding), [self, indices, source])
  }
}
