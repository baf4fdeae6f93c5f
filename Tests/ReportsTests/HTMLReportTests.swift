import Foundation
import Support
import Reports
import TestSupport
import Testing

struct HTMLReportTests {
  /// Reads a page with Python's parser: tags nest, ids are unique, links to the page lead somewhere, images
  /// have texts, nothing runs and nothing is loaded from elsewhere. Prints what it found as JSON.
  private static let checker = #"""
    import sys, json, html.parser
    VOID = {'meta','img','br','hr','input','link','col','wbr'}
    P_CLOSERS = {'p','div','ul','ol','table','pre','section','figure','details','dl','h1','h2','h3','blockquote'}
    class Checker(html.parser.HTMLParser):
        def __init__(self):
            super().__init__(convert_charrefs=True)
            self.stack, self.ids, self.links, self.faults = [], [], [], []
            self.images = self.scripts = self.own = 0
            self.texts, self.tags = {}, {}
        def handle_starttag(self, tag, attrs):
            a = dict(attrs)
            self.tags[tag] = self.tags.get(tag, 0) + 1
            if len(a) != len(attrs): self.faults.append('attribute twice in ' + tag)
            if 'id' in a: self.ids.append(a['id'])
            for name, value in attrs:
                if name.startswith('on'): self.faults.append('handler ' + name)
                if name in ('href', 'src') and (value or '').strip().lower().startswith(('javascript', 'vbscript', 'file')):
                    self.faults.append('address ' + value)
            if tag == 'a': self.links.append(a.get('href', ''))
            if tag == 'img':
                self.images += 1
                if not a.get('alt'): self.faults.append('image without text')
                if a.get('src', '').startswith(('http', '//')): self.faults.append('remote image')
            if tag == 'script': self.own += 1
            if tag in ('iframe', 'object', 'embed', 'form', 'base', 'link'): self.scripts += 1
            if tag in P_CLOSERS and 'p' in self.stack: self.faults.append(tag + ' in p')
            if tag not in VOID: self.stack.append(tag)
        def handle_endtag(self, tag):
            if tag in VOID: return
            if not self.stack or self.stack[-1] != tag: self.faults.append('</%s> closes %s' % (tag, self.stack[-3:]))
            else: self.stack.pop()
        def handle_data(self, data):
            tag = self.stack[-1] if self.stack else ''
            for c in data:
                if ord(c) < 32 and c not in '\n\t' or 127 <= ord(c) < 160: self.faults.append('control %x' % ord(c))
            self.texts[tag] = self.texts.get(tag, '') + data + '\n'
    c = Checker()
    c.feed(open(sys.argv[1], encoding='utf-8').read()); c.close()
    if c.stack: c.faults.append('not closed: %s' % c.stack)
    if len(set(c.ids)) != len(c.ids): c.faults.append('id twice')
    for l in c.links:
        if l.startswith('#') and l[1:] not in c.ids: c.faults.append('dead link ' + l)
    json.dump(dict(faults=c.faults, images=c.images, scripts=c.scripts, own=c.own, texts=c.texts, tags=c.tags, links=c.links), sys.stdout)
    """#

  private struct Page: Decodable {
    var faults: [String]
    var images: Int
    /// Elements that could run or load something.
    var scripts: Int
    /// Elements `script`.
    var own: Int
    var texts: [String: String]
    var tags: [String: Int]
    var links: [String]
  }

  /// The texts of the elements `script`, which are the program's own.
  static func scripts(of html: String) -> [String] {
    html.components(separatedBy: "<script").dropFirst().map { part in
      String(part.prefix(upTo: part.range(of: "</script>")?.lowerBound ?? part.endIndex))
    }
  }

  /// Nil where there is no Python.
  private func check(_ html: String) throws -> Page? {
    guard Python.isThere else { return nil }
    let folder = try TemporaryFolder()
    let result = try Python.run(Self.checker, folder.write(html, "page.html").string)
    #expect(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Page.self, from: Data(result.output.utf8))
  }

  @Test func pageIsWellFormedAndHoldsEverything() throws {
    let html = HTMLReport.render(Sample.notebook(), facts: Sample.facts())
    #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(html.contains("data:image/png;base64," + Sample.png.base64EncodedString()))
    #expect(html.contains("A <em>glance</em>, then a few patches."))
    guard let page = try check(html) else { return }
    #expect(page.faults == [])
    #expect(page.images == 1)
    #expect(page.scripts == 0)
    #expect(page.own == Self.scripts(of: html).count)
    #expect(page.tags["h1"] == 1, "the title is shown once")
    #expect(page.texts["title"] == "Threshold sweep\n")
    #expect(page.links.contains("#traces") && page.links.contains("#traces-2"))
    #expect(page.links.contains("#cell-6"), "the header leads to the cell that failed")
    let shown = page.texts.values.joined()
    for text in [
      "hello", "{ 0.5, 0.75 }", "Accuracy by step.", "61.25", "A curve.", "attempt to index a nil value",
      "in cell 6", "not run", "0123456789ab", "with uncommitted changes", "Test CPU", "250 ms",
      "gfnet-lab run scripts/threshold_sweep.lua limit=20 'name=it'\\''s'",
    ] {
      #expect(shown.contains(text), "\(text)")
    }
  }

  @Test func failingLineIsMarked() {
    for lineEnd in ["\n", "\r\n"] {
      var notebook = Sample.notebook()
      notebook.cells[5].source = ["local x = nil", "print(x.y)"].joined(separator: lineEnd)
      let html = HTMLReport.render(notebook, facts: Sample.facts())
      let marked = html.components(separatedBy: "<span class=\"l hit\">")
      #expect(marked.count == 2)
      #expect(marked.last?.hasPrefix("<span class=\"b\">print</span>(x.y)") == true)
    }
  }

  @Test func titlesOfCellsAreHeadingsAndCodeIsFolded() {
    var notebook = Sample.notebook()
    notebook.cells[3].title = "Traces & <more>"
    let html = HTMLReport.render(notebook, facts: Sample.facts())
    #expect(html.contains("<h2 id=\"traces-more\">Traces &amp; &lt;more&gt;</h2>"))
    #expect(html.contains("href=\"#traces-more\""))
    // Only the cell that failed is unfolded.
    #expect(html.components(separatedBy: "class=\"fold\" id=").count == 5)
    #expect(html.components(separatedBy: " checked><label for=\"code-of-").count == 2)
    let markdown = MarkdownReport.render(notebook, facts: Sample.facts())
    #expect(
      markdown.contains("\n## Traces & \\<more\\>\n") || markdown.contains("\n## Traces &amp; &lt;more&gt;\n")
    )
  }

  @Test func decimalPointsAlign() {
    let html = HTMLReport.render(Sample.notebook(), facts: Sample.facts())
    #expect(html.contains("<td class=\"number\">61.25</td>"))
    #expect(html.contains("<td>margin</td>"))
    var notebook = Sample.notebook()
    let mixed = Notebook.Table(
      name: "mixed", columns: ["x"], rows: [[.number(1, digits: nil)], [.number(2.125, digits: nil)]])
    notebook.cells[3].outputs = [.table(mixed)]
    let padded = HTMLReport.render(notebook, facts: Sample.facts())
    #expect(padded.contains("<td class=\"number\">1<span class=\"pad\" data-pad=\".000\"></span></td>"))
  }

  /// A formula scrolls sideways where it is too wide, never downwards, and not at all on paper.
  @Test func displayedFormulasDoNotScrollDownwards() throws {
    let html = HTMLReport.render(Sample.notebook(), facts: Sample.facts())
    let print = try #require(html.range(of: "@media print"))
    let rule = "math[display=\"block\"] {"
    let onScreen = try #require(html.range(of: rule))
    #expect(onScreen.upperBound < print.lowerBound)
    let shown = html[onScreen.upperBound...].prefix { $0 != "}" }
    #expect(shown.contains("overflow-x: auto; overflow-y: hidden;"))
    let onPaper = try #require(html.range(of: rule, range: print.upperBound..<html.endIndex))
    let printed = html[onPaper.upperBound...].prefix { $0 != "}" }
    #expect(printed.contains("overflow: visible;"))
  }

  /// Everything a script can put on the page, as an attack.
  @Test func hostileTextStaysText() throws {
    let attack =
      "</script></pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\"' &amp; \u{0}\u{1B}[31mred\u{1B}[0m\u{202E}\u{FFFE}"
    let markdown = """
      # \(attack)
      <script>alert(2)</script> <img src=x onerror=alert(3)>
      [link](javascript:alert(4)) [v](vbscript:x) ![i](javascript:alert(5)) ![r](https://example.com/x.png)
      ![f](file:///etc/passwd) ![up](../../etc/passwd) ![abs](/etc/passwd)

      <iframe src="https://example.com"></iframe>

      # ![image](https://example.com/heading.png) in a heading
      # <b onclick=alert(6)>cell-1</b>
      # top
      """
    let value = Notebook.Table.Value.text(attack)
    let table = Notebook.Table(
      name: attack, caption: attack, columns: [attack, "b"], rows: [[value], [value, value]])
    var facts = Sample.facts()
    facts.command = ["gfnet-lab", attack]
    facts.parameters = [.init(name: attack, value: .string(attack), defaultValue: .null, help: attack)]
    let notebook = Notebook(
      title: attack, source: FilePath(attack),
      cells: [
        Sample.cell(.markdown, markdown),
        Sample.cell(.parameters, attack + "\n--[[ " + attack),
        Sample.cell(
          .code, attack,
          [
            .text(attack), .value(attack), .markdown(markdown), .table(table),
            .figure(Sample.picture(attack, caption: attack, csv: attack)),
            .error(message: attack, traceback: attack),
          ], .failed),
      ])
    let html = HTMLReport.render(notebook, facts: facts)
    #expect(
      Self.scripts(of: html) == Self.scripts(of: HTMLReport.render(Sample.notebook(), facts: Sample.facts())))
    #expect(!html.contains("\u{202E}"), "direction overrides are shown, not obeyed")
    #expect(html.contains("⟨U+202E⟩"))
    guard let page = try check(html) else { return }
    #expect(page.faults == [])
    #expect(page.scripts == 0 && page.own == Self.scripts(of: html).count)
    #expect(page.images == 1, "only the figure: images from elsewhere become links")
    #expect(page.texts["pre", default: ""].contains("red"))
    #expect(!page.texts["pre", default: ""].contains("[31m"), "terminal colours are dropped")
  }

  /// Kilobytes of Markdown of which cmark would make gigabytes, or take hours.
  @Test(arguments: [
    String(repeating: "|a", count: 6000) + "\n" + String(repeating: "|-", count: 6000) + "\n"
      + String(repeating: "|b\n", count: 6000),
    "> a|b\n" + String(repeating: "> -|-\n", count: 20_000), String(repeating: "|`", count: 50_000),
    String(repeating: "- ", count: 20_000) + "a" + String(repeating: "\n", count: 20_000) + "b",
    "[r]: /" + String(repeating: "u", count: 20_000) + "\n\n" + String(repeating: "[r]", count: 20_000),
    String(repeating: "a<?", count: 20_000), String(repeating: "a.b@c.", count: 20_000),
  ])
  func markdownThatGrowsWithoutBoundIsShownAsTyped(_ text: String) throws {
    let notebook = Notebook(
      title: "t", source: "s.lua",
      cells: [Sample.cell(.markdown, text), Sample.cell(.code, "x", [.markdown(text)])])
    let html = HTMLReport.render(notebook, facts: Sample.facts())
    #expect(html.components(separatedBy: "This Markdown is shown as it was typed: ").count == 3)
    #expect(html.utf8.count < 1_500_000)
    #expect(!html.contains("<td"))
  }

  @Test func largeMarkdownIsRendered() throws {
    let table = "| a | b | c |\n|---|--:|---|\n" + String(repeating: "| 1 | 2 | x@y.z |\n", count: 3000)
    let text = String(repeating: "# Same\n- a\n  - b\n    > quoted\n\n", count: 1000) + table
    let notebook = Notebook(title: "t", source: "s.lua", cells: [Sample.cell(.markdown, text)])
    let html = HTMLReport.render(notebook, facts: Sample.facts())
    #expect(html.contains("<h1 id=\"same-1000\">"))
    #expect(html.components(separatedBy: "<td").count == 9001)
  }

  @Test func longOutputIsShortened() throws {
    var notebook = Sample.notebook()
    let lines = (1...50_000).map { "line \($0)" }.joined(separator: "\n")
    let rows = (1...5000).map { [Notebook.Table.Value.number(Double($0), digits: nil)] }
    notebook.cells[3].outputs = [.text(lines), .table(.init(name: "long", columns: ["n"], rows: rows))]
    let html = HTMLReport.render(notebook, facts: Sample.facts())
    #expect(html.utf8.count < 200_000)
    #expect(html.contains("… 49500 lines left out …"))
    #expect(html.contains("line 50000"))
    #expect(html.contains("The first 200 of 5000 rows"))
  }

  @Test func progressLinesShowTheirLastState() {
    var notebook = Sample.notebook()
    notebook.cells[3].outputs = [.text("10 %\r50 %\r100 %\r\nnext\r\n")]
    let html = HTMLReport.render(notebook, facts: Sample.facts())
    #expect(html.contains("<pre class=\"out\" tabindex=\"0\">100 %\nnext</pre>"))
  }

  /// WCAG AA: text reaches a contrast of 4.5 with its ground, in light, dark and print.
  @Test func coloursHaveContrast() throws {
    let html = HTMLReport.render(Sample.notebook(), facts: Sample.facts())
    let blocks = html.components(separatedBy: ":root {").dropFirst()
    #expect(blocks.count == 3)
    for block in blocks {
      var colours: [String: [Double]] = [:]
      for match in block.prefix(while: { $0 != "}" }).matches(of: /--([a-z-]+): #([0-9a-f]{3,6});/) {
        let digits = match.2.count == 3 ? match.2.map { "\($0)\($0)" }.joined() : String(match.2)
        let value = try #require(Int(digits, radix: 16))
        colours[String(match.1)] = [16, 8, 0].map { Double(value >> $0 & 255) / 255 }
      }
      let grounds = [
        ("paper", ["text", "soft", "accent", "good", "bad"]),
        ("shade", ["text", "soft", "comment", "string", "number", "keyword", "builtin", "call", "bad"]),
        ("bad-shade", ["bad", "soft", "text", "accent"]), ("hit", ["text", "string", "keyword", "number"]),
      ]
      for (ground, texts) in grounds {
        for text in texts {
          let a = luminance(try #require(colours[text], "\(text)"))
          let b = luminance(try #require(colours[ground], "\(ground)"))
          let contrast = (max(a, b) + 0.05) / (min(a, b) + 0.05)
          #expect(contrast >= 4.5, "\(text) on \(ground): \(contrast)")
        }
      }
    }
  }

  private func luminance(_ colour: [Double]) -> Double {
    let linear = colour.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }
}
