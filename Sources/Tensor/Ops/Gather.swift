import Compute
import Support

/// Whole slices of one axis, in any order and any number of times.
struct IndexSelect: Op {
  let axis: Int
  let indices: [Int]
  let name = "index_select"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let axis = try inputs[0].axis(self.axis, for: name)
    if let bad = indices.first(where: { $0 < 0 || $0 >= inputs[0][axis] }) {
      throw TensorError(name, "index \(bad) of axis \(axis) of shape \(inputs[0])")
    }
    var sizes = inputs[0].sizes
    sizes[axis] = indices.count
    return Shape(sizes)
  }

  func lowering(_ inputs: [Shape]) -> Lowering? {
    inputs[0].rank == 4 && (axis == 1 || axis == -3) ? .pickChannels(indices) : nil
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.shapes = [inputs[0].shape]
    let x = inputs[0]
    let axis = try x.shape.axis(self.axis, for: name)
    let y = try Tensor.empty(try outputShape([x.shape]), x.dtype)
    if y.count == 0 { return y }
    if axis == 0, x.isContiguous && x.rank != 4 || x.isChannelsLast {
      let length = x.count / x.shape[0]
      if length == 1, x.dtype.bytes == 4 {
        pickElements(from: x.firstByte.assumingMemoryBound(to: UInt32.self), to: y)
        return y
      }
      let (source, target) = (x.firstByte, y.firstByte)
      let bytes = length * x.dtype.bytes
      ThreadTeam.parallel(indices.count, grain: max(1, (1 << 15) / length)) { range in
        for i in range {
          (target + i * bytes).copyMemory(from: source + indices[i] * bytes, byteCount: bytes)
        }
      }
    } else if axis == 1, x.isChannelsLast, x.dtype == .float32 {
      pickChannels(from: x, to: y)
    } else {
      for (i, index) in indices.enumerated() {
        if i % 64 == 0 { try Cancellation.check() }
        try Strided.copy(x.narrowed(axis, from: index, count: 1), to: y.narrowed(axis, from: i, count: 1))
      }
    }
    return y
  }

  /// Elements of four bytes, whatever they are.
  private func pickElements(from source: UnsafePointer<UInt32>, to y: Tensor) {
    let target = y.firstByte.assumingMemoryBound(to: UInt32.self)
    indices.withUnsafeBufferPointer { indices in
      ThreadTeam.parallel(indices.count, grain: Elementwise.grain) { range in
        for i in range { target[i] = source[indices[i]] }
      }
    }
  }

  /// Channels of channels-last images, pixel by pixel: one pass over memory.
  private func pickChannels(from x: Tensor, to y: Tensor) {
    let (source, target) = (x.pointer, y.pointer)
    let (inputs, outputs) = (x.shape[1], indices.count)
    indices.withUnsafeBufferPointer { indices in
      ThreadTeam.parallel(y.count / outputs, grain: max(1, (1 << 13) / outputs)) { range in
        for pixel in range {
          let (s, t) = (source + pixel * inputs, target + pixel * outputs)
          for i in 0..<outputs { t[i] = s[indices[i]] }
        }
      }
    }
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let shape = saved.shapes[0]
    let axis = try shape.axis(self.axis, for: name)
    let dx = try Tensor.empty(shape)
    if dx.count == 0 { return [dx] }
    let g = try gradient.canonical()
    // The axes in the order of memory: N×H×W×C, or as they are.
    let order = shape.rank == 4 ? [0, 2, 3, 1] : Array(0..<shape.rank)
    let place = order.firstIndex(of: axis) ?? 0
    try Scatter(indices, targets: shape[axis]).add(
      g.pointer, to: dx.pointer, outer: order[..<place].reduce(1) { $0 * shape[$1] },
      inner: order[(place + 1)...].reduce(1) { $0 * shape[$1] })
    return [dx]
  }
}

/// Single elements along one axis: y[…, j, …] = x[…, indices[…, j, …], …].
///
/// Inputs: x, and 0-based indices as int32 or as other whole numbers, of x's shape but for the size of `axis`.
struct Gather: Op {
  /// Elements between two looks at the stop flag.
  private static let pollInterval = 1 << 20

