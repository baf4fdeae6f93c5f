import Foundation
import Support
import TestSupport

/// Damage to a file, as a function of a random stream.
enum Mutation {
  /// Bytes that pickles, zip directories and pictures are made of.
  private static let telling: [UInt8] =
    Array("(.012NJKMGXTUBC]})taesuhjqrcRbQ\n/{}[]\":,".utf8)
    + [
      0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x8D, 0x8E, 0x90, 0x92, 0x93, 0x94, 0x95,
      0x96,
      0xD8, 0xDA, 0xC0, 0xFF, 0, 1, 2, 0x7F,
    ]

  /// One to five changes; most of them at the ends, where formats keep their structure.
  static func applied(to good: Data, _ draw: CounterRandom) -> Data {
    var bytes = [UInt8](good)
    for change in 0...draw.integer(0, below: 5) {
      guard !bytes.isEmpty else { break }
      apply(to: &bytes, draw.child(change))
    }
    return Data(bytes)
  }

  private static func apply(to bytes: inout [UInt8], _ draw: CounterRandom) {
    let place: Int
    switch draw.integer(0, below: 3) {
    case 0: place = draw.integer(1, below: min(bytes.count, 65_536))
    case 1: place = bytes.count - 1 - draw.integer(1, below: min(bytes.count, 8_192))
    default: place = draw.integer(1, below: bytes.count)
    }
    switch draw.integer(2, below: 9) {
    case 0: bytes[place] ^= 1 << UInt8(draw.integer(3, below: 8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: draw.bits(3))
    case 2: bytes[place] = telling[draw.integer(3, below: telling.count)]
    case 3: bytes.remove(at: place)
    case 4: bytes.insert(telling[draw.integer(3, below: telling.count)], at: place)
    case 5: bytes.removeSubrange(place...)
    case 6, 7:
      let field = length(draw)
      for (offset, byte) in field.enumerated() where place + offset < bytes.count {
        bytes[place + offset] = byte
      }
    default:
      let end = min(place + draw.integer(3, below: 24), bytes.count)
      let copy = Array(bytes[place..<end])
      bytes.insert(contentsOf: copy, at: draw.integer(4, below: bytes.count))
    }
  }

  /// A length field of 4 or 8 bytes in either order: 2⁶³, 2³², all ones, or near.
  static func length(_ draw: CounterRandom) -> [UInt8] {
    let near = UInt64(draw.integer(5, below: 5)) &- 2
    let value =
      [UInt64(1) << 63, 1 << 32, .max, 1 << 31, UInt64(Int.max), 0][draw.integer(6, below: 6)] &+ near
    let bytes = littleEndian(value)
    switch draw.integer(7, below: 3) {
    case 0: return bytes
    case 1: return bytes.reversed()
    default: return Array(bytes.prefix(4))
    }
  }
}
