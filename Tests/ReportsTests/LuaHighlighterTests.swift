import Foundation
import Reports
import Testing

/// Code as the report shows it.
struct LuaHighlighterTests {
  /// The spans of the highlighter may not change, add or lose a character of the code.
  @Test(arguments: [
    "local a = [==[ long\n ]] string ]==] .. 'q\\'uote' .. \"x\" -- end",
    "--[[ block\ncomment ]] x = 0x1p-4 + 1e+10 .. 3..4", "s = \"unfinished\nnext = [[ never closed\n",
    "--", "--[", "[", "[=", "goto ünïcode ::label::", "'\\", "a.end_ = t.type(f{1}, g'x')", "\n\n",
    "1..2...3.",
  ])
  func highlightingKeepsTheCode(_ code: String) throws {
    // Lines of text around it, because blank lines at the ends of a cell are not shown.
    let source = "do\n\(code)\nend"
    let notebook = Notebook(title: "t", source: "s.lua", cells: [Sample.cell(.code, source)])
    let html = HTMLReport.render(notebook, facts: Sample.facts())
    let start = try #require(html.range(of: "<code><span class=\"l\">"))
    let end = try #require(html.range(of: "</code></pre>", range: start.upperBound..<html.endIndex))
    var text = String(html[start.lowerBound..<end.lowerBound])
    text = text.replacing(/<[^>]*>/, with: "")
    for (entity, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ] {
      text = text.replacingOccurrences(of: entity, with: character)
    }
    #expect(text == source)
  }
}
