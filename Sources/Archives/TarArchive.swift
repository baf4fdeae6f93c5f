import Foundation
import Support

/// The entries of a tar file: the formats of POSIX (ustar, pax) and of GNU.
///
/// Nothing is unpacked here: what an entry is, and what it is called, is for the caller to judge.
package struct TarArchive {
  /// What an entry is.
  package enum Kind: Sendable, Equatable {
    case file, folder
    /// A link, a device, a pipe or something else, in words.
    case other(String)
  }

  package struct Entry: Sendable {
    package let name: String
    package let kind: Kind
    /// The bytes of a file; empty for others.
    package let contents: Data
  }

  /// The entries, in the order of the file.
  package private(set) var entries: [Entry] = []

  private let file: String
  private static let block = 512
  // A plugin or a data set is not made of more; a file that claims so is an attack.
  private static let mostEntries = 100_000

  /// Reads all entries; errors call the file `file`.
  ///
  /// - Throws: `DamagedFile`; `Interrupted`.
  package init(_ data: Data, file: String) throws {
    self.file = file
    let bytes = [UInt8](data)
    var position = 0
    // What extended headers say of the entry that follows them.
    var longName: String?
    var longSize: Int?
    while position + Self.block <= bytes.count {
      try Cancellation.check()
      let header = Array(bytes[position..<position + Self.block])
      if header.allSatisfy({ $0 == 0 }) { return }
      try check(header, at: position)
      position += Self.block
      let type = header[156]
      let isExtension = [UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K")].contains(
        type)
      let size =
        try (isExtension ? nil : longSize)
        ?? Self.octal(header[124..<136]).orDamaged(fail("has a size that is no number"))
      guard size <= bytes.count - position else { throw fail("ends within an entry (cut off?)") }
      let contents = Data(bytes[position..<position + size])
      position += (size + Self.block - 1) / Self.block * Self.block
      switch type {
      case UInt8(ascii: "x"):
        let fields = try pax(contents)
        longName = fields["path"] ?? longName
        if let text = fields["size"] {
          guard let number = Int(text), number >= 0 else { throw fail("has a size that is no number") }
          longSize = number
        }
        continue
      case UInt8(ascii: "g"), UInt8(ascii: "K"): continue
      case UInt8(ascii: "L"):
        longName = String(decoding: contents.prefix { $0 != 0 }, as: UTF8.self)
        continue
      default: break
      }
      let name = longName ?? Self.name(header)
      (longName, longSize) = (nil, nil)
      let kind = Self.kind(type, name)
      entries.append(Entry(name: name, kind: kind, contents: kind == .file ? contents : Data()))
      guard entries.count <= Self.mostEntries else { throw fail("has more than \(Self.mostEntries) entries") }
    }
    guard position >= bytes.count, !entries.isEmpty else { throw fail("has no entries") }
  }

  private func fail(_ reason: String) -> DamagedFile {
    DamagedFile(format: "tar", file: file, reason: "it " + reason)
  }

  /// Compares the header's checksum: the sum of its bytes, those of the checksum taken for blanks.
  private func check(_ header: [UInt8], at position: Int) throws {
    let sum = header.indices.reduce(0) { $0 + (148..<156 ~= $1 ? 32 : Int(header[$1])) }
    guard Self.octal(header[148..<156]) == sum else {
      throw fail(position == 0 ? "is no tar file" : "is damaged at byte \(position)")
    }
  }

  /// A number in octal digits, maybe with blanks around it; nil for others, such as the binary ones beyond 8 GB.
  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let text = String(decoding: field.prefix { $0 != 0 }, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    return text.isEmpty ? 0 : Int(text, radix: 8).flatMap { $0 >= 0 ? $0 : nil }
  }

  private static func name(_ header: [UInt8]) -> String {
    func text(_ range: Range<Int>) -> String {
      String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self)
    }
    let isPOSIX = header[257..<263].elementsEqual("ustar\0".utf8)
    let prefix = isPOSIX ? text(345..<500) : ""
    return (prefix.isEmpty ? "" : prefix + "/") + text(0..<100)
  }

  private static func kind(_ type: UInt8, _ name: String) -> Kind {
    switch type {
    // Archives from before POSIX have folders whose names end so.
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): name.hasSuffix("/") ? .folder : .file
    case UInt8(ascii: "5"): .folder
    case UInt8(ascii: "1"), UInt8(ascii: "2"): .other("a link")
    case UInt8(ascii: "3"), UInt8(ascii: "4"): .other("a device")
    case UInt8(ascii: "6"): .other("a named pipe")
    default: .other("an entry of the unknown kind \(type)")
    }
  }

  /// The fields of an extended header: lines such as `27 path=a/very/long/name\n`, each with its own length.
  private func pax(_ contents: Data) throws -> [String: String] {
    var fields: [String: String] = [:]
    var rest = [UInt8](contents)[...]
    while let blank = rest.firstIndex(of: UInt8(ascii: " ")) {
      guard let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
        length > blank - rest.startIndex + 1,
        length <= rest.count
      else { throw fail("has a damaged extended header") }
      let record = rest[blank + 1..<rest.startIndex + length].dropLast()
      guard let sign = record.firstIndex(of: UInt8(ascii: "=")) else {
        throw fail("has a damaged extended header")
      }
      fields[String(decoding: record[..<sign], as: UTF8.self)] = String(
        decoding: record[(sign + 1)...], as: UTF8.self)
      rest = rest[(rest.startIndex + length)...]
    }
    return fields
  }
}

extension Optional {
  /// The value, or the error where there is none.
  fileprivate func orDamaged(_ error: @autoclosure () -> DamagedFile) throws -> Wrapped {
    guard let self else { throw error() }
    return self
  }
}
