/// The names of fonts in SVG files.
enum SVGFontNames {
  static let generic: Set<String> = ["serif", "sans-serif", "monospace"]

  /// What stands in for a family where it is not installed, the most alike first.
  private static let alike: [(family: String, others: [String])] = [
    ("DejaVu Sans", ["Bitstream Vera Sans", "Verdana", "sans-serif"]),
    ("DejaVu Serif", ["Bitstream Vera Serif", "Georgia", "serif"]),
    ("CMU Serif", ["Latin Modern Roman", "Computer Modern", "Times New Roman", "serif"]),
  ]

  /// A family and what stands in for it. What could end the name in a style sheet is left out: font files come from
  /// anywhere.
  static func families(like name: String) -> [String] {
    let plain = String(
      String.UnicodeScalarView(
        name.unicodeScalars.filter { scalar in
          scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || " -_.".unicodeScalars.contains(scalar)
        }.prefix(80)))
    if let known = alike.first(where: { $0.family == plain }) { return [plain] + known.others }
    let words = plain.lowercased()
    let kind =
      words.contains("mono")
      ? "monospace"
      : words.contains("serif") && !words.contains("sans") ? "serif" : "sans-serif"
    return plain.allSatisfy({ $0 == " " }) ? [kind] : [plain, kind]
  }
}
