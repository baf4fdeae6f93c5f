import Foundation
import Support
import Testing

/// Strings of JSON texts, written and read byte by byte.
struct JSONTextTests {
  /// What the string that follows an opening quote holds, and the byte behind it.
  private func read(
    _ text: String, _ loneSurrogates: JSONText.LoneSurrogates = .refused
  ) throws -> (text: String, end: Int) {
    var position = 0
    let bytes = try Array(text.utf8).withUnsafeBytes {
      try JSONText.string(in: $0, at: &position, loneSurrogates: loneSurrogates)
    }
    return (String(decoding: bytes, as: UTF8.self), position)
  }

  static let samples = [
    "", "plain", "é/🙂 ' <b>", "\"quoted\" \\ \n\r\t",
    "\u{0}\u{1}\u{1F}\u{7F}\u{85}\u{2028}\u{2029}", "e\u{301}",
  ]

  @Test(arguments: samples) func whatIsWrittenIsRead(_ sample: String) throws {
    let text = JSONText.quoted(sample)
    let found = try read(String(text.dropFirst()))
    #expect(Array(found.text.unicodeScalars) == Array(sample.unicodeScalars))
    #expect(found.end == text.utf8.count - 1)
    let decoded = try JSONDecoder().decode([String].self, from: Data("[\(text)]".utf8))
    #expect(Array(decoded[0].unicodeScalars) == Array(sample.unicodeScalars))
  }

  @Test func onlyWhatMustBeIsEscaped() {
    #expect(JSONText.quoted("layer.0/weight é🙂") == "\"layer.0/weight é🙂\"")
    #expect(JSONText.quoted("\"\\\n\r\t\u{1}") == #""\"\\\n\r\t\u0001""#)
    #expect(JSONText.quoted("\u{7F}\u{9F}\u{2028}\u{2029}") == #""\u007f\u009f\u2028\u2029""#)
  }

  @Test func everyEscapeIsRead() throws {
    #expect(try read(#"\"\\\/\b\f\n\r\t\u00e9\u00E9" and more"#).text == "\"\\/\u{8}\u{C}\n\r\téé")
    #expect(try read(#"\ud83d\ude42""#).text == "🙂")
  }

  @Test func halfAPairOfSurrogatesIsReplacedOnlyWhereThatIsAskedFor() throws {
    for (text, shown) in [
      (#"\ud83d""#, "\u{FFFD}"), (#"\ude42""#, "\u{FFFD}"), (#"\ud83d\u0041""#, "\u{FFFD}A"),
      (#"\ud83d\ud83d\ude42""#, "\u{FFFD}🙂"), (#"\ud83d\n""#, "\u{FFFD}\n"),
    ] {
      #expect(try read(text, .replaced).text == shown)
      let fault = #expect(throws: JSONText.Fault.self) { try read(text) }
      #expect(fault?.position == 0)
    }
  }

  @Test(
    arguments: [
      ("abc", .open, 3), ("a\\", .openEscape, 1), ("a\nb\"", .controlCharacter, 1),
      ("a\\q\"", .unknownEscape(UInt8(ascii: "q")), 1), ("\\u12g4\"", .notHexadecimal, 4),
      ("\\u12", .notHexadecimal, 4), ("\\udc00\"", .loneSurrogate, 0), ("\\ud800\\u0041\"", .brokenPair, 0),
    ] as [(String, JSONText.Fault.Kind, Int)])
  func whatIsWrongIsSaidWithItsPlace(_ text: String, _ kind: JSONText.Fault.Kind, _ position: Int) {
    let fault = #expect(throws: JSONText.Fault.self) { try read(text) }
    #expect(fault?.kind == kind && fault?.position == position)
  }
}
