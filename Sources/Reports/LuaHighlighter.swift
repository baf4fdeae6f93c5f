/// Marks up Lua 5.4 source for HTML: one `<span class="l">` per line, classed spans for tokens.
///
/// It never fails, and adds and loses no character.
struct LuaHighlighter {
  /// What a token is, with the CSS class of its span.
  private enum Mark: String {
    case comment = "c"
    case string = "s"
    case number = "n"
    case keyword = "k"
    case builtin = "b"
    case call = "f"
  }

  private let source: String
  private let bytes: [UInt8]
  private let markedLine: Int?
  private var html = "<span class=\"l\">"
  private var line = 1

  /// The HTML of `source`; `markedLine` is the 1-based line to mark as the one that failed.
  static func html(_ source: String, markedLine: Int? = nil) -> String {
    var highlighter = LuaHighlighter(source: source, markedLine: markedLine)
    return highlighter.run()
  }

  private init(source: String, markedLine: Int?) {
    // A carriage return would show as a replacement character, and beside a line feed it is none of its own.
    self.source = String(source.unicodeScalars.filter { $0 != "\r" })
    bytes = Array(self.source.utf8)
    self.markedLine = markedLine
    if markedLine == 1 { html = "<span class=\"l hit\">" }
  }

  private mutating func run() -> String {
    var lexer = LuaLexer(source, givesComments: true)
    var end = 0
    while let token = lexer.next() {
      emit(end..<token.range.lowerBound, as: nil)
      emit(token.range, as: mark(of: token))
      end = token.range.upperBound
    }
    emit(end..<bytes.count, as: nil)
    return html + "</span>"
  }

  private func mark(of token: LuaToken) -> Mark? {
    switch token.kind {
    case .comment: .comment
    case .string: .string
    case .number: .number
    case .keyword: .keyword
    case .symbol: nil
    case .name: mark(ofName: token)
    }
  }

  private func mark(ofName token: LuaToken) -> Mark? {
    let start = token.range.lowerBound
    let isMember = start > 0 && [UInt8(ascii: "."), UInt8(ascii: ":")].contains(bytes[start - 1])
    if !isMember, Self.builtins.contains(token.text) { return .builtin }
    let following = bytes[token.range.upperBound...].first { $0 != UInt8(ascii: " ") }
    let isCalled = [UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: "\"")].contains { $0 == following }
    return isCalled ? .call : nil
  }

  /// Closes and reopens the token's span at line ends, so that spans never cross lines.
  private mutating func emit(_ range: Range<Int>, as mark: Mark?) {
    let open = mark.map { "<span class=\"\($0.rawValue)\">" } ?? ""
    let close = mark == nil ? "" : "</span>"
    html += open
    for scalar in String(decoding: bytes[range], as: UTF8.self).unicodeScalars {
      if scalar == "\n" {
        line += 1
        html += close + "</span>\n<span class=\"l\(line == markedLine ? " hit" : "")\">" + open
      } else {
        HTMLText.append(scalar, to: &html)
      }
    }
    html += close
  }

  private static let builtins: Set<Substring> = [
    "assert", "error", "getmetatable", "gfnet", "ipairs", "math", "next", "pairs", "pcall", "print",
    "rawequal", "rawget", "rawlen", "rawset", "require", "select", "self", "setmetatable", "string", "table",
    "tonumber", "tostring", "type", "utf8", "warn", "xpcall",
  ]
}
