/// A stretch of memory that a step reads or writes.
struct MemoryUse {
  let bytes: Range<UInt>
  let isWritten: Bool
  /// How it is divided among the parts; nil where any part may touch all of it.
  let division: Division?

  static func reads(_ pointer: UnsafeRawPointer, _ bytes: Int, _ division: Division? = nil) -> MemoryUse {
    MemoryUse(pointer, bytes, isWritten: false, division)
  }

  static func writes(_ pointer: UnsafeRawPointer, _ bytes: Int, _ division: Division? = nil) -> MemoryUse {
    MemoryUse(pointer, bytes, isWritten: true, division)
  }

  private init(_ pointer: UnsafeRawPointer, _ bytes: Int, isWritten: Bool, _ division: Division?) {
    let first = UInt(bitPattern: pointer)
    self.bytes = first..<first + UInt(bytes)
    self.isWritten = isWritten
    self.division = division
  }

  /// True where one of the two writes what the other needs and the threads' shares are not the same.
  func conflicts(with other: MemoryUse) -> Bool {
    guard isWritten || other.isWritten, bytes.overlaps(other.bytes) else { return false }
    return division == nil || division != other.division || bytes != other.bytes
  }
}
