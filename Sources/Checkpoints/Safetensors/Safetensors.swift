import Foundation
import Support

/// A safetensors file, opened: the header is parsed and checked, the values stay mapped until they are read.
///
/// The layout is 8 bytes header length (little-endian), a JSON header, and the data section that the tensors
/// fill without gap (https://github.com/huggingface/safetensors). Every claim of the header is checked
/// against the file before any value can be read. Values of files written by ``write(_:metadata:to:)`` are
/// also checked against their checksum, so that a damaged file is noticed.
public struct Safetensors: Sendable {
  /// One tensor of the file.
  public struct Entry: Sendable, Equatable {
    /// Its name in the file.
    public let name: String
    /// The element type in the file.
    public let type: StoredType
    /// The extents, outermost first; empty for a scalar.
    public let shape: [Int]
    /// The number of elements, which is the product of the shape.
    public var count: Int { range.count / type.size }
    /// Its bytes within the data section.
    let range: Range<Int>
  }

  /// The path or name that errors mention.
  public let file: String
  /// The `__metadata__` map, without the checksum.
  public let metadata: [String: String]
  /// All tensors in the order of their bytes.
  public let entries: [Entry]
  /// Tensors of element types that are not read, which are given as the header has them, such as `F8_E4M3`.
  public let unread: [UnreadArray]
  /// True when the file carried a checksum (which then matched).
  public let isVerified: Bool
  private let indices: [String: Int]
  private let data: Data
  private let dataStart: Int

  /// The header's size limit of the reference implementation.
  private static let largestHeader = 100_000_000

  /// True where `data` begins as a safetensors file does: a length that fits and a brace.
  static func isSafetensors(_ data: Data) -> Bool {
    guard data.count > 9, data[data.startIndex + 8] == UInt8(ascii: "{") else { return false }
    let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    // Text that happens to have a brace there claims more than any file has.
    return length < 1 << 40
  }

  /// Opens the file at `path` as a memory map.
  ///
  /// - Throws: `FileError`, `DamagedFile`.
  public init(contentsOf path: FilePath) throws {
    self = try MappedFile.reading(path.shown) { try Safetensors(MappedFile.read(path), file: path.shown) }
  }

  /// Opens a file held in memory; `file` is its name in errors.
  ///
  /// - Throws: `DamagedFile`.
  public init(_ data: Data, file: String) throws {
    self.file = file
    func fail(_ reason: String) -> DamagedFile { .safetensors(file: file, reason: reason) }
    if !Self.isSafetensors(data), let kind = FileKind.described(data) { throw fail("it is " + kind) }
    guard data.count >= 8 else { throw fail("\(data.count) bytes are too few for a header") }
    let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(data.count - 8) else {
      throw fail(
        "the header claims \(length) bytes of a file of \(data.count) (truncated, or another format?)")
    }
    guard length <= Self.largestHeader else {
      throw fail("a header of \(length) bytes is above the limit of \(Self.largestHeader)")
    }
    let start = 8 + Int(length)
    let header = try data.withUnsafeBytes { bytes in
      try SafetensorsHeader(
        UnsafeRawBufferPointer(rebasing: bytes[8..<start]), dataCount: bytes.count - start, file: file)
    }
    self.data = data
    dataStart = start
    entries = header.entries.compactMap { entry in
      entry.type.map { Entry(name: entry.name, type: $0, shape: entry.shape, range: entry.range) }
    }
    unread = header.entries.filter { $0.type == nil }.map {
      UnreadArray(name: $0.name, shape: $0.shape, what: $0.typeName)
    }
    try Cancellation.check()
    indices = [String: Int](
      entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })

    let (metadata, expected) = try SafetensorsChecksum.split(header.metadata, file: file)
    self.metadata = metadata
    isVerified = expected != nil
    if let expected {
      var checksum = SafetensorsChecksum(metadata: metadata)
      for (number, entry) in entries.enumerated() {
        if number & 0xFFF == 0xFFF { try Cancellation.check() }
        let digest = try withBytes(of: entry) { XXHash64.digest($0) }
        checksum.add(name: entry.name, type: entry.type, shape: entry.shape, digest: digest)
      }
      try Cancellation.check()
      let found = checksum.value
      guard found == expected else {
        throw fail("the content has the checksum \(found), its header says \(expected): damaged or altered")
      }
    }
  }

  /// The tensors' names in the order of their bytes.
  public var names: [String] { entries.map(\.name) }

  /// The length of the file in bytes.
  public var byteCount: Int { data.count }

  /// The tensor called `name`; nil when there is none.
  public subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

  /// The tensor called `name`.
  ///
  /// - Throws: `DamagedFile` when there is none.
  public func entry(_ name: String) throws -> Entry {
    guard let entry = self[name] else {
      throw DamagedFile.safetensors(file: file, reason: "no tensor \(ForeignText.quoted(name))")
    }
    return entry
  }

  /// Gives `body` the bytes of a tensor, little-endian, maybe unaligned, valid only during the call.
  ///
  /// - Throws: ``CutOffError`` where the file was cut off meanwhile; what `body` throws.
  public func withBytes<R>(of entry: Entry, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
    try MappedFile.reading(file) {
      try data.withUnsafeBytes { bytes in
        let range = dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound
        guard range.upperBound <= bytes.count else {
          throw DamagedFile.safetensors(
            file: file, reason: "tensor \(ForeignText.quoted(entry.name)) is not of this file")
        }
        return try body(UnsafeRawBufferPointer(rebasing: bytes[range]))
      }
    }
  }
}
