import Foundation
import Support

/// A font file and the characters it has glyphs for.
///
/// Only the character map is read here; outlines and metrics come from FreeType.
public struct FontFile: Sendable, Hashable {
  /// The file.
  public let path: FilePath
  /// The sorted, disjoint ranges of the code points that it has glyphs for.
  private let ranges: [ClosedRange<UInt32>]
  /// False for fonts of bitmaps alone, such as most coloured emoji.
  let isScalable: Bool

  /// Reads the character map of a TrueType or OpenType file, and that of the first font of a collection.
  ///
  /// Throws ``FigureError`` when the file cannot be read or is no such font.
  public init(path: FilePath) throws(FigureError) {
    let full = path.bytes.contains(UInt8(ascii: "/")) ? path : FilePath(".").pushing(path)
    guard let file = FontBytes(path: full) else { throw FigureError("font file \(path) cannot be read") }
    guard let tables = file.tables(), let place = tables["cmap"],
      let bytes = file.read(place.offset, min(place.length, 8 << 20)),
      let ranges = bytes.withUnsafeBytes({ CharacterMap(bytes: $0).ranges() }), !ranges.isEmpty
    else {
      throw FigureError("font file \(path) is no TrueType or OpenType font with a Unicode character map")
    }
    self.path = full
    self.ranges = ranges
    isScalable = ["glyf", "CFF ", "CFF2"].contains { tables[$0] != nil }
  }

  /// True when the font has a glyph for `scalar`.
  public func has(_ scalar: Unicode.Scalar) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(scalar.value)
  }

  public static func == (a: FontFile, b: FontFile) -> Bool { a.path == b.path }
  public func hash(into hasher: inout Hasher) { hasher.combine(path) }
}

/// The `cmap` table (OpenType 1.9, formats 4 and 12). Every offset is checked: font files come from anywhere.
private struct CharacterMap {
  let bytes: UnsafeRawBufferPointer

  /// The characters that have glyphs.
  func ranges() -> [ClosedRange<UInt32>]? {
    guard let count = u16(2) else { return nil }
    // Full Unicode (3, 10) is preferred, then the basic plane (3, 1), then any Unicode platform.
    var best: (rank: Int, offset: Int)?
    for i in 0..<count {
      guard let platform = u16(4 + 8 * i), let encoding = u16(6 + 8 * i), let offset = u32(8 + 8 * i)
      else { return nil }
      let rank =
        platform == 3 && encoding == 10 ? 3 : platform == 3 && encoding == 1 ? 2 : platform == 0 ? 1 : 0
      guard rank > 0, let format = u16(offset), format == 4 || format == 12 else { continue }
      if rank > best?.rank ?? 0 { best = (rank, offset) }
    }
    guard let best else { return nil }
    return u16(best.offset) == 12 ? groups(best.offset) : segments(best.offset)
  }

  private func groups(_ base: Int) -> [ClosedRange<UInt32>]? {
    guard let count = u32(base + 12), count < 100_000 else { return nil }
    var codes = Ranges()
    for i in 0..<count {
      let entry = base + 16 + 12 * i
      guard let first = u32(entry), let last = u32(entry + 4), let glyph = u32(entry + 8) else { return nil }
      guard first <= last, last <= 0x10FFFF else { continue }
      // Glyph 0 is the box for what is missing.
      let start = glyph == 0 ? first + 1 : first
      if start <= last { codes.add(UInt32(start)...UInt32(last)) }
    }
    return codes.sorted()
  }

  private func segments(_ base: Int) -> [ClosedRange<UInt32>]? {
    guard let twice = u16(base + 6) else { return nil }
    var codes = Ranges()
    var budget = 0x20000
    for i in 0..<twice / 2 {
      let rangeAt = base + 16 + 3 * twice + 2 * i
      guard let last = u16(base + 14 + 2 * i), let first = u16(base + 16 + twice + 2 * i),
        let delta = u16(base + 16 + 2 * twice + 2 * i), let range = u16(rangeAt)
      else { return nil }
      // The last segment holds 0xFFFF alone, which is no character.
      guard first <= min(last, 0xFFFE) else { continue }
      // Segments of a sound font do not overlap, so together they hold at most 65536 codes.
      budget -= last - first + 1
      guard budget >= 0 else { return nil }
      for code in first...min(last, 0xFFFE) {
        var glyph = (code + delta) & 0xFFFF
        if range != 0 {
          let listed = u16(rangeAt + range + 2 * (code - first)) ?? 0
          glyph = listed == 0 ? 0 : (listed + delta) & 0xFFFF
        }
        if glyph != 0 { codes.add(UInt32(code)...UInt32(code)) }
      }
    }
    return codes.sorted()
  }

  private func u16(_ offset: Int) -> Int? {
    guard offset >= 0, offset + 2 <= bytes.count else { return nil }
    return Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
  }

  private func u32(_ offset: Int) -> Int? {
    guard offset >= 0, offset + 4 <= bytes.count else { return nil }
    return Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }

  private struct Ranges {
    private var list: [ClosedRange<UInt32>] = []

    mutating func add(_ range: ClosedRange<UInt32>) {
      if let last = list.last, last.upperBound < UInt32.max, range.lowerBound == last.upperBound + 1 {
        list[list.count - 1] = last.lowerBound...range.upperBound
      } else {
        list.append(range)
      }
    }

    /// The ranges sorted and made disjoint, whatever order the file had.
    func sorted() -> [ClosedRange<UInt32>] {
      var result: [ClosedRange<UInt32>] = []
      for range in list.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if let last = result.last, range.lowerBound <= last.upperBound {
          result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        } else {
          result.append(range)
        }
      }
      return result
    }
  }
}
