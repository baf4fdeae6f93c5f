import Checkpoints

/// A digest of 128 bits of whatever it is told, in order: two streams of xxHash, one of them behind a prefix.
///
/// It tells apart what differs by accident. Texts and lists carry their length, so that no two sequences of calls give the
/// same bytes.
struct StateDigest {
  private var first = XXHash64()
  private var second = XXHash64()
  private var buffer: [UInt8] = []
  /// The bytes told so far.
  private(set) var count = 0
  private static let bufferSize = 1 << 15

  init() {
    buffer.reserveCapacity(Self.bufferSize + 64)
    let prefix: [UInt8] = Array("a second family of digests, by 32".utf8)
    prefix.withUnsafeBytes { second.update($0) }
  }

  mutating func add(_ byte: UInt8) {
    buffer.append(byte)
    if buffer.count >= Self.bufferSize { flush() }
  }

  mutating func add(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { buffer.append(contentsOf: $0) }
    if buffer.count >= Self.bufferSize { flush() }
  }

  mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }

  /// Bytes with their number before them.
  mutating func add(bytes: UnsafeRawBufferPointer) {
    add(bytes.count)
    if bytes.count < Self.bufferSize {
      buffer.append(contentsOf: bytes)
      if buffer.count >= Self.bufferSize { flush() }
    } else {
      flush()
      count += bytes.count
      first.update(bytes)
      second.update(bytes)
    }
  }

  /// The UTF-8 of a text.
  mutating func add(text: String) {
    var text = text
    text.withUTF8 { add(bytes: UnsafeRawBufferPointer($0)) }
  }

  private mutating func flush() {
    count += buffer.count
    buffer.withUnsafeBytes { bytes in
      first.update(bytes)
      second.update(bytes)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// The digest of everything so far, in hexadecimal digits.
  var text: String {
    var copy = self
    copy.flush()
    return Self.digits(copy.first.finish()) + Self.digits(copy.second.finish())
  }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
