/// Memory aligned to a cache line, given back to its pool when the last owner lets go.
public final class AlignedBuffer {
  /// 64-byte alignment serves AVX-512 loads and keeps buffers off each other's cache lines.
  public static let alignment = 64

  public let pointer: UnsafeMutableRawPointer
  public let capacity: Int
  private let origin: Origin

  private enum Origin {
    case pool(BufferPool)
    case part(of: AlignedBuffer)
  }

  init(pointer: UnsafeMutableRawPointer, capacity: Int, pool: BufferPool) {
    self.pointer = pointer
    self.capacity = capacity
    origin = .pool(pool)
  }

  /// `capacity` bytes of `whole`, from byte `offset`; keeps the whole alive.
  init(_ whole: AlignedBuffer, offset: Int, capacity: Int) {
    pointer = whole.pointer + offset
    self.capacity = capacity
    origin = .part(of: whole)
  }

  deinit {
    if case .pool(let pool) = origin { pool.giveBack(pointer, capacity) }
  }

  public var floats: UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
}
