import CZlib
import Foundation
import Support

/// Reads a gzip file (RFC 1952, one member) front to back, holding 64 KiB of it in memory.
///
/// Once ``read(into:)`` has returned less than it was asked for, the checksum and the length that the file
/// records were found right and nothing follows them.
struct GzipReader: ~Copyable {
  private static let chunk = 1 << 16

  private let path: FilePath
  private let file: InputFile
  private let input: UnsafeMutablePointer<UInt8>
  // zlib keeps a pointer back to its stream and refuses one that has moved, so it lives on the heap.
  private let stream: UnsafeMutablePointer<z_stream>
  private var atEnd = false

  init(path: FilePath) throws {
    let file = try InputFile(path)
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let gzipOnly: Int32 = 16
    let code = inflateInit2_(stream, MAX_WBITS + gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      stream.deallocate()
      throw FileError(action: "read", path: path, reason: "zlib cannot start (code \(code))")
    }
    self.path = path
    self.file = file
    self.stream = stream
    input = .allocate(capacity: GzipReader.chunk)
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  /// The CRC-32 of all that was read so far.
  var checksum: UInt32 { UInt32(truncatingIfNeeded: stream.pointee.adler) }

  /// Fills `output` and returns its length, or the number of bytes left when the content ends before.
  ///
  /// - Throws: ``DatasetError/damaged(path:reason:)``, or `FileError` when the system cannot read the file.
  mutating func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < output.count, !atEnd {
      if stream.pointee.avail_in == 0, try !refill() {
        throw damaged(
          "is cut off: its compressed data ends after \(stream.pointee.total_out) bytes of content")
      }
      // zlib counts in 32 bits.
      let room = min(output.count - filled, Int(Int32.max))
      stream.pointee.next_out = output.baseAddress?.advanced(by: filled).assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(room)
      let code = inflate(stream, Z_NO_FLUSH)
      filled += room - Int(stream.pointee.avail_out)
      switch code {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END:
        atEnd = true
        if try stream.pointee.avail_in > 0 || refill() {
          throw damaged("has extra bytes after the end of its compressed data")
        }
      default: throw damaged(reason(code))
      }
    }
    return filled
  }

  /// Reads the next chunk of the file; false at its end.
  private func refill() throws -> Bool {
    try Cancellation.check()
    while true {
      let got = Glibc.read(file.descriptor, input, GzipReader.chunk)
      if got < 0 {
        if errno == EINTR { continue }
        throw FileError(action: "read", path: path, errno: errno)
      }
      stream.pointee.next_in = input
      stream.pointee.avail_in = UInt32(got)
      return got > 0
    }
  }

  private func reason(_ code: Int32) -> String {
    let said = stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)"
    if said == "incorrect header check" { return "is not a gzip file" }
    return "is damaged: \(said) after \(stream.pointee.total_out) bytes of content"
  }

  private func damaged(_ reason: String) -> DatasetError { .damaged(path: path.shown, reason: reason) }
}
