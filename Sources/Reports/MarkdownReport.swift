import Foundation

/// `report.md`: the notebook for GitHub and for editors, with figures and tables as files beside it.
public struct MarkdownReport: ReportRenderer {
  static let format = ReportFormat(name: "Markdown", fileName: "report.md") { _ in MarkdownReport() }

  /// The text of the report; it refers to the pictures in `figures`, `tables/NAME.csv` and
  /// `tables/NAME.tex`.
  public static func render(_ notebook: Notebook, facts: RunFacts) -> String {
    MarkdownReport().text(of: ReportPage(notebook, facts: facts))
  }

  func render(_ page: ReportPage, _ append: (Data) throws -> Void) rethrows {
    let page = MarkdownPage(notebook: page.notebook, facts: page.facts, names: page.names)
    try append(Data(page.text.utf8))
  }
}

/// One `report.md`.
private struct MarkdownPage {
  let notebook: Notebook
  let facts: RunFacts
  let names: ArtifactNames

  var text: String {
    var blocks: [String] = []
    let startsWithTitle = notebook.startsWithTitle
    if !startsWithTitle { blocks.append("# \(MarkdownText.escape(notebook.title))\n") }
    for (index, cell) in notebook.cells.enumerated() {
      blocks += self.blocks(of: cell, index: index)
      if index == 0, startsWithTitle { blocks += opening }
    }
    if !startsWithTitle { blocks.insert(contentsOf: opening, at: 1) }
    blocks.append(footer)
    return blocks.joined(separator: "\n")
  }

  /// What follows the title.
  private var opening: [String] { [statusLine] + notebook.remarks.map(remark) }

  private var statusLine: String {
    var parts = [MarkdownText.escape(notebook.source.shown), facts.startedText]
    if let seconds = facts.seconds { parts.append(NumberText.duration(seconds)) }
    parts.append(facts.status == .done ? "done" : "**\(facts.status.rawValue)**")
    return "*\(parts.joined(separator: " · "))*\n"
  }

  private func remark(_ text: String) -> String {
    "> **Remark.** \(MarkdownText.cell(HTMLText.terminalText(text)))\n"
  }

  private func blocks(of cell: Notebook.Cell, index: Int) -> [String] {
    var blocks: [String] = []
    let source = cell.trimmedSource
    if cell.kind != .markdown, !cell.title.isEmpty {
      blocks.append("## \(MarkdownText.escape(cell.title))\n")
    }
    if cell.kind == .markdown {
      blocks.append(source + "\n")
    } else if !source.isEmpty {
      blocks.append(MarkdownText.fenced(source, language: "lua"))
    }
    if cell.kind == .parameters, !facts.parameters.isEmpty { blocks.append(parameters) }
    for (output, value) in cell.outputs.enumerated() {
      blocks.append(block(of: value, at: .init(cell: index, output: output)))
    }
    if cell.kind != .markdown, let note = cell.statusNote { blocks.append("*\(note)*\n") }
    return blocks
  }

  private func block(of output: Notebook.Output, at position: ArtifactNames.Position) -> String {
    let stem = names.stems[position] ?? ""
    switch output {
    case .text(let text), .value(let text):
      return MarkdownText.fenced(shortened(HTMLText.terminalText(text)), language: "text")
    case .markdown(let text):
      return text + "\n"
    case .figure(let picture):
      let caption = caption("Figure", picture.caption, at: position)
      let alternative = MarkdownText.cell(picture.alternative(stem))
      let others = picture.files.dropFirst().map { ($0.ending.uppercased(), $0.ending) }
      let links = (others + (picture.csv == nil ? [] : [("numbers", "csv")])).map { text, ending in
        "[\(text)](figures/\(stem).\(ending))"
      }
      let numbers = links.isEmpty ? "" : " (\(links.joined(separator: ", ")))"
      return "![\(alternative)](figures/\(stem).\(picture.files.first?.ending ?? ""))\n"
        + (caption + numbers).paragraph
    case .table(let table):
      let limit = 50
      var links = " ([CSV](tables/\(stem).csv), [LaTeX](tables/\(stem).tex))"
      if table.rows.count > limit { links += "; the first \(limit) of \(table.rows.count) rows:" }
      return (caption("Table", table.caption, at: position) + links).paragraph + "\n"
        + table.markdown(limit: limit)
    case .remark(let text): return remark(text)
    case .error(let message, let traceback):
      let details = traceback.isEmpty ? "" : "\n" + traceback
      return "**Error**\n\n"
        + MarkdownText.fenced(shortened(HTMLText.terminalText(message + details)), language: "text")
    }
  }

  private func caption(_ kind: String, _ text: String, at position: ArtifactNames.Position) -> String {
    guard let number = names.numbers[position] else { return "" }
    return "**\(kind) \(number).** \(MarkdownText.cell(text))"
  }

  private func shortened(_ text: String) -> String {
    let parts = HTMLText.shortened(text)
    guard parts.omitted > 0 else { return parts.head }
    return "\(parts.head)\n… \(parts.omitted) lines left out …\n\(parts.tail)"
  }

  private var parameters: String {
    var text = "| Parameter | Value | Default | |\n| --- | --- | --- | --- |\n"
    for parameter in facts.parameters {
      let value = MarkdownText.cell(parameter.value.plain)
      let cells = [
        MarkdownText.cell(parameter.name), parameter.isOverridden ? "**\(value)**" : value,
        MarkdownText.cell(parameter.defaultValue.plain), MarkdownText.cell(parameter.help),
      ]
      text += "| \(cells.joined(separator: " | ")) |\n"
    }
    return text
  }

  private var footer: String {
    var text = "---\n\nTo run it again:\n\n"
    text += MarkdownText.fenced(facts.rerunLines.joined(separator: "\n"), language: "sh") + "\n"
    for (name, value) in facts.rows { text += "- \(name): \(MarkdownText.cell(value))\n" }
    return text
  }
}

extension String {
  fileprivate var paragraph: String {
    let text = drop { $0 == " " }
    return text.isEmpty ? "" : "\n" + text + "\n"
  }
}
