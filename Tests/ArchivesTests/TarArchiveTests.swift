import Archives
import Foundation
import Support
import Testing

/// Tar files made by hand, as POSIX and GNU have them, and as nobody should.
@Suite struct TarArchiveTests {
  /// A header and its content, filled up to whole blocks.
  private static func entry(
    _ name: String, _ content: String = "", type: Character = "0", size: String? = nil, prefix: String = ""
  ) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) {
      header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
    }
    put(name, at: 0)
    put("0000644\0", at: 100)
    put(size ?? String(String(content.utf8.count, radix: 8)), at: 124)
    put(String(type), at: 156)
    put("ustar\u{0}00", at: 257)
    put(prefix, at: 345)
    put("        ", at: 148)
    let sum = header.reduce(0) { $0 + Int($1) }
    put(String(sum, radix: 8) + "\0 ", at: 148)
    let padding = (512 - content.utf8.count % 512) % 512
    return header + content.utf8 + [UInt8](repeating: 0, count: padding)
  }

  private static let end = [UInt8](repeating: 0, count: 1024)

  private func read(_ parts: [UInt8]...) throws -> [TarArchive.Entry] {
    try TarArchive(Data(parts.flatMap(\.self)), file: "a.tar").entries
  }

  @Test func filesAndFoldersAreReadInTheirOrder() throws {
    let long = String(repeating: "d/", count: 80) + "long.txt"
    let record = "path=\(long)\n"
    let length = record.utf8.count + 4
    let entries = try read(
      Self.entry("p/", type: "5"), Self.entry("p/a.lua", "return 1\n"),
      Self.entry("b.lua", "two", prefix: "p/q"),
      Self.entry("pax", "\(length) \(record)", type: "x"), Self.entry("short", "three"),
      Self.entry("././@LongLink", long + "2\0", type: "L"), Self.entry("short", ""),
      Self.entry("pax_global_header", "52 comment=0123456789012345678901234567890123456789\n", type: "g"),
      Self.end)
    #expect(entries.map(\.name) == ["p/", "p/a.lua", "p/q/b.lua", long, long + "2"])
    #expect(entries.map(\.kind) == [.folder, .file, .file, .file, .file])
    #expect(
      entries.map { String(decoding: $0.contents, as: UTF8.self) } == ["", "return 1\n", "two", "three", ""])
  }

  @Test func whatIsNeitherFileNorFolderIsNamed() throws {
    let kinds: [(Character, String)] = [
      ("1", "a link"), ("2", "a link"), ("3", "a device"), ("4", "a device"), ("6", "a named pipe"),
    ]
    for (type, word) in kinds {
      #expect(try read(Self.entry("x", type: type), Self.end)[0].kind == .other(word))
    }
  }

  @Test func damageIsNamed() throws {
    func reason(_ parts: [UInt8]...) -> String {
      do {
        _ = try TarArchive(Data(parts.flatMap(\.self)), file: "a.tar")
        return ""
      } catch { return "\(error)" }
    }
    var wrong = Self.entry("a", "b")
    wrong[0] = 200
    #expect(reason(wrong) == "tar file a.tar: it is no tar file")
    #expect(reason(Self.entry("a", "b"), wrong) == "tar file a.tar: it is damaged at byte 1024")
    #expect(
      reason(Array(Self.entry("a", String(repeating: "x", count: 2000)).prefix(1024))).contains("cut off"))
    #expect(reason(Self.entry("a", size: "77777777777")).contains("cut off"))
    #expect(reason(Self.entry("a", size: "-1")).contains("a size that is no number"))
    #expect(reason(Self.entry("pax", "99 path=x\n", type: "x"), Self.end).contains("damaged extended header"))
    #expect(reason(Self.entry("pax", "0 path=x\n", type: "x"), Self.end).contains("damaged extended header"))
    #expect(reason([]) == "tar file a.tar: it has no entries")
  }

  /// Whatever bytes come, reading ends with entries or one line.
  @Test func alteredBytesNeverCrash() throws {
    let good =
      Self.entry("p/a.lua", "return 1\n") + Self.entry("pax", "12 path=abc\n", type: "x")
      + Self.entry("s", "x") + Self.end
    let random = CounterRandom(seed: 1, stream: "tar")
    for trial in 0..<400 {
      var bytes = good
      for change in 0..<3 {
        bytes[random.integer(trial * 6 + change, below: bytes.count)] = UInt8(
          random.integer(trial * 6 + change + 3, below: 256))
      }
      do { _ = try TarArchive(Data(bytes), file: "a.tar") } catch let error as DamagedFile {
        #expect(!error.reason.contains("\n"))
      }
    }
  }
}
