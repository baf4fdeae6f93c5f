/// Numbers as programs write them.
enum DecimalText {
  /// The whole number that all of `text` is, written without point and exponent; nil for anything else, and where 64
  /// bits do not hold it.
  static func integer(_ text: ArraySlice<UInt8>) -> Int? {
    text.count <= 400 ? Int(String(decoding: text, as: UTF8.self)) : nil
  }

  /// The number that all of `text` is: decimal, with an exponent or not, or nan, inf and infinity; nil for anything else.
  static func number(_ text: ArraySlice<UInt8>) -> Double? {
    guard let first = text.first, text.count <= 400 else { return nil }
    let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
    let body = String(decoding: text.dropFirst(isSigned ? 1 : 0), as: UTF8.self).lowercased()
    let sign: Double = first == UInt8(ascii: "-") ? -1 : 1
    switch body {
    case "nan": return .nan
    case "inf", "infinity": return sign * .infinity
    default:
      // Double would also take hexadecimal numbers.
      guard body.utf8.allSatisfy({ (0x30...0x39).contains($0) || [0x2E, 0x65, 0x2B, 0x2D].contains($0) })
      else {
        return nil
      }
      return Double(body).map { sign * $0 }
    }
  }
}
