import Foundation

extension Notebook.Table {
  /// The table after RFC 4180 with a header row: CRLF line ends, quotes where needed, numbers in full
  /// precision. A column with uncertainties is followed by one of them.
  public var csv: String {
    let isUncertain = columns.indices.map(hasUncertainties)
    var text = Notebook.Table.csvRow(
      columns.enumerated().flatMap { isUncertain[$0] ? [$1, $1 + " uncertainty"] : [$1] })
    for row in rows {
      text += Notebook.Table.csvRow(
        padded(row).enumerated().flatMap {
          isUncertain[$0] ? [$1.csvText, $1.uncertaintyText] : [$1.csvText]
        })
    }
    return text
  }

  private func hasUncertainties(_ column: Int) -> Bool {
    rows.contains { row in
      if column < row.count, case .uncertain = row[column] { true } else { false }
    }
  }

  /// The table as a `tabular` of the booktabs package, with every text escaped; numbers as they are shown.
  public var latex: String {
    let alignment = columns.indices.map { isNumeric($0) ? "r" : "l" }.joined()
    let remark = caption.isEmpty ? name : caption
    var text = "% \(remark.split(whereSeparator: \.isNewline).joined(separator: " "))\n"
    text += "% Needs \\usepackage{booktabs}.\n"
    if columns.indices.contains(where: hasUncertainties) {
      text += "% Uncertainties are written as siunitx reads them: 90.42(29) in an S column, or by \\num.\n"
    }
    text += "\\begin{tabular}{\(alignment)}\n\\toprule\n"
    text += columns.map(LaTeXText.escape).joined(separator: " & ") + " \\\\\n\\midrule\n"
    for row in rows { text += padded(row).map(\.latexText).joined(separator: " & ") + " \\\\\n" }
    return text + "\\bottomrule\n\\end{tabular}\n"
  }

  /// The table for GitHub's Markdown, at most `limit` rows of it.
  func markdown(limit: Int) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    var text = line(columns.map(MarkdownText.cell))
    text += line(columns.indices.map { isNumeric($0) ? "---:" : "---" })
    for row in rows.prefix(limit) { text += line(padded(row).map { MarkdownText.cell($0.shown) }) }
    return text
  }

  /// True when the column holds numbers and nothing else but empty cells.
  func isNumeric(_ column: Int) -> Bool {
    var found = false
    for row in rows where column < row.count {
      switch row[column] {
      case .number, .integer, .uncertain: found = true
      case .empty: break
      case .text: return false
      }
    }
    return found
  }

  /// The row with exactly one value per column: short rows are filled, long ones cut.
  func padded(_ row: [Value]) -> [Value] {
    Array(row.prefix(columns.count)) + Array(repeating: .empty, count: max(columns.count - row.count, 0))
  }

  private static func csvRow(_ fields: [String]) -> String {
    fields.map { field in
      // We look at bytes, as "\r\n" is a single Character. A lone empty field would read as a blank line.
      let needsQuotes =
        field.utf8.contains { "\",\r\n".utf8.contains($0) } || (field.isEmpty && fields.count == 1)
      return needsQuotes ? "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : field
    }.joined(separator: ",") + "\r\n"
  }
}

extension Notebook.Table.Value {
  /// The value as a reader sees it.
  public var shown: String {
    switch self {
    case .text(let text): text
    case .number(let value, let digits): NumberText.shown(value, digits: digits)
    case .integer(let value, let digits):
      value.magnitude < 1 << 53 ? NumberText.shown(Double(value), digits: digits) : String(value)
    case .uncertain(let value, let uncertainty, let digits):
      NumberText.shown(value, uncertainty: uncertainty, digits: digits)
    case .empty: ""
    }
  }

  fileprivate var csvText: String {
    switch self {
    case .number(let value, _), .uncertain(let value, _, _): NumberText.shortest(value)
    case .integer(let value, _): String(value)
    case .text, .empty: shown
    }
  }

