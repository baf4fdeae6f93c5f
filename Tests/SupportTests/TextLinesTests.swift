import Support
import Testing

struct TextLinesTests {
  private static let marks: [(name: String, bytes: [UInt8])] = [
    ("LF", [10]), ("CRLF", [13, 10]), ("CR", [13]),
  ]

  @Test func everyLineEndIsOne() {
    let texts = ["a", "", " b\u{301} ", "", "ü"]
    for (_, mark) in Self.marks {
      for bom in [[], [0xEF, 0xBB, 0xBF]] as [[UInt8]] {
        for isEnded in [true, false] {
          let bytes = bom + texts.map { Array($0.utf8) }.joined(separator: mark) + (isEnded ? mark : [])
          let lines = Array(TextLines(bytes))
          #expect(lines.map(\.text) == texts)
          #expect(lines.map(\.number) == [1, 2, 3, 4, 5])
        }
      }
    }
  }

  @Test func mixedEndsAndEmptyTexts() {
    #expect(TextLines("a\r\nb\nc\rd\n\re").map(\.shown) == ["a", "b", "c", "d", "", "e"])
    #expect(TextLines("").map(\.shown) == [])
    #expect(TextLines("\u{FEFF}").map(\.shown) == [])
    #expect(TextLines("\n").map(\.shown) == [""])
    #expect(TextLines("\r\n\r\n").map(\.shown) == ["", ""])
  }

  /// Against a reference that looks at one byte after the other.
  @Test func randomTextsAreSplitAsByHand() {
    var random = SeededRandom(7)
    for _ in 0..<20_000 {
      let alphabet: [UInt8] = [10, 13, 97, 32, 0xC3, 0xBC, 0xFF]
      let bytes = (0..<random.next(below: 14)).map { _ in alphabet[random.next(below: alphabet.count)] }
      var expected: [[UInt8]] = []
      var line: [UInt8] = []
      var position = 0
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if byte == 13, position < bytes.count, bytes[position] == 10 { position += 1 }
        if byte == 10 || byte == 13 {
          expected.append(line)
          line = []
        } else {
          line.append(byte)
        }
      }
      if !line.isEmpty { expected.append(line) }
      #expect(TextLines(bytes).map { Array($0.bytes) } == expected)
    }
  }

  @Test func whatIsNoTextIsShownEscaped() {
    let line = TextLines([0x63, 0xE9, 0x1B, 0x5B]).first { _ in true }
    #expect(line?.text == nil && line?.shown == "c\\xE9\\x1B[")
    #expect(String(escaping: Array("a\u{200B}é\u{1F642}\\".utf8)) == "a\\u{200B}é🙂\\")
    #expect(String(escaping: [0xF0, 0x9F, 0x99]) == "\\xF0\\x9F\\x99")
    #expect(String(escaping: [0xC0, 0x80, 0xED, 0xA0, 0x80]) == "\\xC0\\x80\\xED\\xA0\\x80")
  }
}

/// Random numbers with a fixed seed.
struct SeededRandom {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func next(below limit: Int) -> Int { limit > 0 ? Int(next() % UInt64(limit)) : 0 }
}
