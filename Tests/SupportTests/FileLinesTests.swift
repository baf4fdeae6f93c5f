import Support
import TestSupport
import Testing

/// Lines that are read piece by piece are those of the whole text.
@Suite struct FileLinesTests {
  private func lines(_ bytes: [UInt8], longest: Int = 1 << 22) throws -> [String] {
    let folder = try TemporaryFolder()
    var found: [String] = []
    try FileLines.forEach(of: folder.write(bytes, "text.txt"), as: "list", longestLine: longest) {
      found.append("\($0.number):\($0.shown)")
    }
    return found
  }

  @Test(arguments: [
    "", "\n", "a", "a\n", "a\nb", "a\r\nb\r\n", "a\rb\r", "\r\n\r\n", "a\n\rb", "\u{FEFF}a\nb", "\u{FEFF}",
    "\u{FEFF}\n",
    "a\r",
  ])
  func shortTextsHaveTheLinesOfTextLines(_ text: String) throws {
    #expect(try lines(Array(text.utf8)) == TextLines(text).map { "\($0.number):\($0.shown)" })
  }

  /// Ends of lines that fall on the end of a piece are one end.
  @Test(arguments: [-2, -1, 0, 1, 2]) func piecesDoNotShow(_ shift: Int) throws {
    for end in ["\n", "\r\n", "\r"] {
      let head = String(repeating: "x", count: (1 << 20) + shift)
      let text = head + end + "second" + end + end + "last"
      #expect(try lines(Array(text.utf8)) == ["1:\(head)", "2:second", "3:", "4:last"])
    }
  }

  @Test func aLineThatIsTooLongIsNamed() {
    for text in ["ab\nabcdef\n", "ab\nabcdef", "ab\nabcdefabcdef\nab"] {
      #expect { try lines(Array(text.utf8), longest: 5) } throws: {
        "\($0)".contains("text.txt") && "\($0)".hasSuffix("line 2 is longer than 5 bytes")
      }
    }
    #expect(throws: FileError.self) {
      try FileLines.forEach(of: "/none/there", as: "list", longestLine: 5) { _ in }
    }
  }
}
