import Foundation
import Reports
import Testing

/// Formulas in Markdown cells.
@Suite struct MathTests {
  private func html(_ markdown: String) -> String {
    var notebook = Sample.notebook()
    notebook.cells = [Notebook.Cell(kind: .markdown, source: markdown, firstLine: 1)]
    let page = HTMLReport.render(notebook, facts: Sample.facts())
    let start = page.range(of: "<section class=\"prose\"")?.lowerBound ?? page.startIndex
    let end = page.range(of: "</section>")?.upperBound ?? page.endIndex
    return start < end ? String(page[start..<end]) : ""
  }

  @Test(arguments: [
    ("$E=mc^2$", "<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>"),
    ("so $p_t[y]$ is", "<msub><mi>p</mi><mi>t</mi></msub><mo>[</mo><mi>y</mi><mo>]</mo>"),
    (
      "$\\frac{1}{N}\\sum_{i=1}^{N} x_i$",
      "<mfrac><mrow><mn>1</mn></mrow><mrow><mi>N</mi></mrow></mfrac><munderover><mo>∑</mo>"
    ),
    ("$q^k \\le 0.5$", "<msup><mi>q</mi><mi>k</mi></msup><mo>≤</mo><mn>0.5</mn>"),
    ("$\\pi_\\theta(a|s)$", "<msub><mi>π</mi><mi>θ</mi></msub>"), ("$a < b$", "<mo>&lt;</mo>"),
    ("$$\\sqrt{x*y*z}$$", "<math display=\"block\"><mrow><msqrt>"),
    ("## About $\\lambda$", "<mi>λ</mi>"),
  ])
  func formulasAreDrawn(_ markdown: String, _ part: String) {
    let html = html(markdown)
    #expect(html.contains("<math") && html.contains(part), "\(html)")
    #expect(!html.contains("$") && !html.unicodeScalars.contains { ("\u{E000}"..."\u{E001}").contains($0) })
  }

  @Test(arguments: [
    "from $5 to $10", "`$x$` is code", "```\n$x^2$\n```", "costs \\$3 and \\$4", "$ x $", "$x",
    "$\\unknown{x}$", "$x$5",
    "$a{b$", "$" + String(repeating: "{", count: 60) + String(repeating: "}", count: 60) + "$",
  ])
  func othersStayAsTyped(_ markdown: String) {
    let html = html(markdown)
    #expect(!html.contains("<math") && html.contains("$"), "\(html)")
  }

  @Test func manyFormulasAreAllDrawn() {
    let html = html(String(repeating: "$a$ `$b$` ", count: 20_000))
    #expect(html.components(separatedBy: "<math>").count == 20_001)
    #expect(html.components(separatedBy: "<code>$b$</code>").count == 20_001)
  }

  @Test func nothingOfAFormulaIsMarkup() {
    let html = html("$<script>alert(1)</script>$ and $\\text{<b>}$ and \u{E000}0\u{E001}")
    #expect(!html.contains("<script") && !html.contains("<b>"))
  }
}
