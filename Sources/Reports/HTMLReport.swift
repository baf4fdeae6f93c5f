import Foundation
import Support

/// The notebook as one HTML file that needs nothing else: no scripts, no fonts or images from elsewhere.
///
/// A report can be written again and again while the notebook grows: what a finished cell looks like is
/// rendered once and kept.
public final class HTMLReport: ReportRenderer {
  static let format = ReportFormat(name: "HTML", fileName: "index.html") { HTMLReport($0) }

  /// A part of the page: text, or the place of a figure's pixels.
  enum Piece {
    case html(String)
    case image(ArtifactNames.Position)
  }

  /// A rendered cell and what it was rendered from.
  private struct Rendered {
    var state: CellState
    var pieces: [Piece]
    var headings: [MarkdownHTML.Heading]
    /// Bytes of the images in its Markdown.
    var images: Int
  }

  private struct CellState: Equatable {
    var status: Notebook.Cell.Status
    var outputs: Int
    var seconds: Double?
    var earlier: Notebook.Cell.Earlier?
  }

  private let title: String
  private let source: String
  private let imageFolder: FilePath
  private var cache: [Int: Rendered] = [:]
  private var anchors: Set<String> = []
  /// Bytes that images in Markdown may still add to the page.
  private var imageRoom = 64 << 20
  /// The number to try next for an anchor that is taken.
  private var nextNumbers: [String: Int] = [:]

  /// The whole page as text, with figures embedded.
  public static func render(_ notebook: Notebook, facts: RunFacts) -> String {
    HTMLReport(notebook).text(of: ReportPage(notebook, facts: facts))
  }

  init(_ notebook: Notebook) {
    title = notebook.title
    source = notebook.source.shown
    imageFolder = notebook.source.folder
  }

  /// Hands the page's bytes to `append`, in order; only one figure's text is held at a time.
  func render(_ page: ReportPage, _ append: (Data) throws -> Void) rethrows {
    let notebook = page.notebook
    for index in notebook.cells.indices { refresh(index, of: page) }
    try append(Data(opening(page).utf8))
    for index in notebook.cells.indices {
      for piece in cache[index]?.pieces ?? [] {
        switch piece {
        case .html(let text): try append(Data(text.utf8))
        case .image(let position):
          guard case .figure(let picture) = notebook.cells[position.cell].outputs[position.output],
            let file = picture.files.first
          else { continue }
          switch page.figures {
          // What an earlier run has left has no file beside the page.
          case .linked where notebook.cells[position.cell].earlier != nil, .embedded:
            try append(Data("data:\(file.mediaType);base64,".utf8))
            try append(file.content.base64EncodedData())
          case .linked:
            try append(Data("figures/\(page.names.stems[position] ?? "").\(file.ending)".utf8))
          }
        }
      }
    }
    try append(Data(closing(page).utf8))
  }

  private func refresh(_ index: Int, of page: ReportPage) {
    let cell = page.notebook.cells[index]
    let state = CellState(
      status: cell.status, outputs: cell.outputs.count, seconds: cell.seconds, earlier: cell.earlier)
    if let rendered = cache[index] {
      if rendered.state == state { return }
      rendered.headings.forEach { anchors.remove($0.anchor) }
      nextNumbers = [:]
      imageRoom += rendered.images
    }
    let room = imageRoom
    var renderer = HTMLCellRenderer(report: self, page: page, cell: cell, index: index)
    renderer.render()
    cache[index] = Rendered(
      state: state, pieces: renderer.pieces, headings: renderer.headings, images: room - imageRoom)
  }

  /// Renders Markdown of the given cell, with anchors that are unique on the page.
  func markdown(_ text: String, isFirst: Bool) -> MarkdownHTML {
    let made = MarkdownHTML(
      text, without: isFirst ? title : nil, imageFolder: imageFolder, imageRoom: imageRoom,
      anchor: uniqueAnchor)
    imageRoom -= made.imageBytes
    return made
  }

  /// A cell's title as a heading, with an anchor that is unique on the page.
  func heading(_ title: String) -> MarkdownHTML.Heading {
    MarkdownHTML.Heading(level: 2, text: title, anchor: uniqueAnchor(title))
  }

