import Support

/// Reads source files, with errors that name what is wrong with them.
enum TextFile {
  /// The most bytes of a script; what is larger is none.
  static let largest = 16 << 20

  static func read(_ path: FilePath, as kind: String) throws -> String {
    LuaText.normalised(try readWhole(path, as: kind))
  }

  /// The text with its line ends and its first line as they are.
  static func readWhole(_ path: FilePath, as kind: String) throws -> String {
    try text(InputFile.bytes(of: path, as: kind, limit: largest), path, kind)
  }

  /// Reads a script, which may also come from standard input (`-`) or from another program (`<(…)` of a
  /// shell).
  static func readScript(_ path: FilePath) throws -> String {
    guard let descriptor = InputFile.openDescriptor(path) else { return try read(path, as: "script") }
    let bytes = try InputFile.bytes(ofDescriptor: descriptor, path: path, as: "script", limit: largest)
    return LuaText.normalised(try text(bytes, path, "script"))
  }

  /// The text that the bytes of a source file are.
  static func text(_ bytes: [UInt8], _ path: FilePath, _ kind: String) throws -> String {
    if bytes.starts(with: [0x1B, 0x4C, 0x75, 0x61]) {
      throw FileError(action: "read \(kind)", path: path, reason: "it is compiled Lua; only source is run")
    }
    if let zero = bytes.firstIndex(of: 0) {
      throw FileError(
        action: "read \(kind)", path: path,
        reason: "line \(line(of: zero, in: bytes)) has a NUL byte; it is no text")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let wrong = firstInvalid(bytes)
      let byte = String(bytes[wrong], radix: 16)
      throw FileError(
        action: "read \(kind)", path: path,
        reason: "it is not UTF-8 text: line \(line(of: wrong, in: bytes)) has the byte 0x\(byte)")
    }
    return text
  }

  private static func line(of place: Int, in bytes: [UInt8]) -> Int {
    1 + bytes[..<place].count { $0 == 10 }
  }

  /// The place of the first byte that belongs to no character.
  private static func firstInvalid(_ bytes: [UInt8]) -> Int {
    var low = 0
    while low < bytes.count {
      // We go a line at a time, so that few bytes are decoded twice.
      let end = bytes[low...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
      guard String(validating: bytes[low..<end], as: UTF8.self) == nil else {
        low = end
        continue
      }
      let failing =
        (low..<end).first {
          String(validating: bytes[low...$0], as: UTF8.self) == nil && !isBeginning(bytes[low...$0])
        } ?? end
      // The character that is broken may have begun up to three bytes before.
      return (max(low, failing - 4)...failing).last {
        String(validating: bytes[low..<$0], as: UTF8.self) != nil
      } ?? low
    }
    return 0
  }

  /// Whether the bytes are text but for a character that is not complete.
  private static func isBeginning(_ bytes: ArraySlice<UInt8>) -> Bool {
    (1...3).contains { cut in
      guard cut <= bytes.count, let first = bytes.dropLast(cut - 1).last, first >= 0xC2, first < 0xF5 else {
        return false
      }
      let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
      return cut < length && bytes.suffix(cut - 1).allSatisfy { $0 & 0xC0 == 0x80 }
        && String(validating: bytes.dropLast(cut), as: UTF8.self) != nil
    }
  }
}
