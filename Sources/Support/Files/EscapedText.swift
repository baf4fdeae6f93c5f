extension String {
  /// Bytes that may be no text, fit for one line of a terminal.
  ///
  /// What is not UTF-8 becomes `\xE9`, what is not for print `\n`, `\x1B` or `\u{200B}`, as Lua writes them.
  /// A backslash stays one.
  public init(escaping bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    var result = ""
    var position = 0
    while position < bytes.count {
      if let (scalar, length) = Self.scalar(bytes[position...]) {
        result.append(escaped: scalar)
        position += length
      } else {
        result += Self.hexadecimal(bytes[position])
        position += 1
      }
    }
    self = result
  }

  /// `text` fit for one line of a terminal.
  public init(escaping text: String) { self.init(escaping: text.utf8) }

  /// The character that `bytes` begin with and its length; nil when they begin with no UTF-8.
  private static func scalar(_ bytes: ArraySlice<UInt8>) -> (Unicode.Scalar, length: Int)? {
    guard let first = bytes.first else { return nil }
    let length = first < 0x80 ? 1 : (~first).leadingZeroBitCount
    guard length <= 4, length > 0, let text = String(validating: bytes.prefix(length), as: UTF8.self),
      let scalar = text.unicodeScalars.first, text.utf8.count == length
    else { return nil }
    return (scalar, length)
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  private mutating func append(escaped scalar: Unicode.Scalar) {
    switch scalar {
    case "\n": self += "\\n"
    case "\r": self += "\\r"
    case "\t": self += "\\t"
    case _ where scalar.isASCII && !(0x20..<0x7F).contains(scalar.value):
      self += Self.hexadecimal(UInt8(scalar.value))
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        self += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: unicodeScalars.append(scalar)
      }
    }
  }
}
