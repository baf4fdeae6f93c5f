/// Strings in JSON texts (RFC 8259), for all that write or read such texts byte by byte.
public enum JSONText {
  /// What becomes of an escape that is half of a pair of surrogates, and so no character.
  public enum LoneSurrogates: Sendable {
    /// It is a ``Fault``.
    case refused
    /// U+FFFD takes its place, as most readers of JSON have it.
    case replaced
  }

  /// What is wrong with a string, and where.
  public struct Fault: Error, Equatable {
    /// What can be wrong.
    public enum Kind: Equatable, Sendable {
      /// The text ends before the closing quote.
      case open
      /// The text ends right behind a backslash.
      case openEscape
      case controlCharacter
      /// This letter stands behind a backslash.
      case unknownEscape(UInt8)
      /// `\u` without four hexadecimal digits.
      case notHexadecimal
      case loneSurrogate
      /// The first half of a pair is followed by an escape that is not the second.
      case brokenPair
    }

    /// What is wrong.
    public let kind: Kind
    /// The byte that is wrong, or the backslash of the escape that is, counted from the start of the text.
    public let position: Int
  }

  /// `text` in quotes.
  ///
  /// Control characters are escaped, and line separators too: those are legal JSON, but break readers that split a text
  /// by Unicode lines.
  public static func quoted(_ text: String) -> String {
    var result = ""
    quote(text, to: &result)
    return result
  }

  /// Appends `text` in quotes to `result`, as ``quoted(_:)`` has it.
  public static func quote(_ text: String, to result: inout String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }

  /// The bytes of a string without its escapes; they are UTF-8 where those of the text are.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - position: behind the opening quote; afterwards behind the closing one, or behind what is wrong.
  ///   - loneSurrogates: what becomes of half a pair.
  /// - Throws: ``Fault``.
  public static func string(
    in bytes: UnsafeRawBufferPointer, at position: inout Int, loneSurrogates: LoneSurrogates
  ) throws -> [UInt8] {
    var result: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return result
      case UInt8(ascii: "\\"): try unescape(bytes, &position, loneSurrogates, to: &result)
      case 0..<0x20: throw Fault(kind: .controlCharacter, position: position - 1)
      default: result.append(byte)
      }
    }
    throw Fault(kind: .open, position: position)
  }

  /// Reads what stands behind a backslash; a pair of surrogates is one character.
  private static func unescape(
    _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ loneSurrogates: LoneSurrogates,
    to result: inout [UInt8]
  ) throws {
    let start = position - 1
    guard position < bytes.count else { throw Fault(kind: .openEscape, position: start) }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(letter)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal(bytes, &position)
      if 0xD800..<0xDC00 ~= code, bytes[position...].starts(with: "\\u".utf8) {
        let second = position
        position += 2
        let low = try hexadecimal(bytes, &position)
        if 0xDC00..<0xE000 ~= low {
          code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        } else if loneSurrogates == .refused {
          throw Fault(kind: .brokenPair, position: start)
        } else {
          // The second escape is a character of its own.
          position = second
        }
      }
      if let scalar = Unicode.Scalar(code) {
        result.append(contentsOf: String(scalar).utf8)
      } else if loneSurrogates == .replaced {
        result.append(contentsOf: "\u{FFFD}".utf8)
      } else {
        throw Fault(kind: .loneSurrogate, position: start)
      }
    default: throw Fault(kind: .unknownEscape(letter), position: start)
    }
  }

  private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw Fault(kind: .notHexadecimal, position: position) }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
