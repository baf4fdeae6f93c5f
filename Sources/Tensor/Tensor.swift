import Support

/// An n-dimensional array of numbers or truth values: a shape and strides over shared storage.
///
/// Elements are float32 unless ``dtype`` says otherwise.
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

  /// What the elements are.
  public var dtype: DType { storage.dtype }

  /// An array of `shape` whose elements are not yet set; rank 4 is stored channels-last.
  public static func empty(_ shape: Shape, _ dtype: DType = .float32) throws -> Tensor {
    try shape.validated(for: "tensor")
    return Tensor(
      storage: try Storage(count: shape.count, dtype: dtype), shape: shape, strides: shape.channelsLastStrides
    )
  }

  /// An array of `shape` stored row-major whatever its rank (weights, flattened maps), not yet set.
  public static func emptyRowMajor(_ shape: Shape, _ dtype: DType = .float32) throws -> Tensor {
    try shape.validated(for: "tensor")
    return Tensor(
      storage: try Storage(count: shape.count, dtype: dtype), shape: shape, strides: shape.rowMajorStrides)
  }

  /// An array of `shape` whose elements fill their memory in the order that `strides` say, not yet set; nil where they
  /// would not.
  package static func dense(_ shape: Shape, _ dtype: DType, strides: [Int]) throws -> Tensor? {
    try shape.validated(for: "tensor")
    guard strides.count == shape.rank, strides.allSatisfy({ $0 >= 0 && $0 <= 1 << 40 }) else { return nil }
    let tensor = Tensor(
      storage: try Storage(count: shape.count, dtype: dtype), shape: shape, strides: strides)
    return tensor.isDense ? tensor : nil
  }

  /// An array with the shape and, where it is dense, the arrangement of `other`, not yet set; of the type of `other`
  /// unless another is named.
  static func empty(like other: Tensor, _ dtype: DType? = nil) throws -> Tensor {
    Tensor(
      storage: try Storage(count: other.shape.count, dtype: dtype ?? other.dtype), shape: other.shape,
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

  /// The first element of a float32 tensor; the others are reached by `strides`.
  public var pointer: UnsafeMutablePointer<Float> { storage.pointer + offset }

  /// The first byte of the first element.
  var firstByte: UnsafeMutableRawPointer { storage.bytePointer + offset * dtype.bytes }

  /// The first element as one of type `E`, which has the bytes of ``dtype``.
  func elements<E: TensorElement>(_ type: E.Type) -> UnsafeMutablePointer<E> {
    assert(MemoryLayout<E>.stride == dtype.bytes)
    return storage.bytePointer.assumingMemoryBound(to: E.self) + offset
  }

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

  /// True when stored row-major; axes of size 1 may have any stride.
  public var isContiguous: Bool {
    var expected = 1
    var axis = rank - 1
    while axis >= 0 {
      let size = shape[axis]
      if size != 1, strides[axis] != expected { return count == 0 }
      expected &*= max(size, 1)
      axis -= 1
    }
    return true
  }

  /// True for N×C×H×W stored with the channels innermost; axes of size 1 may have any stride.
  public var isChannelsLast: Bool {
    guard rank == 4 else { return false }
    var expected = 1
    for axis in Self.channelsLastOrder {
      let size = shape[axis]
      if size != 1, strides[axis] != expected { return count == 0 }
      expected &*= max(size, 1)
    }
    return true
  }

  /// The axes of N×C×H×W from the innermost to the outermost.
  private static let channelsLastOrder = [1, 3, 2, 0]

  /// The same value without its history.
  ///
  /// A traced value stays traced: a graph has no gradients that could flow back.
  public var detached: Tensor {
    if isPlaceholder { return self }
    var copy = self
    copy.tracking = .constant
    return copy
  }

  /// The same memory as no recorder knows it: neither computed from watched values, nor a constant on purpose.
  public var withoutHistory: Tensor {
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
    let copy = try Tensor.emptyRowMajor(shape, dtype)
    try Strided.copy(self, to: copy)
    return copy
  }

  /// The same numbers stored row-major and without history, also of a value that is traced.
  func contiguous() throws -> Tensor {
    if isContiguous { return rearranged(shape.rowMajorStrides) }
    let copy = try Tensor.emptyRowMajor(shape, dtype)
    try Strided.copy(self, to: copy)
    return copy
  }

  /// The same numbers stored channels-last and without history, shared where they already are.
  func channelsLast() throws -> Tensor {
    if isChannelsLast { return rearranged(shape.channelsLastStrides) }
    let copy = try Tensor.empty(shape, dtype)
    try Strided.copy(self, to: copy)
    return copy
  }

  private func rearranged(_ strides: [Int]) -> Tensor {
    Tensor(storage: storage, offset: offset, shape: shape, strides: strides, tracking: .constant)
  }

  /// A copy of its own, without history: in the arrangement of this tensor where that is dense, else as
  /// ``empty(_:)`` has it.
  public func clone() throws -> Tensor {
    try mayBeRead(by: "clone")
    let copy = try Tensor.empty(like: self)
    try Strided.copy(self, to: copy)
    return copy
  }

  /// Overwrites the elements with those of `source` (same shape), in place and converted to this tensor's type.
  ///
  /// - Throws: ``TensorError`` where shapes differ, where an element of `source` has no counterpart in
  ///   this type, and while `source` is traced.
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
