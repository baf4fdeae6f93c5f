import Foundation
import Support

/// A place in the bytes of a pickle, which never passes their end.
struct PickleCursor {
  private let file: String
  private let data: Data
  /// The byte that is read next.
  private(set) var position = 0

  init(_ data: Data, file: String) {
    // Offsets count from the start, whatever slice of a file `data` is.
    self.data = data.startIndex == 0 ? data : Data(data)
    self.file = file
  }

  /// The number of bytes, read or not.
  var count: Int { data.count }

  /// The error that says what is wrong with the pickle at this place.
  func fail(_ reason: String) -> DamagedFile {
    .pyTorch(file: file, reason: "its pickle, byte \(position): \(reason)")
  }

  mutating func byte() throws -> UInt8 {
    guard position < data.count else { throw fail("ends without its last operation (truncated?)") }
    defer { position += 1 }
    return data[position]
  }

  mutating func take(_ count: Int) throws -> Data {
    guard count <= data.count - position else {
      throw fail("claims \(count) bytes, \(data.count - position) are left (truncated?)")
    }
    defer { position += count }
    return data[position..<position + count]
  }

  /// Reads a little-endian number of `count` bytes.
  mutating func integer(_ count: Int) throws -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Reads a length field of `bytes` bytes.
  mutating func count(bytes: Int) throws -> Int {
    let claimed = try integer(bytes)
    guard claimed <= UInt64(data.count) else {
      throw fail("claims \(claimed) bytes of a file of \(data.count)")
    }
    return Int(claimed)
  }

  mutating func text(_ count: Int) throws -> String {
    let start = position
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      position = start
      throw fail("a string that is not UTF-8")
    }
    return text
  }

  /// Reads the text before a line's end, which is passed over.
  mutating func line() throws -> String {
    guard let end = data[position...].firstIndex(of: UInt8(ascii: "\n")) else {
      throw fail("a name without end (truncated?)")
    }
    let text = try text(end - position)
    position += 1
    return text
  }

  /// Reads a two's complement integer of `count` bytes.
  mutating func long(_ count: Int) throws -> PickleNode {
    let bytes = [UInt8](try take(count))
    guard let last = bytes.last else { return .int(0) }
    if bytes.count > 8 { return .hugeInt(bytes) }
    let sign: UInt64 = last & 0x80 == 0 ? 0 : .max
    return .int(Int(bitPattern: UInt(bytes.reversed().reduce(sign) { $0 << 8 | UInt64($1) })))
  }
}
