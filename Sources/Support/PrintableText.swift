extension StringProtocol {
  /// The text for one line of a terminal: what would move the cursor, ring or reverse the reading order is escaped,
  /// and what is longer than `limit` characters is cut.
  ///
  /// It is meant for whatever other people wrote: names of files, messages of plugins, fields of manifests.
  public func printable(upTo limit: Int = 500) -> String {
    var result = ""
    var count = 0
    for scalar in unicodeScalars {
      if count >= limit { return result + "…" }
      // What is escaped takes the room of its escape.
      count += scalar.value < 32 ? 4 : 1
      switch scalar.value {
      case 0x0A: result += "\\n"
      case 0x0D: result += "\\r"
      case 0x09: result += "\\t"
      case 0..<0x20, 0x7F..<0xA0: result += "\\x" + Self.hexadecimal(scalar.value, digits: 2)
      // Line and paragraph separators, and the marks that change the direction of what follows.
      case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
        result += "\\u{" + Self.hexadecimal(scalar.value, digits: 4) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: Swift.max(digits - text.count, 0)) + text
  }
}
