import Foundation

/// One cell of an ``HTMLReport``: its code, its outputs, its time and status.
struct HTMLCellRenderer {
  let report: HTMLReport
  let page: ReportPage
  let cell: Notebook.Cell
  /// The cell's number, from 0.
  let index: Int
  private(set) var pieces: [HTMLReport.Piece] = []
  private(set) var headings: [MarkdownHTML.Heading] = []
  private var html = ""

  init(report: HTMLReport, page: ReportPage, cell: Notebook.Cell, index: Int) {
    self.report = report
    self.page = page
    self.cell = cell
    self.index = index
  }

  mutating func render() {
    if cell.kind == .markdown {
      html += "<section class=\"prose\" id=\"cell-\(index + 1)\">\n"
      markdown(cell.source)
      outputs()
    } else {
      let source = cell.trimmedSource
      if source.isEmpty && cell.outputs.isEmpty { return }
      html +=
        "<section class=\"cell \(cell.status)\(cell.earlier == .stale ? " stale" : "")\" id=\"cell-\(index + 1)\">\n"
      heading()
      if !source.isEmpty { code(source) }
      if cell.kind == .parameters { parameters() }
      outputs()
    }
    html += "</section>\n"
    flush()
  }

  private mutating func flush() {
    if !html.isEmpty { pieces.append(.html(html)) }
    html = ""
  }

  private mutating func markdown(_ text: String) {
    let result = report.markdown(text, isFirst: index == 0)
    html += result.html
    headings += result.headings
  }

  private mutating func heading() {
    guard !cell.title.isEmpty else { return }
    let heading = report.heading(cell.title)
    html += "<h2 id=\"\(heading.anchor)\">\(HTMLText.escape(cell.title))</h2>\n"
    headings.append(heading)
  }

  /// Writes the code, folded away: a reader comes for the results. Where it failed, it is what the reader
  /// needs.
  ///
  /// A checkbox folds it, because style sheets can open all of those at once and `details` elements in few browsers.
  private mutating func code(_ source: String) {
    let first = cell.trimmedFirstLine
    let time = cell.seconds.map { NumberText.duration($0) } ?? ""
    var note = cell.status == .done ? time : HTMLText.escape(cell.statusNote ?? "")
    if let kept = cell.keptSeconds {
      note = "kept from an earlier run, which took \(NumberText.duration(kept))"
    }
    if !note.isEmpty {
      let title = cell.memory == nil ? "" : " title=\"time, most memory (and its change): \(cell.costNote)\""
      note =
        "<span class=\"note\"\(title)>\(note)\(cell.memory.map { ", " + NumberText.bytes(UInt64(max($0.peak, 0))) } ?? "")</span>"
    }
    let kind = cell.kind == .parameters ? "Parameters" : "Cell \(index + 1)"
    let name = "code-of-\(index + 1)"
    html += """
      <div class="code"><input type="checkbox" class="fold" id="\(name)"\(cell.failedLine == nil ? "" : " checked")>\
      <label for="\(name)"><span class="kind">\(kind)</span><span class="where">line \(first)</span>\(note)</label>
      <pre class="lua" style="counter-reset:line \(first - 1)" tabindex="0" aria-label="Code of cell \(index + 1)"\
      ><code>\(LuaHighlighter.html(source, markedLine: cell.failedLine))</code></pre>
      </div>

      """
  }

