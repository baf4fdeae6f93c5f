import Compute
import Support

/// The 0-based places of the `count` largest (or smallest) elements along an axis, best first.
///
/// Equal elements keep their order; NaN comes before all numbers. Values follow by ``Gather``, which also carries
/// their gradient to the winners.
struct ExtremumIndices: Op {
  /// Beyond it an int32 no longer holds every index.
  private static let longestAxis = Int(Int32.max)
  /// The most that are inserted one by one.
  private static let most = 32

  let axis: Int
  let count: Int
  let largest: Bool
  /// The function that was called, which errors name.
  let name: String
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let axis = try inputs[0].axis(self.axis, for: name)
    guard count > 0, count <= inputs[0][axis] else {
      throw TensorError(name, "\(count) elements of axis \(axis) of shape \(inputs[0])")
    }
    guard inputs[0][axis] <= Self.longestAxis else {
      throw TensorError(
        name,
        "an axis of \(inputs[0][axis]) elements; places along an axis are int32, at most \(Self.longestAxis)"
      )
    }
    var sizes = inputs[0].sizes
    sizes[axis] = count
    return Shape(sizes)
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try inputs[0].contiguous()
    switch x.dtype {
    case .float32: return try places(x, Float.self)
    case .int32: return try places(x, Int32.self)
    case .uint8, .boolean: return try places(x, UInt8.self)
    }
  }

  private func places<E: TensorElement>(_ x: Tensor, _ type: E.Type) throws -> Tensor {
    let axis = try x.shape.axis(self.axis, for: name)
    let size = x.shape[axis]
    let inner = x.shape.sizes[(axis + 1)...].reduce(1, *)
    let result = try Tensor.emptyRowMajor(try outputShape([x.shape]), .int32)
    let (source, target) = (x.elements(type), result.elements(Int32.self))
    let lines = x.count / size
    // Where few are asked for they are inserted into the list of the best; many are better sorted.
    guard count <= Self.most else {
      let largest = largest
      try SortOrder.places(of: x, axis: axis, count: count, into: result) { (element: E) in
        // NaN, which is not equal to itself, has the last key, and comes first here.
        largest || element != element ? ~element.sortKey : element.sortKey
      }
      return result
    }
    ThreadTeam.parallel(lines, grain: max(1, (1 << 14) / size)) { range in
      for line in range {
        let (outer, position) = (line / inner, line % inner)
        let from = source + outer * size * inner + position
        let to = target + outer * count * inner + position
        if count == 1 {
          to[0] = Int32(truncatingIfNeeded: winner(from, inner, size))
        } else {
          for (rank, index) in ranking(from, inner, size).enumerated() {
            to[rank * inner] = Int32(truncatingIfNeeded: index)
          }
        }
      }
    }
    return result
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] { [nil] }

  private func winner<E: TensorElement>(_ x: UnsafePointer<E>, _ step: Int, _ size: Int) -> Int {
    var best = (value: x[0], index: 0)
    for i in 1..<max(size, 1) where precedes(x[i * step], best.value, largest) { best = (x[i * step], i) }
    return best.index
  }

  private func ranking<E: TensorElement>(
    _ x: UnsafePointer<E>, _ step: Int, _ size: Int
  ) -> [Int] {
    var best: [Int] = []
    best.reserveCapacity(count + 1)
    for i in 0..<size {
      let value = x[i * step]
      if best.count == count, let last = best.last, !precedes(value, x[last * step], largest) { continue }
      var place = best.count
      while place > 0, precedes(value, x[best[place - 1] * step], largest) { place -= 1 }
      best.insert(i, at: place)
      if best.count > count { best.removeLast() }
    }
    return best
  }
}

/// Whether `a` comes before `b` in the order of the largest, or of the smallest; NaN comes before all numbers.
@inline(__always)
private func precedes<E: TensorElement>(_ a: E, _ b: E, _ largest: Bool) -> Bool {
  // Only NaN is not equal to itself.
  (largest ? a > b : a < b) || (a != a && b == b)
}

extension Tensor {
  /// The largest elements along `axis` and their 0-based places; the gradient goes to the first winner.
  ///
  /// The results lack the axis, or have size 1 there where it is kept.
  public func maximum(axis: Int, keepingAxis: Bool = false) throws -> (values: Tensor, indices: Tensor) {
    try extremum(axis, keepingAxis, largest: true)
  }

  /// The smallest elements along `axis` and their 0-based places; the gradient goes to the first winner.
  ///
  /// The results lack the axis, or have size 1 there where it is kept.
  public func minimum(axis: Int, keepingAxis: Bool = false) throws -> (values: Tensor, indices: Tensor) {
    try extremum(axis, keepingAxis, largest: false)
  }

  /// The first of the largest (or smallest) of all elements and its 0-based place in row-major order, however many
  /// elements there are; without gradient.
  public func extremumOfAll(largest: Bool) throws -> (value: TensorNumber, place: Int) {
    let name = largest ? "max" : "min"
    try mayBeRead(by: name)
    guard count > 0 else { throw TensorError(name, "there are no elements in shape \(shape)") }
    let x = try contiguous()
    let place =
      switch dtype {
      case .float32: try Self.extremum(of: x.row(Float.self), largest)
      case .int32: try Self.extremum(of: x.row(Int32.self), largest)
      case .uint8, .boolean: try Self.extremum(of: x.row(UInt8.self), largest)
      }
    return (x.number(at: place), place)
  }

  private static func extremum<E: TensorElement>(of row: UnsafeBufferPointer<E>, _ largest: Bool) throws
    -> Int
  {
    var best = (value: row[0], place: 0)
    try Cancellation.inPieces(of: row.count) { piece in
      for i in piece where precedes(row[i], best.value, largest) { best = (row[i], i) }
    }
    return best.place
  }

  /// The 0-based places of the largest elements along `axis`, as int32; without gradient.
  public func argMax(axis: Int = -1, keepingAxis: Bool = false) throws -> Tensor {
    let indices = try apply(ExtremumIndices(axis: axis, count: 1, largest: true, name: "argmax"), [self])
    return keepingAxis ? indices : try indices.squeezed(axis)
  }

  /// The 0-based places of the smallest elements along `axis`, as int32; without gradient.
  public func argMin(axis: Int = -1, keepingAxis: Bool = false) throws -> Tensor {
    let indices = try apply(ExtremumIndices(axis: axis, count: 1, largest: false, name: "argmin"), [self])
    return keepingAxis ? indices : try indices.squeezed(axis)
  }

  /// The `count` largest (or smallest) elements along `axis`, best first, and their 0-based places.
  ///
  /// - Throws: ``TensorError`` where the axis has fewer.
  public func topK(
    _ count: Int, axis: Int = -1, largest: Bool = true
  ) throws -> (values: Tensor, indices: Tensor) {
    try topK(count, axis: axis, largest: largest, name: "topk")
  }

  private func topK(
    _ count: Int, axis: Int, largest: Bool, name: String
  ) throws -> (values: Tensor, indices: Tensor) {
    let indices = try apply(
      ExtremumIndices(axis: axis, count: count, largest: largest, name: name), [self])
    return (try gathered(axis, indices), indices)
  }

  private func extremum(
    _ axis: Int, _ keepingAxis: Bool, largest: Bool
  ) throws -> (values: Tensor, indices: Tensor) {
    let (values, indices) = try topK(1, axis: axis, largest: largest, name: largest ? "max" : "min")
    if keepingAxis { return (values, indices) }
    return (try values.squeezed(axis), try indices.squeezed(axis))
  }
}