  let axis: Int
  let name = "gather"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let (x, indices) = (inputs[0], inputs[1])
    let axis = try x.axis(self.axis, for: name)
    guard x.reduced([axis], keepingAxes: true).rank == indices.rank,
      x.reduced([axis], keepingAxes: false) == indices.reduced([axis], keepingAxes: false)
    else { throw TensorError(name, "indices of shape \(indices) along axis \(axis) of shape \(x)") }
    return indices
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    let x = try inputs[0].contiguous()
    let indices = try inputs[1].converted(to: .int32).contiguous()
    try requirePlaces(inputs[1], indices, x.shape[try x.shape.axis(axis, for: name)])
    saved.keep(indices)
    saved.shapes = [x.shape]
    let y = try Tensor.emptyRowMajor(indices.shape, x.dtype)
    switch x.dtype {
    case .float32: try read(x, indices, y, Float.self)
    case .int32: try read(x, indices, y, Int32.self)
    case .uint8, .boolean: try read(x, indices, y, UInt8.self)
    }
    return y
  }

  private func read<E: TensorElement>(_ x: Tensor, _ indices: Tensor, _ y: Tensor, _ type: E.Type) throws {
    let (source, target) = (x.elements(type), y.elements(type))
    try indices.forEachPlace(along: axis, in: x.shape, for: name) { target[$0] = source[$1] }
  }

  /// Throws where an index is none of an axis of `size` elements; `given` are the indices before their conversion.
  private func requirePlaces(_ given: Tensor, _ indices: Tensor, _ size: Int) throws {
    let places = indices.row(Int32.self)
    for i in places.indices {
      if i % Self.pollInterval == 0 { try Cancellation.check() }
      guard places[i] >= 0, places[i] < size else {
        throw TensorError(name, "index \(places[i]) of an axis of size \(size)")
      }
    }
    if given.dtype == .float32 {
      let numbers = try given.contiguous()
      for i in places.indices where numbers.pointer[i] != Float(places[i]) {
        throw TensorError(name, "index \(numbers.pointer[i]) is no whole number")
      }
    }
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    guard needs[0] else { return [nil, nil] }
    let g = try gradient.contiguous()
    let dx = try Tensor.zerosRowMajor(saved.shapes[0])
    let indices = saved.tensors[0]
    let (source, target) = (g.pointer, dx.pointer)
    // An element can be read as often as there are indices along the axis; a few float32 additions do no harm.
    guard indices.shape[try dx.shape.axis(axis, for: name)] > 16 else {
      try indices.forEachPlace(along: axis, in: dx.shape, for: name) { target[$1] += source[$0] }
      return [dx, nil]
    }
    var sums = [Double](repeating: 0, count: dx.count)
    try sums.withUnsafeMutableBufferPointer { sums in
      try indices.forEachPlace(along: axis, in: dx.shape, for: name) { sums[$1] += Double(source[$0]) }
      for i in sums.indices { target[i] = Float(sums[i]) }
    }
    return [dx, nil]
  }
}

extension Tensor {
  /// The slices `indices` (0-based) of `axis`, in that order; repeated ones add up their gradients.
  ///
  /// - Throws: ``TensorError`` for an index that is not there.
  public func indexSelected(_ axis: Int, _ indices: [Int]) throws -> Tensor {
    if let picked = try pickedFromVector(axis, indices) { return picked }
    return try apply(IndexSelect(axis: axis, indices: indices), [self])
  }

  /// A few elements of a vector, where nobody listens; nil elsewhere, and where an index is not there.
  private func pickedFromVector(_ axis: Int, _ indices: [Int]) throws -> Tensor? {
    guard rank == 1, axis == 0, dtype.bytes == 4, indices.count <= 1 << 15, Recording.isOff else {
      return nil
    }
    let (size, step) = (shape[0], strides[0])
    let result = try Tensor.emptyRowMajor([indices.count], dtype)
    // Elements of four bytes, whatever they are.
    let source = firstByte.assumingMemoryBound(to: UInt32.self)
    let target = result.firstByte.assumingMemoryBound(to: UInt32.self)
    for (i, index) in indices.enumerated() {
      guard index >= 0, index < size else { return nil }
      target[i] = source[index * step]
    }
    return result
  }

  /// The elements at `indices` (0-based) along `axis`; the other sizes of `indices` are this tensor's.
  ///
  /// The result has the shape of `indices`: y[…, j, …] = x[…, indices[…, j, …], …].
  ///
  /// - Throws: ``TensorError`` where the shapes do not fit, and for an index that is not there.
  public func gathered(_ axis: Int, _ indices: Tensor) throws -> Tensor {
    try apply(Gather(axis: axis), [self, indices])
  }

  /// Indices `start..<start + count` of a resolved axis; a view without history.
  func narrowed(_ axis: Int, from start: Int, count: Int) -> Tensor {
    var sizes = shape.sizes
    sizes[axis] = count
    return Tensor(
      storage: storage, offset: offset + start * strides[axis], shape: Shape(sizes), strides: strides)
  }
}
