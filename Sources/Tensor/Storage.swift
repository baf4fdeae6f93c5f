import Compute
import OneDNN

/// The memory behind one or more tensors, and what was derived from it.
public final class Storage {
  let buffer: AlignedBuffer
  /// The number of elements that there is room for.
  public let count: Int
  /// What the elements are.
  public let dtype: DType
  /// Counts writes after creation, so that packed copies of the weights know when they are stale.
  package private(set) var version = 0
  private var packs: [PackKey: PackedWeights] = [:]
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
    buffer = try ComputeContext.current.buffers.take(count * dtype.bytes)
    self.count = count
    self.dtype = dtype
  }

  /// The first element of float32 numbers.
  public var pointer: UnsafeMutablePointer<Float> {
    assert(dtype == .float32, "elements of type \(dtype) read as float32")
    return buffer.floats
  }

  /// The first element, whatever it is.
  var bytePointer: UnsafeMutableRawPointer { buffer.pointer }

  /// The bytes of all elements.
  package var content: UnsafeRawBufferPointer { UnsafeRawBufferPointer(mutableContent) }

  /// The bytes of all elements, to be set before anybody else sees them.
  package var mutableContent: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: buffer.pointer, count: count * dtype.bytes)
  }

  /// Bytes held, for hosts that count memory.
  public var bytes: Int { buffer.capacity }

  /// Notes a write to memory that ops may have seen; it is called after every one.
  public func didChange() {
    version += 1
    if !packs.isEmpty { packs = [:] }
    if origin != nil { origin = nil }
  }

  /// The weights at `offset` packed for `shape`: made at first use, kept until the memory changes.
  func packed(for shape: ConvolutionShape, at offset: Int) throws -> PackedWeights {
    let key = PackKey(arrangement: try Convolution.weightArrangement(shape), offset: offset)
    if let found = packs[key] { return found }
    let made = try Convolution.pack(shape, pointer + offset)
    packs[key] = made
    return made
  }
}