  private func uniqueAnchor(_ text: String) -> String {
    var slug = ""
    for scalar in text.lowercased().unicodeScalars {
      if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        slug.unicodeScalars.append(scalar)
      } else if !slug.isEmpty, !slug.hasSuffix("-") {
        slug += "-"
      }
      if slug.utf8.count > 60 { break }
    }
    slug = slug.trimmingCharacters(in: CharacterSet(charactersIn: "-"))
    if slug.isEmpty { slug = "section" }
    // "cell-3", "code-of-3", "top" and "facts" are ids of the page itself.
    if slug.hasPrefix("cell-") || slug.hasPrefix("code-") || slug == "top" || slug == "facts" {
      slug = "section-" + slug
    }
    var candidate = slug
    // Thousands of equal headings would otherwise try all numbers each.
    var number = nextNumbers[slug] ?? 2
    while !anchors.insert(candidate).inserted {
      candidate = "\(slug)-\(number)"
      number += 1
      nextNumbers[slug] = number
    }
    return candidate
  }

  // MARK: Page

  private func opening(_ page: ReportPage) -> String {
    let notebook = page.notebook
    // Whatever a script manages to put on the page, nothing is loaded, and nothing runs but the program's own scripts.
    let scripts =
      (page.facts.follower.map { ["'nonce-\($0.nonce)'", "'strict-dynamic'"] } ?? [])
      + notebook.scripts.map(\.source)
    let policy =
      (scripts.isEmpty ? "" : "script-src \(scripts.joined(separator: " ")); ")
      + "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self' file:; form-action 'none'"
    let headings = notebook.cells.indices.flatMap { cache[$0]?.headings ?? [] }.filter { $0.level <= 3 }
    let contents = headings.count > 1 ? HTMLReport.contents(headings) : ""
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="gfnet-lab">
      <title>\(HTMLText.escape(title))</title>
      <style>
      \(HTMLReport.style)\(notebook.hasExplorer ? ExplorerScript.style : "")</style>
      </head>
      <body>
      <a class="skip" href="#top">Skip to the report</a>
      <div class="page\(contents.isEmpty ? "" : " with-contents")">
      \(contents)<main id="top">
      <header>
      <h1>\(HTMLText.escape(title))</h1>
      \(byline(page))\(failure(notebook))\(notebook.remarks.map(remark).joined())\(table(page.facts))</header>

      """
  }

  private static func contents(_ headings: [MarkdownHTML.Heading]) -> String {
    let top = headings.map(\.level).min() ?? 1
    let items = headings.map {
      "<li class=\"level-\($0.level - top)\"><a href=\"#\(HTMLText.escape($0.anchor))\">"
        + "\(HTMLText.escape($0.text))</a></li>\n"
    }
    return """
      <nav aria-label="Contents">
      <details open>
      <summary>Contents</summary>
      <ul>
      \(items.joined())</ul>
      </details>
      </nav>

      """
  }

  private func byline(_ page: ReportPage) -> String {
    let facts = page.facts
    var parts = [
      "<code>\(HTMLText.escape(source))</code>",
      "<time datetime=\"\(RunFacts.timestamp(facts.started))\">\(facts.startedText)</time>",
    ]
    if let seconds = facts.seconds { parts.append(NumberText.duration(seconds)) }
    parts.append("<span class=\"status \(facts.status.rawValue)\">\(facts.status.rawValue)</span>")
    let hasCode = page.notebook.cells.contains { $0.kind != .markdown && !$0.trimmedSource.isEmpty }
    let choices = [("folded", " checked"), ("shown", ""), ("hidden", "")].map { choice, state in
      "<label><input type=\"radio\" name=\"code\" id=\"code-\(choice)\"\(state)> \(choice)</label>"
    }
    let toggle =
      hasCode
      ? "<span class=\"toggle\" role=\"radiogroup\" aria-label=\"Code\">Code: \(choices.joined())</span>" : ""
    return "<p class=\"byline\">\(parts.joined(separator: "<span class=\"dot\"> · </span>"))\(toggle)</p>\n"
  }

  /// Says at the top what stopped the run, and leads to the place.
  private func failure(_ notebook: Notebook) -> String {
    guard let index = notebook.failedCell else { return "" }
    let cell = notebook.cells[index]
    var message = cell.status == .interrupted ? "interrupted" : "failed"
    for case .error(let text, _) in cell.outputs { message = text }
    return """
      <p class="failure">The run stopped in <a href="#cell-\(index + 1)">cell \(index + 1)</a>: \
      \(HTMLText.escape(HTMLText.shortened(message, head: 3, tail: 1, bytes: 500).head))</p>

      """
  }

  /// The element for a line that the program said on standard error.
  func remark(_ text: String) -> String {
    "<p class=\"remark\">\(HTMLText.escape(HTMLText.shortened(HTMLText.terminalText(text), bytes: 2000).head))</p>\n"
  }

  private func table(_ facts: RunFacts) -> String {
    let rows = facts.rows.map { row in
      let value = HTMLText.escape(row.value)
      return
        "<div><dt>\(row.name)</dt><dd>\(row.name == "Command" ? "<code>\(value)</code>" : value)</dd></div>\n"
    }
    return """
      <details id="facts">
      <summary>About this run</summary>
      <dl>
      \(rows.joined())</dl>
      </details>

      """
  }

  private func closing(_ page: ReportPage) -> String {
    let lines = HTMLText.escape(page.facts.rerunLines.joined(separator: "\n"))
    let others = ReportFormat.all.map(\.fileName).filter { $0 != HTMLReport.format.fileName }
      .map { "<a href=\"\($0)\">\($0)</a>, " }
    return """
      <footer>
      <p>To run it again:</p>
      <pre tabindex="0" aria-label="Commands"><code>\(lines)</code></pre>
      <p>Beside this file: \(others.joined())figures and tables as files, and
      <a href="meta.json">meta.json</a> with what is known about the run.</p>
      </footer>
      </main>
      </div>
      \(page.notebook.scripts.map(\.element).joined())\(page.facts.follower?.script ?? "")</body>
      </html>

      """
  }
}
