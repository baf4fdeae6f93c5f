import Foundation

/// Text made safe for LaTeX.
enum LaTeXText {
  /// A row of a `tabular` of cells that are escaped. One that begins with a bracket or a star would be read as an option of
  /// the line before it.
  static func row(_ cells: [String]) -> String {
    let line = cells.joined(separator: " & ")
    return (line.hasPrefix("[") || line.hasPrefix("*") ? "{}" : "") + line + " \\\\\n"
  }

  /// The text as what follows a percent sign: in one line, whatever ends lines in LaTeX.
  static func comment(_ text: String) -> String {
    HTMLText.visible(text.split(whereSeparator: \.isNewline).joined(separator: " "))
  }

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
