import CZlib
import Foundation
import Support

/// The entries of a zip file that is held as a memory map.
///
/// Stored entries are given as slices of the map, which is how `torch.save` writes tensors and why libzip,
/// which copies, is not used. Every length and offset is checked before it is used; entries may not overlap,
/// so that a small file cannot hold much. The format is that of PKWARE's APPNOTE 6.3, zip64 included.
package struct ZipArchive {
  struct Entry {
    let name: String
    let flags: UInt16
    let method: UInt16
    let checksum: UInt32
    let storedCount: Int
    let count: Int
    let headerOffset: Int
    /// The type and the rights of the file as Unix has them; 0 where the archive does not say.
    let mode: UInt16
  }

  package let file: String
  /// What errors call the file, such as `PyTorch`.
  private let format: String
  private let data: Data
  private let entries: [String: Entry]

  /// The most inflated bytes per byte of the file: weights hardly shrink, so more is an attack.
  private static let largestExpansion = 64

  /// Whether the bytes begin as a zip file does.
  package static func isZip(_ data: Data) -> Bool { data.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

  /// False where the checksum of every entry with content is 0, which stands for "not computed".
  package let hasChecksums: Bool

  /// Reads the directory; errors call the file `file`, and what it should be `format`.
  ///
  /// - Throws: `DamagedFile`.
  package init(_ data: Data, file: String, format: String) throws {
    self.file = file
    self.format = format
    self.data = data
    let found = try data.withUnsafeBytes { bytes in
      try ZipDirectory(bytes: LittleEndianBytes(bytes), file: file, format: format).entries()
    }
    var entries: [String: Entry] = [:]
    for entry in found where entries.updateValue(entry, forKey: entry.name) != nil {
      throw DamagedFile(
        format: format, file: file, reason: "the zip entry \(ForeignText.quoted(entry.name)) appears twice")
    }
    // The limit holds for the sum as well: many entries could share the work.
    let inflated = found.reduce(0) { $1.method == 0 ? $0 : $0 &+ min($1.count, 1 << 40) }
    guard inflated <= Self.largestExpansion * max(data.count, 1 << 14) else {
      throw DamagedFile(
        format: format, file: file,
        reason: "its zip entries claim to inflate to \(inflated) bytes, out of all proportion to the file")
    }
    self.entries = entries
    hasChecksums = found.contains { $0.checksum != 0 && $0.count > 0 }
  }

  /// The names of all entries that are not folders.
  package var names: [String] { entries.keys.sorted() }

  /// Whether an entry is a file, and not a link, a device or the like.
  package func isRegular(_ name: String) -> Bool {
    let kind = (entries[name]?.mode ?? 0) & 0o170000
    return kind == 0 || kind == 0o100000
  }

  /// The bytes that an entry claims to have.
  package func count(_ name: String) -> Int { entries[name]?.count ?? 0 }

  /// The bytes of an entry, checked against their CRC-32; nil when there is no such entry.
  ///
  /// - Throws: `DamagedFile`.
  package func contents(_ name: String) throws -> Data? {
    guard let entry = entries[name] else { return nil }
    func fail(_ reason: String) -> DamagedFile {
      DamagedFile(format: format, file: file, reason: "the zip entry \(ForeignText.quoted(name)) \(reason)")
    }
    guard entry.flags & 1 == 0 else { throw fail("is encrypted") }
    let start = try data.withUnsafeBytes { raw -> Int in
      let bytes = LittleEndianBytes(raw)
      // Name and extra field of the local header may be longer or shorter than the directory's.
      guard let nameCount = bytes.uint16(at: entry.headerOffset + 26),
        let extraCount = bytes.uint16(at: entry.headerOffset + 28)
      else { throw fail("lies beyond the end of the file") }
      return entry.headerOffset + 30 + Int(nameCount) + Int(extraCount)
    }
    guard start <= data.count, entry.storedCount <= data.count - start else {
      throw fail("lies beyond the end of the file (truncated?)")
    }
    let stored = data[data.startIndex + start..<data.startIndex + start + entry.storedCount]
    let result: Data
    switch entry.method {
    case 0:
      guard entry.storedCount == entry.count else {
        throw fail("is stored in \(entry.storedCount) bytes but claims \(entry.count)")
      }
      result = stored
    case 8:
      guard let inflated = Self.inflated(stored, count: entry.count) else {
        throw fail("is damaged: its compressed data does not give the \(entry.count) bytes that it claims")
      }
      result = inflated
    default: throw fail("is compressed by method \(entry.method), expected 0 (stored) or 8 (deflate)")
    }
    // PyTorch writes 0 for all where it was told not to compute them.
    guard !hasChecksums || Self.crc32(result) == entry.checksum else {
      throw fail("does not match its checksum: damaged or altered")
    }
    return result
  }

  private static func crc32(_ data: Data) -> UInt32 {
    data.withUnsafeBytes { bytes in
      UInt32(truncatingIfNeeded: crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }
  }

  /// The `count` bytes that raw deflate data holds; nil when it holds anything else.
  private static func inflated(_ stored: Data, count: Int) -> Data? {
    guard stored.count <= Int(UInt32.max), count <= Int(UInt32.max) else { return nil }
    var stream = z_stream()
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { inflateEnd(&stream) }
    var result = Data(count: count)
    var spare: UInt8 = 0
    let code = stored.withUnsafeBytes { input in
      result.withUnsafeMutableBytes { output in
        stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(input.count)
        return withUnsafeMutablePointer(to: &spare) { spare in
          // zlib refuses a null pointer, also where nothing is to be written.
          stream.next_out = output.bindMemory(to: UInt8.self).baseAddress ?? spare
          stream.avail_out = UInt32(output.count)
          return inflate(&stream, Z_FINISH)
        }
      }
    }
    return code == Z_STREAM_END && stream.avail_out == 0 ? result : nil
  }
}

/// Reads unaligned little-endian numbers of a buffer; nil beyond its ends.
struct LittleEndianBytes {
  let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { bytes.count }

  func uint16(at offset: Int) -> UInt16? { load(offset, UInt16.self).map { UInt16(littleEndian: $0) } }
  func uint32(at offset: Int) -> UInt32? { load(offset, UInt32.self).map { UInt32(littleEndian: $0) } }
  func uint64(at offset: Int) -> UInt64? { load(offset, UInt64.self).map { UInt64(littleEndian: $0) } }

  private func load<T: BitwiseCopyable>(_ offset: Int, _ type: T.Type) -> T? {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<T>.size else { return nil }
    return bytes.loadUnaligned(fromByteOffset: offset, as: type)
  }
}
