/// Lua source as the rest of the host sees it.
enum LuaText {
  /// The text with `\n` for every line end that Lua knows (`\n`, `\r`, `\r\n`, `\n\r`), without a byte-order mark, and
  /// with a blank first line in place of `#!…`.
  ///
  /// Nothing changes its meaning by that: Lua itself counts each of them as one line, also inside long strings. And Swift
  /// takes `\r\n` for one character that is no `\n`.
  /// - Parameter isFile: whether a first line that begins with `#` is none of Lua, as in a file; what is typed may begin with
  ///   the operator.
  static func normalised(_ text: String, isFile: Bool = true) -> String {
    var text = text
    text.makeContiguousUTF8()
    return text.utf8.withContiguousStorageIfAvailable { normalised($0, text, isFile) } ?? text
  }

  private static func normalised(_ bytes: UnsafeBufferPointer<UInt8>, _ text: String, _ isFile: Bool)
    -> String
  {
    let hasMark = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
    var at = hasMark ? 3 : 0
    let start = at
    if isFile, at < bytes.count, bytes[at] == UInt8(ascii: "#") {
      while at < bytes.count, bytes[at] != 10, bytes[at] != 13 { at += 1 }
    }
    guard at > 0 || bytes.contains(13) else { return text }
    return String(unsafeUninitializedCapacity: bytes.count - start) { result in
      var count = 0
      while at < bytes.count {
        let byte = bytes[at]
        at += 1
        if byte == 10 || byte == 13 {
          if at < bytes.count, bytes[at] == 23 - byte { at += 1 }
          result[count] = 10
        } else {
          result[count] = byte
        }
        count += 1
      }
      return count
    }
  }
}

/// Where in Lua source a line begins: in code, or inside a string or comment that goes on over line ends.
struct LuaLineState {
  private enum Place: Equatable {
    case code
    /// It begins in a long string or comment with so many `=`.
    case long(level: Int)
    /// It begins in a quoted string whose line ended with a backslash.
    case quoted(UInt8)
    /// It begins in a quoted string after `\z`: white space and line ends are skipped.
    case skipping(UInt8)
  }

  private var place = Place.code

  /// True when the next line begins with code, white space or a comment of its own.
  var isInCode: Bool { place == .code }

  /// Walks over one line, without its line end.
  mutating func pass(_ line: UnsafeBufferPointer<UInt8>.SubSequence) {
    var at = line.startIndex
    let end = line.endIndex
    while true {
      switch place {
      case .code:
        guard passCode(line, &at) else { return }
      case .long(let level):
        while at < end, Self.closing(line, at) != level { at += 1 }
        guard at < end else { return }
        at += level + 2
        place = .code
      case .skipping(let quote):
        while at < end, line[at] <= 32 { at += 1 }
        guard at < end else { return }
        place = .quoted(quote)
      case .quoted(let quote):
        guard passQuoted(line, &at, quote) else { return }
      }
    }
  }

  /// Walks to the next string or long comment; false at the end of the line.
  private mutating func passCode(_ line: UnsafeBufferPointer<UInt8>.SubSequence, _ at: inout Int) -> Bool {
    let end = line.endIndex
    while at < end {
      switch line[at] {
      case UInt8(ascii: "-") where at + 1 < end && line[at + 1] == UInt8(ascii: "-"):
        guard let level = Self.opening(line, at + 2) else { return false }
        at += level + 4
        place = .long(level: level)
        return true
      case UInt8(ascii: "["):
        guard let level = Self.opening(line, at) else { break }
        at += level + 2
        place = .long(level: level)
        return true
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        place = .quoted(line[at])
        at += 1
        return true
      default: break
      }
      at += 1
    }
    return false
  }

  /// Walks to the end of a quoted string; false at the end of the line.
  private mutating func passQuoted(
    _ line: UnsafeBufferPointer<UInt8>.SubSequence, _ at: inout Int, _ quote: UInt8
  ) -> Bool {
    let end = line.endIndex
    while at < end {
      if line[at] == quote {
        at += 1
        place = .code
        return true
      }
      if line[at] == UInt8(ascii: "\\") {
        at += 1
        if at == end { return false }  // The string goes on in the next line.
        if line[at] == UInt8(ascii: "z") {
          at += 1
          place = .skipping(quote)
          return true
        }
      }
      at += 1
    }
    place = .code  // The string is not finished, and Lua says so.
    return false
  }

  /// The number of `=` of the long bracket that opens at `at`; nil when none does.
  private static func opening(_ line: UnsafeBufferPointer<UInt8>.SubSequence, _ at: Int) -> Int? {
    bracket(line, at, UInt8(ascii: "["))
  }

  private static func closing(_ line: UnsafeBufferPointer<UInt8>.SubSequence, _ at: Int) -> Int? {
    bracket(line, at, UInt8(ascii: "]"))
  }

  private static func bracket(
    _ line: UnsafeBufferPointer<UInt8>.SubSequence, _ start: Int, _ bracket: UInt8
  ) -> Int? {
    guard start < line.endIndex, line[start] == bracket else { return nil }
    var at = start + 1
    while at < line.endIndex, line[at] == UInt8(ascii: "=") { at += 1 }
    return at < line.endIndex && line[at] == bracket ? at - start - 1 : nil
  }
}
