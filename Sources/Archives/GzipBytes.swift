import CZlib
import Foundation
import Support

/// Whole gzip files (RFC 1952) in memory.
package enum GzipBytes {
  /// Whether the bytes begin as a gzip file does.
  package static func isGzip(_ data: Data) -> Bool { data.starts(with: [0x1F, 0x8B]) }

  /// What a gzip file holds; errors call the file `file`.
  ///
  /// - Parameter limit: the most bytes that come of it: a kilobyte can stand for a gigabyte.
  /// - Throws: `DamagedFile`; `Interrupted`.
  package static func inflated(_ data: Data, file: String, limit: Int) throws -> Data {
    func fail(_ reason: String) -> DamagedFile {
      DamagedFile(format: "gzip", file: file, reason: "it " + reason)
    }
    var stream = z_stream()
    let gzipOnly: Int32 = 16
    guard
      inflateInit2_(&stream, MAX_WBITS + gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK,
      data.count <= Int(Int32.max)
    else { throw fail("cannot be inflated") }
    defer { inflateEnd(&stream) }
    var result = Data()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    try data.withUnsafeBytes { input in
      stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
      stream.avail_in = UInt32(input.count)
      var code = Z_OK
      while code != Z_STREAM_END {
        try Cancellation.check()
        let count = try chunk.withUnsafeMutableBufferPointer { output -> Int in
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          code = inflate(&stream, Z_NO_FLUSH)
          guard code == Z_OK || code == Z_STREAM_END else { throw fail("is damaged or cut off") }
          return output.count - Int(stream.avail_out)
        }
        guard count <= limit - result.count else {
          throw fail("inflates to more than \(MemoryText.size(limit))")
        }
        result.append(contentsOf: chunk[..<count])
      }
      guard stream.avail_in == 0 else { throw fail("has extra bytes after its end") }
    }
    return result
  }
}
