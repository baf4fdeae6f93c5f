import Foundation

extension Notebook.Table {
  /// The table as a `tabular` of the booktabs package, with every text escaped; numbers as they are shown, in columns of
  /// siunitx that set their points below each other, the best in bold.
  public var latex: String {
    let numeric = columns.indices.map(isNumeric)
    let best = bestRows()
    let alignment = columns.indices.map { column in
      numeric[column] ? LaTeXNumbers(of: self, column, isMarked: best[column] != nil).specification : "l"
    }
    let remark = caption.isEmpty ? name : caption
    var text = "% \(LaTeXText.comment(remark))\n"
    text += "% Needs \\usepackage{booktabs,siunitx}.\n"
    text += "\\begin{tabular}{\(alignment.joined())}\n\\toprule\n"
    // What stands over a column of numbers is put into braces, or siunitx would look for a number in it.
    text += LaTeXText.row(
      zip(columns, numeric).map { name, isNumeric in
        isNumeric ? "{\(LaTeXText.escape(name))}" : LaTeXText.escape(name)
      })
    text += "\\midrule\n"
    for (number, row) in rows.enumerated() {
      text += LaTeXText.row(
        padded(row).enumerated().map { column, value in
          let cell = numeric[column] ? value.latexNumber : value.latexText
          return best[column]?.contains(number) == true ? "\\bfseries " + cell : cell
        })
    }
    return text + "\\bottomrule\n\\end{tabular}\n"
  }
}

/// The widest parts of the numbers of a column, for which siunitx keeps room.
private struct LaTeXNumbers {
  private var sign = false
  private var whole = 1
  private var fraction = 0
  private var uncertainty = 0
  /// Digits of the exponent, and whether one of them is negative.
  private var exponent = (digits: 0, sign: false)
  private let isMarked: Bool

  init(of table: Notebook.Table, _ column: Int, isMarked: Bool) {
    self.isMarked = isMarked
    for row in table.rows where column < row.count {
      if let parts = row[column].latexParts { extend(parts) }
    }
  }

  private mutating func extend(_ parts: NumberParts) {
    sign = sign || parts.isNegative
    whole = max(whole, parts.whole)
    fraction = max(fraction, parts.fraction)
    uncertainty = max(uncertainty, parts.uncertainty)
    exponent.digits = max(exponent.digits, parts.exponent)
    exponent.sign = exponent.sign || parts.hasNegativeExponent
  }

  /// The column, such as `S[table-format=2.2(2)]`. Without `detect-weight` numbers in bold would be set as all others.
  var specification: String {
    var format = "\(sign ? "-" : "")\(whole)"
    if fraction > 0 { format += ".\(fraction)" }
    if uncertainty > 0 { format += "(\(uncertainty))" }
    if exponent.digits > 0 { format += "e\(exponent.sign ? "-" : "")\(exponent.digits)" }
    return "S[table-format=\(format)\(isMarked ? ",detect-weight" : "")]"
  }
}

/// How many digits a number that is shown has in its parts.
private struct NumberParts {
  /// The number as siunitx is to read it: an exponent has no zeros in front, which it would set.
  var text: String
  var isNegative: Bool
  var whole: Int
  var fraction: Int
  var uncertainty: Int
  var exponent: Int
  var hasNegativeExponent: Bool

  /// Nil for what siunitx does not read as a number, as with an uncertainty that has an exponent of its own.
  init?(_ text: String) {
    guard let parts = text.wholeMatch(of: /(-?)([0-9]+)(?:\.([0-9]+))?(?:\(([0-9]+)\))?(?:e([+-]?)([0-9]+))?/)
    else { return nil }
    isNegative = !parts.1.isEmpty
    whole = parts.2.count
    fraction = parts.3?.count ?? 0
    uncertainty = parts.4?.count ?? 0
    hasNegativeExponent = parts.5 == "-"
    let power = parts.6.map { digits in String(digits.drop { $0 == "0" }) } ?? ""
    exponent = power.count
    self.text =
      String(text.prefix { $0 != "e" }) + (power.isEmpty ? "" : "e\(hasNegativeExponent ? "-" : "")\(power)")
  }
}

extension Notebook.Table.Value {
  /// The digits of a number that siunitx reads; nil for all else.
  fileprivate var latexParts: NumberParts? {
    guard let number, number.isFinite else { return nil }
    return NumberParts(shown)
  }

  /// The value in a column of siunitx, which takes what is in braces for text.
  fileprivate var latexNumber: String {
    if let parts = latexParts { return parts.text }
    let text = latexText
    return text.isEmpty ? "" : "{\(text)}"
  }

  /// The value among texts.
  fileprivate var latexText: String {
    guard let number else { return LaTeXText.escape(shown) }
    guard number.isFinite else { return number.isNaN ? "--" : number < 0 ? "$-\\infty$" : "$\\infty$" }
    return latexParts.map { "\\num{\($0.text)}" } ?? LaTeXText.escape(shown)
  }
}
