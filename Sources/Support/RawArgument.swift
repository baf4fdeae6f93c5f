/// Arguments of the command line that need not be text, in strings that give back every byte.
///
/// Argument parsers work on strings, and what is not UTF-8 would be replaced in one. Such a byte travels as one of 128
/// code points for private use at the very end of Unicode; an argument that really holds one of those travels in bytes,
/// too, so that nothing is confused.
public enum RawArgument {
  private static let carriers: ClosedRange<UInt32> = 0x10_FF80...0x10_FFFF

  /// The process's own arguments without the program's name.
  ///
  /// They are read from the system: the standard library repairs what is not UTF-8.
  public static func all() -> [String] {
    guard let line = try? InputFile.bytes(of: "/proc/self/cmdline", limit: 1 << 26), line.last == 0 else {
      return Array(CommandLine.arguments.dropFirst())
    }
    return line.dropLast().split(separator: 0, omittingEmptySubsequences: false).dropFirst().map { text($0) }
  }

  /// The string that stands for `bytes`.
  public static func text(_ bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isCarrier) {
      return text
    }
    var result = ""
    let bytes = Array(bytes)
    var position = 0
    while position < bytes.count {
      // A character has at most four bytes.
      let whole = (1...4).lazy.filter { position + $0 <= bytes.count }.compactMap {
        String(validating: bytes[position..<position + $0], as: UTF8.self)
      }.first
      if let whole, !whole.unicodeScalars.contains(where: isCarrier) {
        result += whole
        position += whole.utf8.count
      } else {
        result.unicodeScalars.append(carrier(bytes[position]))
        position += 1
      }
    }
    return result
  }

  /// The bytes that ``text(_:)`` was made of.
  public static func bytes(of text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { scalar -> [UInt8] in
      isCarrier(scalar) ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(String(scalar).utf8)
    }
  }

  /// The argument as people read it.
  public static func shown(_ text: String) -> String { String(escaping: bytes(of: text)) }

  /// The argument itself where it is text, else as people read it.
  public static func shownAsTyped(_ text: String) -> String {
    text.unicodeScalars.contains(where: isCarrier) ? shown(text) : text
  }

  private static func isCarrier(_ scalar: Unicode.Scalar) -> Bool { carriers.contains(scalar.value) }

  private static func carrier(_ byte: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(0x10_FF00 | UInt32(byte)) ?? "?"
  }
}