  private mutating func parameters() {
    guard !page.facts.parameters.isEmpty else { return }
    html +=
      "<div class=\"scroll\"><table class=\"data parameters\">\n<caption>Parameters of this run</caption>\n"
    html += "<thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">Value</th>"
    html += "<th scope=\"col\">Default</th><th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n"
    for parameter in page.facts.parameters {
      let value = HTMLText.escape(parameter.value.plain)
      html += "<tr\(parameter.isOverridden ? " class=\"overridden\"" : "")>"
      html += "<th scope=\"row\"><code>\(HTMLText.escape(parameter.name))</code></th>"
      html += "<td>\(value)\(parameter.isOverridden ? " <span class=\"set\">set</span>" : "")</td>"
      html += "<td>\(HTMLText.escape(parameter.defaultValue.plain))</td>"
      html += "<td>\(HTMLText.escape(parameter.help))</td></tr>\n"
    }
    html += "</tbody>\n</table></div>\n"
  }

  private mutating func outputs() {
    for (output, value) in cell.outputs.enumerated() {
      let position = ArtifactNames.Position(cell: index, output: output)
      switch value {
      case .text(let text): preformatted(text, class: "out")
      case .value(let text): preformatted(text, class: "out value")
      case .markdown(let text):
        html += "<div class=\"prose\">\n"
        markdown(text)
        html += "</div>\n"
      case .table(let table): self.table(table, at: position)
      case .figure(let picture): figure(picture, at: position)
      case .remark(let text): html += report.remark(text)
      case .error(let message, let traceback): error(message, traceback)
      }
    }
  }

  private mutating func preformatted(_ text: String, class name: String) {
    var text = HTMLText.terminalText(text)
    if text.hasSuffix("\n") { text.removeLast() }
    guard !text.isEmpty else { return }
    let parts = HTMLText.shortened(text)
    html += "<pre class=\"\(name)\" tabindex=\"0\">\(HTMLText.escape(parts.head))"
    if parts.omitted > 0 {
      html +=
        "\n<span class=\"omitted\">… \(parts.omitted) lines left out …</span>\n\(HTMLText.escape(parts.tail))"
    }
    html += "</pre>\n"
  }

  private mutating func error(_ message: String, _ traceback: String) {
    html += "<div class=\"error\" role=\"group\" aria-label=\"Error\">\n"
    html +=
      "<pre class=\"message\">\(HTMLText.escape(HTMLText.shortened(HTMLText.terminalText(message)).head))</pre>\n"
    if !traceback.isEmpty {
      let parts = HTMLText.shortened(HTMLText.terminalText(traceback), head: 60, tail: 20)
      html += "<pre class=\"traceback\">\(HTMLText.escape(parts.head))"
      if parts.omitted > 0 { html += "\n… \(parts.omitted) lines left out …\n\(HTMLText.escape(parts.tail))" }
      html += "</pre>\n"
    }
    html += "</div>\n"
  }

  // MARK: Figures and tables

  private mutating func figure(_ picture: Notebook.Picture, at position: ArtifactNames.Position) {
    let stem = page.names.stems[position] ?? "figure"
    let kind = picture.explorer == nil ? "picture" : "picture explorer"
    html += "<figure class=\"\(kind)\">\n<img alt=\"\(HTMLText.escape(picture.alternative(stem)))\""
    if picture.explorer != nil { html += " class=\"still\"" }
    if picture.width.isFinite, picture.height.isFinite, picture.width >= 1, picture.height >= 1,
      picture.width < 1e5, picture.height < 1e5
    {
      // Print sizes are small for a screen: one point becomes 1.9 pixels, 8 pt text about 15 px.
      let width = Int((picture.width * 1.9).rounded())
      let height = Int((picture.height * 1.9).rounded())
      html += " width=\"\(width)\" height=\"\(height)\""
      // On paper it has nearly the size that it was made for.
      html += " style=\"--print:\(Int((picture.width * 1.2).rounded()))pt\""
    }
    html += " src=\""
    flush()
    pieces.append(.image(position))
    html += "\">\n"
    // The page holds the shown file once; its script has this link lead there, so that it works in a page that was moved.
    var links = picture.files.prefix(1).map { file in
      "<a class=\"shown\" download=\"\(stem).\(file.ending)\" href=\"figures/\(stem).\(file.ending)\">"
        + "\(file.ending.uppercased())</a>"
    }
    links += picture.files.dropFirst().map { file in
      download(
        file.ending.uppercased(), file.content, file: "\(stem).\(file.ending)", folder: "figures",
        type: file.mediaType)
    }
    if let csv = picture.csv.map({ Data($0.utf8) }) {
      links.append(
        download("CSV", csv, file: "\(stem).csv", folder: "figures", type: Self.text("text/csv")))
    }
    if let explorer = picture.explorer {
      html += "<script type=\"application/json\">\(explorer.json)</script>\n"
    }
    caption("Figure", picture.caption, number: page.names.numbers[position], links: links)
    html += "</figure>\n"
  }

  private mutating func table(_ table: Notebook.Table, at position: ArtifactNames.Position) {
    let stem = page.names.stems[position] ?? "table"
    let label = HTMLText.escape(oneLine(table.caption.isEmpty ? "Table \(stem)" : table.caption))
    let isLarge = table.isLargerThan(Self.mostInPage)
    let links = [
      download(
        "CSV", isLarge ? nil : Data(table.csv.utf8), file: "\(stem).csv", folder: "tables",
        type: Self.text("text/csv")),
      download(
        "LaTeX", isLarge ? nil : Data(table.latex.utf8), file: "\(stem).tex", folder: "tables",
        type: Self.text("application/x-tex")),
    ]
    html += "<figure class=\"table\">\n"
    caption("Table", table.caption, number: page.names.numbers[position], links: links)
    html += "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"\(label)\">"
    html += HTMLTable(table).element + "</div>\n"
    if table.rows.count > HTMLTable.shownRows {
      html +=
        "<p class=\"omitted\">The first \(HTMLTable.shownRows) of \(table.rows.count) rows; the CSV file has all.</p>\n"
    }
    html += "</figure>\n"
  }

  private mutating func caption(_ kind: String, _ text: String, number: Int?, links: [String]) {
    guard number != nil || !links.isEmpty else { return }
    html += "<figcaption>"
    if let number { html += "<b>\(kind) \(number).</b> \(HTMLText.escape(text)) " }
    if !links.isEmpty { html += "<span class=\"links\">\(links.joined(separator: " "))</span>" }
    html += "</figcaption>\n"
  }

  /// A link for downloading that still works when the page is moved: small files are in it, large ones beside
  /// the page, as is nil.
  private func download(_ text: String, _ content: Data?, file: String, folder: String, type: String)
    -> String
  {
    guard let content, content.count <= Self.mostInPage else {
      return "<a href=\"\(folder)/\(file)\">\(text)</a>"
    }
    let data = content.base64EncodedString()
    return "<a download=\"\(file)\" href=\"data:\(type);base64,\(data)\">\(text)</a>"
  }

  /// The type of text files.
  private static func text(_ kind: String) -> String { "\(kind);charset=utf-8" }

  /// The most bytes of a file that are in the page itself.
  private static let mostInPage = 64 << 10

  private func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

extension Notebook.Table {
  /// True where the table's files have more than so many bytes for sure, which is known before they are made.
  fileprivate func isLargerThan(_ bytes: Int) -> Bool {
    var least = 0
    for row in rows {
      for value in row.prefix(columns.count) {
        least += 1
        // LaTeX has one byte for some characters of two.
        if case .text(let text) = value { least += text.utf8.count / 2 }
      }
      if least > bytes { return true }
    }
    return false
  }
}
