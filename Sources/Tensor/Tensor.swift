import Support

/// An n-dimensional array of float32 numbers: a shape and strides over shared storage.
///
/// Images and feature maps are logically N×C×H×W and stored channels-last; everything else is row-major unless
/// it is a view. A tensor belongs to the thread that made it.
public struct Tensor {
  /// The memory of the elements, which views share.
  public let storage: Storage
  /// The place of the first element in the storage, counted in elements.
  public let offset: Int
  /// The number of elements along each axis.
  public let shape: Shape
  /// Elements between neighbours along each axis; 0 along expanded axes.
  public let strides: [Int]
  /// Where a recorder knows this value; nil for constants.
  var tracking: Tracking?

  init(storage: Storage, offset: Int = 0, shape: Shape, strides: [Int], tracking: Tracking? = nil) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
    self.tracking = tracking
  }

  /// An array of `shape` whose elements are not yet set; rank 4 is stored channels-last.
  public static func empty(_ shape: Shape) throws -> Tensor {
    try shape.validated(for: "tensor")
    return Tensor(storage: try Storage(count: shape.count), shape: shape, strides: shape.channelsLastStrides)
  }

  /// An array of `shape` stored row-major whatever its rank (weights, flattened maps), not yet set.
  public static func emptyRowMajor(_ shape: Shape) throws -> Tensor {
    try shape.validated(for: "tensor")
    return Tensor(storage: try Storage(count: shape.count), shape: shape, strides: shape.rowMajorStrides)
  }

  /// An array with the shape and, where it is dense, the arrangement of `other`, not yet set.
  static func empty(like other: Tensor) throws -> Tensor {
    Tensor(
      storage: try Storage(count: other.shape.count), shape: other.shape,
      strides: other.isDense ? other.strides : other.shape.channelsLastStrides)
  }

  /// A tensor with all elements equal to `value`; rank 4 is stored channels-last.
  public static func full(_ shape: Shape, _ value: Float) throws -> Tensor {
    let tensor = try empty(shape)
    try tensor.fill(value)
    return tensor
  }

  /// A tensor of zeros; rank 4 is stored channels-last.
  public static func zeros(_ shape: Shape) throws -> Tensor { try full(shape, 0) }

  /// A tensor of zeros, stored row-major whatever the rank.
  public static func zerosRowMajor(_ shape: Shape) throws -> Tensor { try fullRowMajor(shape, 0) }

  /// A tensor with the numbers of `values`, given and stored in row-major order.
  ///
  /// - Throws: ``TensorError`` where there are not as many as `shape` has elements.
  public init(_ shape: Shape, _ values: [Float]) throws {
    guard shape.count == values.count else {
      throw TensorError("tensor", "\(values.count) values for shape \(shape)")
    }
    self = try Tensor.emptyRowMajor(shape)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { storage.pointer.update(from: base, count: source.count) }
    }
  }

  /// A scalar.
  public init(_ value: Float) throws { try self.init([], [value]) }

  /// The first element; the others are reached by `strides`.
  public var pointer: UnsafeMutablePointer<Float> { storage.pointer + offset }

  /// The number of axes.
  public var rank: Int { shape.rank }
  /// The number of elements.
  public var count: Int { shape.count }

  /// True when the elements fill one stretch of memory without gaps or repeats, in any axis order.
  public var isDense: Bool {
    if isContiguous || isChannelsLast { return true }
    let order = shape.sizes.indices.filter { shape[$0] != 1 }.sorted { strides[$0] > strides[$1] }
    var expected = 1
    for axis in order.reversed() {
      if strides[axis] != expected { return false }
      expected *= shape[axis]
    }
    return true
  }

  /// True when stored row-major.
  public var isContiguous: Bool { matches(shape.rowMajorStrides) }

  /// True for N×C×H×W stored with the channels innermost.
  public var isChannelsLast: Bool { rank == 4 && matches(shape.channelsLastStrides) }

  /// Whether the elements lie as `expected` says; axes of size 1 may have any stride.
  private func matches(_ expected: [Int]) -> Bool {
    if strides == expected { return true }
    if count == 0 { return true }
    for axis in shape.sizes.indices where shape[axis] != 1 && strides[axis] != expected[axis] { return false }
    return true
  }

  /// The same value without its history.
  ///
  /// A traced value stays traced: a graph has no gradients that could flow back.
  public var detached: Tensor {
    if isPlaceholder { return self }
    var copy = self
    copy.tracking = nil
    return copy
  }

  /// The same numbers stored row-major and without history, shared where they already are.
  public func rowMajor() throws -> Tensor {
    try mayBeRead(by: "row_major")
    return try contiguous()
  }

  /// A row-major copy of its own, without history.
  public func rowMajorCopy() throws -> Tensor {
    try mayBeRead(by: "copy")
    let copy = try Tensor.emptyRowMajor(shape)
    try Strided.copy(self, to: copy)
    return copy
  }

  /// The same numbers stored row-major and without history, also of a value that is traced.
  func contiguous() throws -> Tensor {
    if isContiguous { return rearranged(shape.rowMajorStrides) }
    let copy = try Tensor.emptyRowMajor(shape)
    try Strided.copy(self, to: copy)
    return copy
  }

  /// The same numbers stored channels-last and without history, shared where they already are.
  func channelsLast() throws -> Tensor {
    if isChannelsLast { return rearranged(shape.channelsLastStrides) }
    let copy = try Tensor.empty(shape)
    try Strided.copy(self, to: copy)
    return copy
  }

  private func rearranged(_ strides: [Int]) -> Tensor {
    Tensor(storage: storage, offset: offset, shape: shape, strides: strides)
  }

  /// A copy of its own, without history: in the arrangement of this tensor where that is dense, else as
  /// ``empty(_:)`` has it.
  public func clone() throws -> Tensor {
    try mayBeRead(by: "clone")
    let copy = try Tensor.empty(like: self)
    try Strided.copy(self, to: copy)
    return copy
  }

  /// The elements in row-major order.
  ///
  /// - Throws: ``TensorError`` while the value is traced; `MemoryRefused`, `Interrupted`.
  public func values() throws -> [Float] {
    try mayBeRead(by: "values")
    try MemoryBudget.shared.require(count * MemoryLayout<Float>.stride)
    let dense = try contiguous()
    try Cancellation.check()
    return Array(UnsafeBufferPointer(start: dense.pointer, count: count))
  }

  /// The only element.
  ///
  /// - Throws: ``TensorError`` where there is not exactly one, and while the value is traced.
  public func item() throws -> Float {
    try mayBeRead(by: "item")
    guard count == 1 else { throw TensorError("item", "needs one element, not shape \(shape)") }
    return pointer.pointee
  }

  /// Overwrites the elements with those of `source` (same shape), in place.
  ///
  /// - Throws: ``TensorError`` where shapes differ, and while `source` is traced.
  public func assign(_ source: Tensor) throws {
    try source.mayBeRead(by: "assign")
    guard source.shape == shape else {
      throw TensorError("assign", "shape \(source.shape) into shape \(shape)")
    }
    try Strided.copy(source, to: self)
    storage.didChange()
    try Cancellation.check()
  }
}
