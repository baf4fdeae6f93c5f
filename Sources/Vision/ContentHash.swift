/// A 64-bit fingerprint of data for cache keys (FNV-1a over 64-bit words); no protection against forgery.
package struct ContentHash: Sendable, CustomStringConvertible {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  package mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x0000_0100_0000_01B3
    // The multiplication only moves bits up; with whole words the high ones must come down as well.
    state ^= state >> 32
  }

  /// Adds the length and the bytes, eight at a time.
  package mutating func add(_ bytes: [UInt8]) {
    add(UInt64(bytes.count))
    bytes.withUnsafeBytes { raw in
      let whole = raw.count & ~7
      for offset in stride(from: 0, to: whole, by: 8) {
        add(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      }
      for offset in whole..<raw.count { add(UInt64(raw[offset])) }
    }
  }

  /// The fingerprint as 16 hexadecimal digits.
  package var description: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
