/// Arrays that live long, one behind the other in few large pages, in the order in which they were taken.
///
/// A network reads its weights from end to end in every run. Scattered over pages of 4 kB, they would cost an address
/// translation each 4 kB.
public final class BufferSlab {
  /// Bytes of one stretch; only touched pages take memory.
  private static let size = 8 * BufferPool.largePage
  private var slab: AlignedBuffer?
  private var used = 0

  public init() {}

  /// A buffer of at least `bytes` bytes, not cleared; the slab stays as long as one of its buffers does.
  ///
  /// - Throws: what ``BufferPool/take(_:)`` throws.
  public func take(_ bytes: Int) throws -> AlignedBuffer {
    let step = AlignedBuffer.alignment
    let capacity = max(bytes + step - 1, step) / step * step
    if capacity > Self.size / 2 { return try ComputeContext.current.buffers.take(bytes) }
    let whole: AlignedBuffer
    if let slab, slab.capacity - used >= capacity {
      whole = slab
    } else {
      whole = try ComputeContext.current.buffers.take(Self.size)
      slab = whole
      used = 0
    }
    defer { used += capacity }
    return AlignedBuffer(whole, offset: used, capacity: capacity)
  }
}
