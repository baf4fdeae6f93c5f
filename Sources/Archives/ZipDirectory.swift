import Support

/// Reads the central directory of a zip file.
struct ZipDirectory {
  let bytes: LittleEndianBytes
  let file: String
  let format: String

  private static let endSignature: UInt32 = 0x0605_4B50
  private static let end64Signature: UInt32 = 0x0606_4B50
  private static let locatorSignature: UInt32 = 0x0706_4B50
  private static let entrySignature: UInt32 = 0x0201_4B50
  private static let localSignature: UInt32 = 0x0403_4B50

  private func fail(_ reason: String) -> DamagedFile {
    DamagedFile(format: format, file: file, reason: "the zip directory " + reason)
  }

  /// All entries that are not folders, checked to lie inside the file without overlap.
  func entries() throws -> [ZipArchive.Entry] {
    let (offset, size, count) = try location()
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end <= bytes.count else { throw fail("lies beyond the end of the file (truncated?)") }
    // An entry takes at least 46 bytes, so the claim is bounded by the file.
    guard count <= size / 46 else { throw fail("claims \(count) entries in \(size) bytes") }
    var entries: [ZipArchive.Entry] = []
    entries.reserveCapacity(count)
    var position = offset
    for _ in 0..<count {
      let (entry, next) = try entry(at: position, end: end)
      position = next
      if !entry.name.hasSuffix("/") { entries.append(entry) }
    }
    try checkPlaces(entries, before: offset)
    return entries
  }

  private func location() throws -> (offset: Int, size: Int, count: Int) {
    // The end record is 22 bytes and a comment of up to 65535.
    var position = bytes.count - 22
    let first = max(0, position - 65535)
    while position >= first {
      if bytes.uint32(at: position) == Self.endSignature,
        let comment = bytes.uint16(at: position + 20), position + 22 + Int(comment) == bytes.count
      {
        break
      }
      position -= 1
    }
    guard position >= first, position >= 0, let count = bytes.uint16(at: position + 10),
      let size = bytes.uint32(at: position + 12), let offset = bytes.uint32(at: position + 16)
    else { throw fail("is missing (truncated?)") }
    guard bytes.uint32(at: position - 20) == Self.locatorSignature else {
      guard count != .max, size != .max, offset != .max else { throw fail("lacks its 64-bit part") }
      return (Int(offset), Int(size), Int(count))
    }
    guard let place = bytes.uint64(at: position - 12).flatMap({ Int(exactly: $0) }),
      bytes.uint32(at: place) == Self.end64Signature,
      let count64 = bytes.uint64(at: place + 32).flatMap({ Int(exactly: $0) }),
      let size64 = bytes.uint64(at: place + 40).flatMap({ Int(exactly: $0) }),
      let offset64 = bytes.uint64(at: place + 48).flatMap({ Int(exactly: $0) })
    else { throw fail("has a broken 64-bit part") }
    return (offset64, size64, count64)
  }

  private func entry(at position: Int, end: Int) throws -> (entry: ZipArchive.Entry, next: Int) {
    guard position <= end - 46, bytes.uint32(at: position) == Self.entrySignature,
      let flags = bytes.uint16(at: position + 8), let method = bytes.uint16(at: position + 10),
      let checksum = bytes.uint32(at: position + 16), let stored = bytes.uint32(at: position + 20),
      let count = bytes.uint32(at: position + 24), let nameCount = bytes.uint16(at: position + 28),
      let extraCount = bytes.uint16(at: position + 30), let commentCount = bytes.uint16(at: position + 32),
      let attributes = bytes.uint32(at: position + 38), let header = bytes.uint32(at: position + 42),
      let system = bytes.uint16(at: position + 4)
    else { throw fail("is damaged at byte \(position)") }
    let nameStart = position + 46
    let extraStart = nameStart + Int(nameCount)
    let next = extraStart + Int(extraCount) + Int(commentCount)
    guard next <= end else { throw fail("is damaged at byte \(position)") }
    let name = String(decoding: bytes.bytes[nameStart..<extraStart], as: UTF8.self)
    var wide = wideFields(extraStart, extraStart + Int(extraCount))
    func widened(_ value: UInt32) throws -> Int {
      guard value == .max else { return Int(value) }
      guard !wide.isEmpty, let exact = Int(exactly: wide.removeFirst()) else {
        throw fail("has no valid 64-bit size for \(ForeignText.quoted(name))")
      }
      return exact
    }
    // The order of the 64-bit fields is fixed: size, stored size, offset.
    let size = try widened(count)
    let storedSize = try widened(stored)
    let offset = try widened(header)
    let entry = ZipArchive.Entry(
      name: name, flags: flags, method: method, checksum: checksum, storedCount: storedSize, count: size,
      headerOffset: offset,
      // Archives that were written on Unix (3) or a Mac (19) say what a file is.
      mode: [3, 19].contains(system >> 8) ? UInt16(truncatingIfNeeded: attributes >> 16) : 0)
    return (entry, next)
  }

  /// The 64-bit numbers of the zip64 extra field.
  private func wideFields(_ start: Int, _ end: Int) -> [UInt64] {
    var position = start
    while position + 4 <= end, let id = bytes.uint16(at: position), let count = bytes.uint16(at: position + 2)
    {
      let fieldEnd = position + 4 + Int(count)
      if id == 1, fieldEnd <= end {
        return stride(from: position + 4, through: fieldEnd - 8, by: 8).compactMap { bytes.uint64(at: $0) }
      }
      position = fieldEnd
    }
    return []
  }

  private func checkPlaces(_ entries: [ZipArchive.Entry], before directory: Int) throws {
    var free = 0
    for entry in entries.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      let name = ForeignText.quoted(entry.name)
      guard entry.headerOffset >= free, bytes.uint32(at: entry.headerOffset) == Self.localSignature else {
        throw fail("gives a wrong place for \(name)")
      }
      let (end, overflow) = (entry.headerOffset + 30).addingReportingOverflow(entry.storedCount)
      guard !overflow, end <= directory else { throw fail("places \(name) beyond the end of the file") }
      free = end
    }
  }
}
