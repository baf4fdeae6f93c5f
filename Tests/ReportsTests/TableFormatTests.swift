import Foundation
import Reports
import TestSupport
import Testing

struct TableFormatTests {
  private let table = Notebook.Table(
    name: "t", caption: "A caption\nin two lines", columns: ["plain", "with, comma", "100 % & more_$#"],
    rows: [
      [.text("a \"quoted\" word"), .number(0.1 + 0.2, digits: 2), .text("two\r\nlines")],
      [.text(""), .number(-1e-9, digits: nil), .text("C:\\x{y}^2~<z>|")],
      [.empty, .number(12_345_678, digits: nil), .text("× 10⁸")],
      [.text("short row")],
    ])

  @Test func everyLineEndsInCRLF() {
    let csv = table.csv
    #expect(csv.hasSuffix("short row,,\r\n"))
    #expect(csv.utf8.count { $0 == 10 } == csv.utf8.count { $0 == 13 })
  }

  @Test(.enabled(if: Python.isThere, "there is no \(Python.name)"))
  func csvReadsBack() throws {
    let reader =
      "import csv,json,sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8'), strict=True))))"
    let folder = try TemporaryFolder()
    let result = try Python.run(reader, folder.write(table.csv, "table.csv").string)
    try #require(result.status == 0, "\(result.errors)")
    let rows = try JSONDecoder().decode([[String]].self, from: Data(result.output.utf8))
    #expect(
      rows == [
        ["plain", "with, comma", "100 % & more_$#"],
        ["a \"quoted\" word", "0.30000000000000004", "two\r\nlines"],
        ["", "-1e-09", "C:\\x{y}^2~<z>|"], ["", "12345678", "× 10⁸"], ["short row", "", ""],
      ])
    #expect(Double(rows[1][1]) == 0.1 + 0.2, "full precision")
  }

  @Test func wholeNumbersKeepAllDigits() {
    let table = Notebook.Table(
      name: "t", columns: ["x"],
      rows: [
        [.integer(9_007_199_254_740_993, digits: nil)], [.integer(.min, digits: 2)], [.integer(3, digits: 1)],
      ])
    #expect(table.csv == "x\r\n9007199254740993\r\n-9223372036854775808\r\n3\r\n")
    #expect(table.rows.map { $0[0].shown } == ["9007199254740993", "-9223372036854775808", "3.0"])
    #expect(table.latex.contains("{S[table-format=-19.1]}"))
    #expect(table.latex.contains("\n9007199254740993 \\\\\n-9223372036854775808 \\\\\n3.0 \\\\\n"))
  }

  @Test func loneEmptyFieldIsNotABlankLine() {
    let table = Notebook.Table(name: "t", columns: ["x"], rows: [[.empty], [.number(.nan, digits: 3)]])
    #expect(table.csv == "x\r\n\"\"\r\nnan\r\n")
  }

  @Test func latexIsEscaped() {
    #expect(
      table.latex == ##"""
        % A caption in two lines
        % Needs \usepackage{booktabs,siunitx}.
        \begin{tabular}{lS[table-format=-8.2e-1]l}
        \toprule
        plain & {with, comma} & 100 \% \& more\_\$\# \\
        \midrule
        a \textquotedbl{}quoted\textquotedbl{} word & 0.30 & two  lines \\
         & -1e-9 & C:\textbackslash{}x\{y\}\textasciicircum{}2\textasciitilde{}\textless{}z\textgreater{}\textbar{} \\
         & 12345678 & $\times$ 10$^{8}$ \\
        short row &  &  \\
        \bottomrule
        \end{tabular}

        """##)
  }

  /// The best of a column is bold wherever a table can have bold; what readers cannot tell from it is as good.
  @Test func theBestIsMarked() throws {
    let table = Notebook.Table(
      name: "t", columns: ["method", "top-1", "cost", "mixed"],
      rows: [
        [
          .text("a"), .uncertain(76.5, uncertainty: 0.12, digits: nil), .number(8, digits: nil),
          .number(-1e-9, digits: nil),
        ],
        [
          .text("b"), .uncertain(75.93, uncertainty: 0.08, digits: nil), .number(2.00004, digits: nil),
          .text("none"),
        ],
        [.text("c"), .uncertain(76.503, uncertainty: 0.2, digits: nil), .number(2, digits: nil), .empty],
        [
          .text("d"), .number(.infinity, digits: nil), .number(.nan, digits: nil),
          .number(1e300, digits: nil),
        ],
      ], best: [1: .highest, 2: .lowest, 3: .lowest, 9: .highest])
    let latex = table.latex
    #expect(latex.contains("{lS[table-format=2.3(2),detect-weight]S[table-format=1,detect-weight]l}"))
    #expect(latex.contains("a & \\bfseries 76.50(12) & 8 & \\bfseries \\num{-1e-9} \\\\"), "\(latex)")
    #expect(latex.contains("b & 75.930(80) & \\bfseries 2 & none \\\\"))
    #expect(latex.contains("c & \\bfseries 76.50(20) & \\bfseries 2 &  \\\\"))
    #expect(latex.contains("d & {$\\infty$} & {--} & \\num{1e300} \\\\"))
    #expect(table.csv.contains("c,76.503,0.2,2,"), "files of numbers have numbers alone")
    var notebook = Sample.notebook()
    notebook.cells[3].outputs = [.table(table)]
    let html = HTMLReport.render(notebook, facts: Sample.facts())
    #expect(
      html.components(separatedBy: "<b>76.50(").count == 3
        && html.components(separatedBy: "<b>2</b>").count == 3)
    #expect(html.components(separatedBy: "<b>-1e-09</b>").count == 2)
    let markdown = MarkdownReport.render(notebook, facts: Sample.facts())
    #expect(markdown.contains("| a | **76.50(12)** | 8 | **-1e-09** |"))
  }

  /// A row that begins with what would be an option of the line before it.
  @Test func rowsAreNoOptionsInLaTeX() {
    let table = Notebook.Table(
      name: "t", columns: ["[1em]"], rows: [[.text("[2em] & more")], [.text("* star")], [.text("plain")]])
    #expect(
      table.latex.contains("\\toprule\n{}[1em] \\\\\n\\midrule\n{}[2em] \\& more \\\\\n{}* star \\\\\nplain"))
  }

  @Test func markdownReportLinksFilesAndKeepsFences() {
    var notebook = Sample.notebook()
    notebook.cells[3].outputs.append(.text("```\n````\nfences"))
    notebook.cells[3].outputs.append(
      .table(.init(name: "../pipe|name", columns: ["a|b"], rows: [[.text("<img>\n*x*")]])))
    let text = MarkdownReport.render(notebook, facts: Sample.facts())
    #expect(text.hasPrefix("# Threshold sweep\n"))
    #expect(text.components(separatedBy: "# Threshold sweep\n").count == 2)
    #expect(text.contains("![A curve.](figures/curve.png)"))
    #expect(text.contains("[numbers](figures/curve.csv)"))
    #expect(text.contains("| Step | Rule | Top-1 (%) |\n| ---: | --- | ---: |\n| 1 | margin | 61.25 |"))
    #expect(text.contains("[CSV](tables/accuracy.csv), [LaTeX](tables/accuracy.tex)"))
    #expect(text.contains("`````text\n```\n````\nfences\n`````\n"))
    #expect(text.contains("(tables/pipe-name.csv)"))
    #expect(text.contains("| a\\|b |") && text.contains("| &lt;img&gt; \\*x\\* |"))
    #expect(text.contains("attempt to index a nil value"))
    #expect(text.contains("| limit | **20** | 10 | images |"))
    #expect(text.contains("git checkout 0123456789abcdef0123456789abcdef01234567"))
  }

  @Test func jsonIsValidWhateverItHolds() throws {
    let value: JSONValue = [
      "text": "quote \" slash \\ tab \t nul \u{0} line \u{2028} emoji 🙂", "nan": .number(.nan),
      "infinite": .number(-.infinity), "tiny": .number(.leastNonzeroMagnitude),
      "list": [1, 2.5, true, nil, []], "empty": .object([]),
      "third": .number(1.0 / 3), "nested": [["a": 1]],
    ]
    for text in [value.compact, value.pretty] {
      let parsed = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(parsed["text"] as? String == "quote \" slash \\ tab \t nul \u{0} line \u{2028} emoji 🙂")
      #expect(parsed["nan"] is NSNull && parsed["infinite"] is NSNull)
      #expect(parsed["third"] as? Double == 1.0 / 3)
      #expect((parsed["list"] as? [Any])?.count == 5)
    }
    #expect(!value.compact.contains("\n"))
    #expect(value.compact.hasPrefix("{\"text\":"), "members keep their order")
  }
}
