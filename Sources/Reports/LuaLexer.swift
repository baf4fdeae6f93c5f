import Support

/// One token of Lua source, as a range of its UTF-8 bytes.
package struct LuaToken: Equatable {
  /// What a token is.
  package enum Kind { case name, keyword, number, string, symbol, comment }
  package let kind: Kind
  /// Its bytes in the source.
  package let range: Range<Int>
  package let text: Substring
}

/// Splits Lua 5.4 source into tokens: for the report, which marks them up, and for the host, which must know what
/// a cell declares and ends with.
///
/// It is lenient: source that Lua itself refuses still gives tokens, and Lua reports the error. An unfinished
/// string runs to the end of its line, an unfinished long string or comment to the end of the text, as an editor
/// would show it.
package struct LuaLexer {
  /// The reserved words of Lua 5.4.
  package static let keywords: Set<Substring> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
    "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]

  private let source: String
  private let bytes: [UInt8]
  private let givesComments: Bool
  private var at = 0

  /// All tokens of the source but comments.
  /// - Throws: `Interrupted`; the largest scripts take a second.
  package static func tokens(of source: String) throws -> [LuaToken] {
    var lexer = LuaLexer(source)
    var result: [LuaToken] = []
    while let token = lexer.next() {
      result.append(token)
      if result.count & 0xFFFF == 0 { try Cancellation.check() }
    }
    return result
  }

  /// - Parameters:
  ///   - source: Lua, right or wrong.
  ///   - givesComments: whether comments are tokens, too; otherwise they are passed over like blanks.
  package init(_ source: String, givesComments: Bool = false) {
    // Tokens are slices, found by their bytes' places, which costs nothing in UTF-8 only.
    var source = source
    source.makeContiguousUTF8()
    self.source = source
    bytes = Array(source.utf8)
    self.givesComments = givesComments
  }

  private func byte(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

  /// The next token; nil at the end of the source.
  package mutating func next() -> LuaToken? {
    while at < bytes.count {
      if byte() <= 32 {
        at += 1
      } else if byte() == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
        let start = at
        skipComment()
        if givesComments { return token(.comment, from: start) }
      } else {
        return code()
      }
    }
    return nil
  }

  /// The token that starts here, which is no comment.
  private mutating func code() -> LuaToken {
    let start = at
    let first = byte()
    if Self.isNameStart(first) {
      while Self.isNameStart(byte()) || Self.isDigit(byte()) { at += 1 }
      let token = token(.name, from: start)
      return Self.keywords.contains(token.text)
        ? LuaToken(kind: .keyword, range: token.range, text: token.text) : token
    }
    if Self.isDigit(first) || (first == UInt8(ascii: ".") && Self.isDigit(byte(1))) {
      skipNumber()
      return token(.number, from: start)
    }
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      skipQuoted(first)
      return token(.string, from: start)
    }
    if first == UInt8(ascii: "["), let level = longBracketLevel() {
      skipLongBracket(level)
      return token(.string, from: start)
    }
    at += symbolLength()
    return token(.symbol, from: start)
  }

  private func token(_ kind: LuaToken.Kind, from start: Int) -> LuaToken {
    let utf8 = source.utf8
    let low = utf8.index(utf8.startIndex, offsetBy: start)
    let high = utf8.index(low, offsetBy: at - start)
    return LuaToken(kind: kind, range: start..<at, text: source[low..<high])
  }

  private mutating func skipComment() {
    at += 2
    if byte() == UInt8(ascii: "["), let level = longBracketLevel() {
      skipLongBracket(level)
    } else {
      while at < bytes.count, byte() != 10, byte() != 13 { at += 1 }
    }
  }

  /// The number of `=` in a long bracket that opens here; nil when none does.
  private func longBracketLevel() -> Int? {
    var level = 0
    while byte(1 + level) == UInt8(ascii: "=") { level += 1 }
    return byte(1 + level) == UInt8(ascii: "[") ? level : nil
  }

  private mutating func skipLongBracket(_ level: Int) {
    at += level + 2
    while at < bytes.count {
      if byte() == UInt8(ascii: "]") {
        var equals = 0
        while byte(1 + equals) == UInt8(ascii: "=") { equals += 1 }
        if equals == level, byte(1 + equals) == UInt8(ascii: "]") {
          at += level + 2
          return
        }
      }
      at += 1
    }
  }

  private mutating func skipQuoted(_ quote: UInt8) {
    at += 1
    while at < bytes.count, byte() != quote {
      // `\z` lets a string run over line ends, as does a backslash before one.
      if byte() == UInt8(ascii: "\\") {
        at += 1
        if byte() == UInt8(ascii: "z") {
          at += 1
          while at < bytes.count, byte() <= 32 { at += 1 }
          continue
        }
      } else if byte() == 10 || byte() == 13 {
        return
      }
      at += 1
    }
    at = min(at + 1, bytes.count)
  }

  private mutating func skipNumber() {
    let isHex = byte() == UInt8(ascii: "0") && (byte(1) | 32) == UInt8(ascii: "x")
    let exponent = isHex ? UInt8(ascii: "p") : UInt8(ascii: "e")
    if isHex { at += 2 }
    while at < bytes.count {
      if (byte() | 32) == exponent, byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") {
        at += 2
      } else if Self.isDigit(byte()) || Self.isNameStart(byte()) || byte() == UInt8(ascii: ".") {
        at += 1
      } else {
        return
      }
    }
  }

  private func symbolLength() -> Int {
    switch (byte(), byte(1)) {
    case (UInt8(ascii: "."), UInt8(ascii: ".")): return byte(2) == UInt8(ascii: ".") ? 3 : 2
    case (UInt8(ascii: "="), UInt8(ascii: "=")), (UInt8(ascii: "~"), UInt8(ascii: "=")),
      (UInt8(ascii: "<"), UInt8(ascii: "=")), (UInt8(ascii: ">"), UInt8(ascii: "=")),
      (UInt8(ascii: "/"), UInt8(ascii: "/")), (UInt8(ascii: ":"), UInt8(ascii: ":")),
      (UInt8(ascii: "<"), UInt8(ascii: "<")), (UInt8(ascii: ">"), UInt8(ascii: ">")):
      return 2
    default: break
    }
    // A character outside ASCII is one (wrong) symbol.
    var length = 1
    if byte() >= 0x80 { while byte(length) & 0xC0 == 0x80 { length += 1 } }
    return length
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
  private static func isNameStart(_ byte: UInt8) -> Bool {
    byte == 95 || (byte | 32) >= 97 && (byte | 32) <= 122
  }
}