  fileprivate var uncertaintyText: String {
    if case .uncertain(_, let uncertainty, _) = self { NumberText.shortest(uncertainty) } else { "" }
  }

  fileprivate var latexText: String {
    if case .integer(let value, _) = self { return value < 0 ? "$\(shown)$" : shown }
    if case .uncertain(let value, let uncertainty, _) = self, value.isFinite, uncertainty.isFinite {
      return shown
    }
    let number: Double? =
      switch self {
      case .number(let value, _), .uncertain(let value, _, _): value
      default: nil
      }
    guard let value = number else { return LaTeXText.escape(shown) }
    guard value.isFinite else { return value.isNaN ? "--" : value < 0 ? "$-\\infty$" : "$\\infty$" }
    let parts = shown.split(separator: "e", maxSplits: 1)
    if parts.count == 2, let exponent = Int(parts[1]) {
      return parts[0] == "1" ? "$10^{\(exponent)}$" : "$\(parts[0])\\times10^{\(exponent)}$"
    }
    return value.sign == .minus ? "$\(shown)$" : shown
  }
}

/// Text made safe for LaTeX.
enum LaTeXText {
  static func escape(_ text: String) -> String {
    if HTMLText.isPlain(text, besides: "\\{}#$%&_~^<>|\"\n\t") { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if let replacement = replacements[scalar] {
        result += replacement
      } else if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
        result += " "
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static let replacements: [Unicode.Scalar: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "#": "\\#", "$": "\\$", "%": "\\%", "&": "\\&",
    "_": "\\_", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}",
    ">": "\\textgreater{}", "|": "\\textbar{}", "\"": "\\textquotedbl{}", "×": "$\\times$", "±": "$\\pm$",
    "−": "$-$", "≤": "$\\le$", "≥": "$\\ge$", "≈": "$\\approx$", "∞": "$\\infty$", "→": "$\\to$",
    "·": "$\\cdot$", "…": "\\dots{}", "–": "--", "—": "---", "°": "$^{\\circ}$", "µ": "$\\mu$",
    "α": "$\\alpha$", "β": "$\\beta$", "γ": "$\\gamma$", "δ": "$\\delta$", "ε": "$\\epsilon$",
    "η": "$\\eta$", "λ": "$\\lambda$", "μ": "$\\mu$", "σ": "$\\sigma$", "τ": "$\\tau$", "Δ": "$\\Delta$",
    "⁰": "$^{0}$", "¹": "$^{1}$", "²": "$^{2}$", "³": "$^{3}$", "⁴": "$^{4}$", "⁵": "$^{5}$",
    "⁶": "$^{6}$", "⁷": "$^{7}$", "⁸": "$^{8}$", "⁹": "$^{9}$", "⁻": "$^{-}$",
    "₀": "$_{0}$", "₁": "$_{1}$", "₂": "$_{2}$", "₃": "$_{3}$", "₄": "$_{4}$", "₅": "$_{5}$",
  ]
}

/// Text made safe for GitHub's Markdown.
enum MarkdownText {
  /// The text in a cell of a table.
  static func cell(_ text: String) -> String {
    escape(text.split(whereSeparator: \.isNewline).joined(separator: " "))
  }

  /// The text inline, so that nothing in it is markup.
  static func escape(_ text: String) -> String {
    if HTMLText.isPlain(text, besides: "\\`*_[]|~<>&") { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "`", "*", "_", "[", "]", "|", "~": result += "\\" + String(scalar)
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\u{0}"..<"\t", "\u{B}"..<" ", "\u{7F}"..."\u{9F}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A fenced block that `text` cannot close.
  static func fenced(_ text: String, language: String) -> String {
    var longest = 0
    var current = 0
    for byte in text.utf8 {
      current = byte == UInt8(ascii: "`") ? current + 1 : 0
      longest = max(longest, current)
    }
    let fence = String(repeating: "`", count: max(3, longest + 1))
    let text = HTMLText.visible(text)
    return "\(fence)\(language)\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(fence)\n"
  }
}
