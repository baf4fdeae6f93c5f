/// A message in the wire format of Protocol Buffers, field by field.
///
/// An event file needs a dozen messages with a few fields each; a package for all of the format would be many times as long to build.
struct ProtocolMessage {
  private(set) var bytes: [UInt8] = []

  /// The kinds of fields that are used here.
  private enum Wire: UInt64 { case varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 }

  private mutating func key(_ field: Int, _ wire: Wire) { varint(UInt64(field) << 3 | wire.rawValue) }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// A whole number or a member of an enumeration.
  mutating func add(_ field: Int, _ value: Int) {
    key(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// A truth value.
  mutating func add(_ field: Int, _ value: Bool) { add(field, value ? 1 : 0) }

  /// A number of 64 bits.
  mutating func add(_ field: Int, _ value: Double) {
    key(field, .fixed64)
    bytes += value.bitPattern.littleEndianBytes
  }

  /// A number of 32 bits.
  mutating func add(_ field: Int, _ value: Float) {
    key(field, .fixed32)
    bytes += value.bitPattern.littleEndianBytes
  }

  /// Bytes.
  mutating func add(_ field: Int, _ value: some Collection<UInt8>) {
    key(field, .delimited)
    varint(UInt64(value.count))
    bytes += value
  }

  /// Text.
  mutating func add(_ field: Int, _ value: String) { add(field, Array(value.utf8)) }

  /// A message within this one.
  mutating func add(_ field: Int, _ build: (inout ProtocolMessage) -> Void) {
    var message = ProtocolMessage()
    build(&message)
    add(field, message.bytes)
  }

  /// Several numbers of 64 bits in one field.
  mutating func add(packed field: Int, _ values: [Double]) {
    add(field, values.flatMap(\.bitPattern.littleEndianBytes))
  }
}

extension FixedWidthInteger {
  /// The bytes as files have them, the lowest first.
  var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
