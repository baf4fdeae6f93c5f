/// Turns printed bytes into text: bytes that are not UTF-8 are shown as `\\xff`, and a character may come in pieces.
struct PrintedText {
  /// The beginning of a character whose other bytes are still to come.
  private var pending: [UInt8] = []

  /// The text of the bytes so far that is not taken yet.
  mutating func take(_ bytes: UnsafeRawBufferPointer) -> String {
    if pending.isEmpty, let text = String(validating: bytes, as: UTF8.self) { return text }
    let all = pending + bytes
    pending = Array(all.suffix(Self.unfinished(all)))
    return Self.text(of: all.dropLast(pending.count))
  }

  /// The text of what is pending, as no more will come.
  mutating func finish() -> String {
    defer { pending = [] }
    return Self.text(of: pending[...])
  }

  /// The length of a character's beginning at the end.
  private static func unfinished(_ bytes: [UInt8]) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return byte < 0xF5 && needed > back ? back : 0
    }
    return 0
  }

  private static func text(of bytes: ArraySlice<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var result = ""
    var decoder = UTF8()
    var rest = bytes
    while !rest.isEmpty {
      var iterator = rest.makeIterator()
      if case .scalarValue(let scalar) = decoder.decode(&iterator) {
        result.unicodeScalars.append(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        let digits = String(rest.first ?? 0, radix: 16)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
        rest = rest.dropFirst()
      }
      decoder = UTF8()
    }
    return result
  }
}
