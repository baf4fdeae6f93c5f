import Foundation

/// Gzip members with stored (uncompressed) blocks, for fixtures whose every byte is known.
enum Gzip {
  static func member(_ content: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    let pieces = stride(from: 0, to: max(1, content.count), by: 65535).map {
      content[$0..<min($0 + 65535, content.count)]
    }
    for (number, piece) in pieces.enumerated() {
      bytes.append(number == pieces.count - 1 ? 1 : 0)
      bytes += little(UInt32(piece.count), 2) + little(~UInt32(piece.count), 2) + piece
    }
    return bytes + little(crc32(content), 4) + little(UInt32(content.count), 4)
  }

  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~crc
  }

  private static func little(_ value: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// The content of an IDX file.
func idx(_ dimensions: [UInt32], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
  [0, 0, type, UInt8(dimensions.count)]
    + dimensions.flatMap { d in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: d >> $0) } } + elements
}
