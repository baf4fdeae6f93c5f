/// Reads little-endian numbers from the bytes of a file, front to back; never beyond their end.
struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position: Int

  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  var left: Int { max(bytes.count - position, 0) }

  mutating func byte() throws -> UInt8 {
    guard left >= 1 else { throw ImageProblem.cutOff }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func int16() throws -> Int { Int(try take(2).loadUnaligned(as: UInt16.self).littleEndian) }

  mutating func int32() throws -> Int { Int(try take(4).loadUnaligned(as: UInt32.self).littleEndian) }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard count >= 0, count <= left else { throw ImageProblem.cutOff }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func skip(_ count: Int) throws { _ = try take(count) }
}
