import Compute
import OneDNN

/// The memory behind one or more tensors, and what was derived from it.
public final class Storage {
  let buffer: AlignedBuffer
  /// The number of elements that there is room for.
  public let count: Int
  /// Counts writes after creation, so that packed copies of the weights know when they are stale.
  package private(set) var version = 0
  private var packs: [PackKey: PackedWeights] = [:]

  /// What tells packed copies apart: sizes and batches whose primitives want the same arrangement share one.
  private struct PackKey: Hashable {
    let arrangement: Int
    let offset: Int
  }

  /// Takes room for `count` elements, not cleared, from the thread's pool.
  ///
  /// - Throws: ``TensorError`` for sizes that no tensor has; what refuses memory.
  public init(count: Int) throws {
    guard count >= 0, count < 1 << 40 else {
      throw TensorError("allocation", "\(count) elements is not a possible size")
    }
    buffer = try ComputeContext.current.buffers.take(count * MemoryLayout<Float>.stride)
    self.count = count
  }

  /// The first element.
  public var pointer: UnsafeMutablePointer<Float> { buffer.floats }

  /// Bytes held, for hosts that count memory.
  public var bytes: Int { buffer.capacity }

  /// Notes a write to memory that ops may have seen; it is called after every one.
  public func didChange() {
    version += 1
    if !packs.isEmpty { packs = [:] }
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
