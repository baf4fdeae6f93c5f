/// Text from scripts, plugins and files made safe for HTML.
package enum HTMLText {
  /// The text for element content and for attribute values in double quotes.
  package static func escape(_ text: String) -> String {
    if isPlain(text, besides: "&<>\"'") { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count + text.utf8.count / 8)
    for scalar in text.unicodeScalars { append(scalar, to: &result) }
    return result
  }

  /// True where `text` has visible ASCII, blanks and line ends only, and none of `signs`: nothing of it needs a look.
  static func isPlain(_ text: String, besides signs: StaticString) -> Bool {
    let signs = UnsafeBufferPointer(start: signs.utf8Start, count: signs.utf8CodeUnitCount)
    return text.utf8.allSatisfy { (0x20..<0x7F ~= $0 || $0 == 0x0A || $0 == 0x09) && !signs.contains($0) }
  }

  /// Appends what ``escape(_:)`` makes of one scalar.
  static func append(_ scalar: Unicode.Scalar, to result: inout String) {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: appendVisible(scalar, to: &result)
    }
  }

  /// Text without what HTML does not allow and what misleads a reader, but not escaped.
  static func visible(_ text: String) -> String {
    if isPlain(text, besides: "") { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars { appendVisible(scalar, to: &result) }
    return result
  }

  private static func appendVisible(_ scalar: Unicode.Scalar, to result: inout String) {
    switch scalar {
    case "\n", "\t": result.unicodeScalars.append(scalar)
    // Control characters and noncharacters are not allowed in HTML.
    case "\u{0}"..<" ", "\u{7F}"..."\u{9F}": result += "\u{FFFD}"
    // Direction overrides can make code read as something it is not, so they are shown.
    case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
      result += "⟨U+" + String(scalar.value, radix: 16, uppercase: true) + "⟩"
    default:
      if scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value) {
        result += "\u{FFFD}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }

  /// Printed text as a terminal would leave it: without escape sequences, and with what a carriage return
  /// overwrote gone.
  static func terminalText(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x1B || $0 == 0x0D || $0 == 0x08 }) else { return text }
    var lines: [String] = []
    for line in removingEscapes(text).split(separator: "\n", omittingEmptySubsequences: false) {
      // "\r\n" is one Character, so the carriage returns are looked for among the scalars.
      let parts = line.unicodeScalars.split(separator: "\r")
      lines.append(parts.last.map { String(String.UnicodeScalarView($0)) } ?? "")
    }
    return lines.joined(separator: "\n")
  }

  private static func removingEscapes(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      switch scalar {
      case "\u{1B}":
        let kind = scalars.next()
        if kind == "[" {
          // A CSI sequence has parameters up to a final byte in @…~.
          while let next = scalars.next(), !("@"..."~").contains(next) {}
        } else if kind == "]" {
          // An OSC sequence goes up to BEL or ESC \.
          while let next = scalars.next(), next != "\u{07}" {
            if next == "\u{1B}" {
              _ = scalars.next()
              break
            }
          }
        }
      case "\u{08}": if result.last != nil, result.last != "\n" { result.removeLast() }
      default: result.append(scalar)
      }
    }
    // "\r\n" would otherwise hide the newline from a split by Character.
    var normal = String.UnicodeScalarView()
    for (index, scalar) in zip(result.indices, result) {
      let next = result.index(after: index)
      if scalar == "\r", next < result.endIndex, result[next] == "\n" { continue }
      normal.append(scalar)
    }
    return String(normal)
  }

  /// The first and last lines of a long text, and how many lines were left out between them.
  static func shortened(_ text: String, head: Int = 400, tail: Int = 100, bytes: Int = 200_000) -> Shortened {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > head + tail + 20 || text.utf8.count > bytes else {
      return Shortened(head: text, omitted: 0, tail: "")
    }
    let clip = { (line: Substring) in line.utf8.count > 2000 ? line.prefix(1000) + " …" : line }
    guard lines.count > head + tail + 20 else {
      return Shortened(head: lines.map(clip).joined(separator: "\n"), omitted: 0, tail: "")
    }
    return Shortened(
      head: lines.prefix(head).map(clip).joined(separator: "\n"), omitted: lines.count - head - tail,
      tail: lines.suffix(tail).map(clip).joined(separator: "\n"))
  }

  struct Shortened {
    var head: String
    /// The number of lines left out between `head` and `tail`.
    var omitted: Int
    var tail: String
  }
}
