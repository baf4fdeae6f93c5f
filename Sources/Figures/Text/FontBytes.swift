import Foundation
import Support

/// Parts of a font file; collections for Chinese, Japanese and Korean are too large to read as a whole.
final class FontBytes {
  private let file: InputFile
  private var size: Int { file.status.byteCount }

  /// Opens a file; nil for what is no readable regular file.
  init?(path: FilePath) {
    // Which files a script may name as fonts was decided before; the others are the system's.
    guard let file = FileAccess.ofProgram({ try? InputFile(path) }) else { return nil }
    self.file = file
  }

  /// `count` bytes from `offset` on; nil when the file has fewer.
  func read(_ offset: Int, _ count: Int) -> [UInt8]? {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        pread(file.descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
      }
      guard got > 0 else { return nil }
      done += got
    }
    return bytes
  }

  /// The places of the tables of the file's first font.
  func tables() -> [String: (offset: Int, length: Int)]? {
    func number(_ bytes: some Collection<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
    guard let head = read(0, 16) else { return nil }
    let start = head.starts(with: "ttcf".utf8) ? number(head[12..<16]) : 0
    guard let header = start == 0 ? head : read(start, 12) else { return nil }
    let count = number(header[4..<6])
    guard let directory = read(start + 12, 16 * count) else { return nil }
    var tables: [String: (offset: Int, length: Int)] = [:]
    for i in 0..<count {
      let entry = directory[16 * i..<16 * i + 16]
      let tag = String(decoding: entry.prefix(4), as: UTF8.self)
      let (offset, length) = (number(entry.dropFirst(8).prefix(4)), number(entry.suffix(4)))
      // A length beyond the file's end is that of a file cut short; what is there may still do.
      if offset < size { tables[tag] = (offset, min(length, size - offset)) }
    }
    return tables
  }
}
