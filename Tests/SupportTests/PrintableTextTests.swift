import Support
import Testing

@Suite struct PrintableTextTests {
  @Test(arguments: [
    ("plain, größe, 日本", "plain, größe, 日本"),
    ("a\u{1B}[2Jb", "a\\x1b[2Jb"),
    ("one\r\ntwo\tthree\u{7}", "one\\r\\ntwo\\tthree\\x07"),
    ("\u{9B}31m", "\\x9b31m"),
    ("left\u{202E}right", "left\\u{202e}right"),
    ("", ""),
  ])
  func escapesWhatMovesTheCursor(_ text: String, _ expected: String) {
    #expect(text.printable() == expected)
  }

  @Test func cutsWhatIsLong() {
    #expect(String(repeating: "x", count: 1_000_000).printable(upTo: 5) == "xxxxx…")
    #expect(String(repeating: "x", count: 5).printable(upTo: 5) == "xxxxx")
    #expect(String(repeating: "\u{1B}", count: 100).printable(upTo: 8) == "\\x1b\\x1b…")
  }
}
