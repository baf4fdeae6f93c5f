import Compute
import OneDNN

/// The memory behind one or more tensors, and what was derived from it.
public final class Storage {
  private let pool: BufferPool
  private let start: UnsafeMutableRawPointer
  /// The number of elements that there is room for.
  public let count: Int
  /// What the elements are.
  public let dtype: DType
  /// Counts writes after creation, so that packed copies of the weights know when they are stale.
  package private(set) var version = 0
  /// Nil as long as nobody has asked for packed copies, as nobody does of most tensors.
  private var packs: [PackKey: PackedWeights]?
  /// What others have made of the elements, or made them of; gone when they change.
  package var origin: AnyObject?

  /// What tells packed copies apart: sizes and batches whose primitives want the same arrangement share one.
  private struct PackKey: Hashable {
    let arrangement: Int
    let offset: Int
  }

  /// Takes room for `count` elements, not cleared, from the thread's pool.
  ///
  /// - Throws: ``TensorError`` for sizes that no tensor has; what refuses memory.
  public init(count: Int, dtype: DType = .float32) throws {
    guard count >= 0, count < 1 << 40 else {
      throw TensorError("allocation", "\(count) elements is not a possible size")
    }
    pool = ComputeContext.current.buffers
    (start, bytes) = try pool.takeMemory(count * dtype.bytes)
    self.count = count
    self.dtype = dtype
  }

  deinit { pool.giveBack(start, bytes) }

  /// The first element of float32 numbers.
  public var pointer: UnsafeMutablePointer<Float> {
    assert(dtype == .float32, "elements of type \(dtype) read as float32")
    return start.assumingMemoryBound(to: Float.self)
  }

  /// The first element, whatever it is.
  var bytePointer: UnsafeMutableRawPointer { start }

  /// The bytes of all elements.
  package var content: UnsafeRawBufferPointer { UnsafeRawBufferPointer(mutableContent) }

  /// The bytes of all elements, to be set before anybody else sees them.
  package var mutableContent: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: start, count: count * dtype.bytes)
  }

  /// Bytes held, for hosts that count memory.
  public let bytes: Int

  /// Notes a write to memory that ops may have seen; it is called after every one.
  public func didChange() {
    version += 1
    if packs != nil { packs = nil }
    if origin != nil { origin = nil }
  }

  /// The weights at `offset` packed for `shape`: made at first use, kept until the memory changes.
  func packed(for shape: ConvolutionShape, at offset: Int) throws -> PackedWeights {
    let key = PackKey(arrangement: try Convolution.weightArrangement(shape), offset: offset)
    if let found = packs?[key] { return found }
    let made = try Convolution.pack(shape, pointer + offset)
    packs = (packs ?? [:]).merging([key: made]) { $1 }
    return made
  }
}
