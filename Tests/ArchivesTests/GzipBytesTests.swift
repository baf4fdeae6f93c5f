import Archives
import CZlib
import Foundation
import Support
import Testing

@Suite struct GzipBytesTests {
  /// `content` as zlib's own writer makes a gzip file of it.
  private static func gzip(_ content: [UInt8]) throws -> Data {
    var stream = z_stream()
    try #require(
      deflateInit2_(
        &stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { deflateEnd(&stream) }
    var input = content
    var output = [UInt8](repeating: 0, count: content.count / 2 + 1024)
    let count = try input.withUnsafeMutableBufferPointer { input in
      try output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        try #require(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        return output.count - Int(stream.avail_out)
      }
    }
    return Data(output.prefix(count))
  }

  @Test func whatWasPackedComesBack() throws {
    let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let packed = try Self.gzip(content)
    #expect(GzipBytes.isGzip(packed))
    #expect(try GzipBytes.inflated(packed, file: "a.gz", limit: content.count) == Data(content))
  }

  @Test func bombsAndDamageAreRefused() throws {
    let bomb = try Self.gzip([UInt8](repeating: 0, count: 8 << 20))
    #expect(bomb.count < 20_000)
    func reason(_ data: Data, limit: Int = 1 << 20) -> String {
      do {
        _ = try GzipBytes.inflated(data, file: "a.gz", limit: limit)
        return ""
      } catch { return "\(error)" }
    }
    #expect(reason(bomb) == "gzip file a.gz: it inflates to more than 1.0 MB")
    let packed = try Self.gzip(Array("some text, some text, some text".utf8))
    #expect(reason(packed.dropLast(4)) == "gzip file a.gz: it is damaged or cut off")
    #expect(reason(packed + Data([1, 2])) == "gzip file a.gz: it has extra bytes after its end")
    #expect(reason(Data([0x1F, 0x8B])) == "gzip file a.gz: it is damaged or cut off")
  }
}
