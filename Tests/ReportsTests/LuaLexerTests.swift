import Reports
import Testing

/// The lexer that marks code up in reports and finds what cells declare.
struct LuaLexerTests {
  private func kinds(_ source: String, comments: Bool = false) -> [String] {
    var lexer = LuaLexer(source, givesComments: comments)
    var result: [String] = []
    while let token = lexer.next() { result.append("\(token.kind) \(token.text)") }
    return result
  }

  @Test func tokensAreThoseOfLua() throws {
    let source = "local a = 0x1p-4 .. \"é\\\"\" -- end\nf[[\n]]"
    let expected = [
      "keyword local", "name a", "symbol =", "number 0x1p-4", "symbol ..", "string \"é\\\"\"", "name f",
      "string [[\n]]",
    ]
    #expect(kinds(source) == expected)
    #expect(try LuaLexer.tokens(of: source).map { "\($0.kind) \($0.text)" } == expected)
  }

  @Test func commentsAreTokensWhereTheyAreAskedFor() {
    #expect(
      kinds("--[==[ a\n]] ]==] x --", comments: true) == [
        "comment --[==[ a\n]] ]==]", "name x", "comment --",
      ])
    #expect(kinds("--[= x\ny", comments: true) == ["comment --[= x", "name y"])
  }

  /// `\z` carries a string over line ends; two points before a digit join.
  @Test func rareFormsAreRead() {
    #expect(kinds("'a\\z\n  b' x") == ["string 'a\\z\n  b'", "name x"])
    #expect(kinds("s ..2") == ["name s", "symbol ..", "number 2"])
  }

  @Test func rangesAreOfBytes() {
    var lexer = LuaLexer("é x")
    #expect(lexer.next()?.range == 0..<2)
    #expect(lexer.next()?.range == 3..<4)
    #expect(lexer.next() == nil)
  }
}
