/// Memory aligned to a cache line, given back to its pool when the last owner lets go.
public final class AlignedBuffer {
  /// Bytes whose multiples buffers start at: 64 serve AVX-512 loads and keep buffers off each other's cache
  /// lines.
  public static let alignment = 64

  /// The first byte; the memory is the buffer's as long as the buffer lives.
  public let pointer: UnsafeMutableRawPointer
  /// Bytes that there are, at least as many as were asked for.
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

  /// The memory as float32 numbers.
  public var floats: UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
}
