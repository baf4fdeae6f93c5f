import Foundation

/// One line of text cut into runs, with real superscripts and subscripts.
///
/// `^{…}` raises and `_{…}` lowers; superscript characters such as ⁸ are raised digits. A character that the face
/// lacks comes from the next face of the family or another font of the machine; where there is none, the sign �
/// stands for it, and ``missing`` names it.
struct TextLayout {
  struct Piece {
    var text: String
    var face: FontFile
    var size: Double
    var dx: Double
    /// How far the run is raised above the baseline.
    var rise: Double
  }

  private(set) var pieces: [Piece] = []
  private(set) var width = 0.0
  // These say how far the ink reaches above and below the baseline.
  private(set) var ascent = 0.0
  private(set) var descent = 0.0
  /// Characters that no font here has.
  private(set) var missing: [Unicode.Scalar] = []

  /// Throws ``FigureError`` when FreeType cannot use a font.
  init(_ text: String, family: FontFamily, size: Double, bold: Bool = false) throws(FigureError) {
    // An accent that follows its letter is one character with it in most fonts.
    for span in TextLayout.spans(text.precomposedStringWithCanonicalMapping) {
      let pieceSize = span.level == 0 ? size : size * 0.7
      let rise = Double(span.level) * size * (span.level > 0 ? 0.38 : 0.2)
      for (run, face) in split(span.text, family: family, bold: bold) {
        let metrics = try TextEngine.measure(run, face: face)
        pieces.append(Piece(text: run, face: face, size: pieceSize, dx: width, rise: rise))
        width += metrics.advance * pieceSize
        ascent = max(ascent, metrics.ascent * pieceSize + rise)
        descent = max(descent, metrics.descent * pieceSize - rise)
      }
    }
  }

  /// Adds the runs with the baseline starting at `origin`, turned counter-clockwise by `angle` degrees.
  func draw(at origin: Point, angle: Double = 0, color: Color, into list: inout DisplayList) {
    let turn = angle * Double.pi / 180
    // This is exact for level text and the quarter turn, which are nearly all.
    let (c, s) = angle == 0 ? (1, 0) : angle == 90 ? (0, 1) : (cos(turn), sin(turn))
    for piece in pieces where !piece.text.allSatisfy({ $0 == " " }) {
      let place = Point(
        origin.x + piece.dx * c - piece.rise * s, origin.y - piece.dx * s - piece.rise * c)
      list.text(
        TextRun(
          text: piece.text, face: piece.face, size: piece.size, color: color, origin: place, angle: angle))
    }
  }

  // MARK: Markup

  /// The text without the signs that raise and lower parts of it.
  static func plain(_ text: String) -> String { spans(MathText.plain(text)).map(\.text).joined() }

  private struct Span {
    var text: String
    /// 1 for a superscript, −1 for a subscript, 0 for neither.
    var level: Int
  }

  private static let raised: [Character: Character] = [
    "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9",
    "⁻": "−",
    "⁺": "+", "ⁿ": "n",
  ]

  private static func spans(_ text: String) -> [Span] {
    var spans: [Span] = []
    func add(_ piece: some StringProtocol, _ level: Int) {
      guard !piece.isEmpty else { return }
      if let last = spans.last, last.level == level {
        spans[spans.count - 1].text += piece
      } else {
        spans.append(Span(text: String(piece), level: level))
      }
    }
    var rest = text[...]
    // The last brace is searched for once: without an end, no brace begins a group.
    let lastEnd = text.lastIndex(of: "}")
    while let c = rest.first {
      let after = rest.dropFirst()
      if c == "^" || c == "_", after.first == "{", let lastEnd, lastEnd > rest.startIndex,
        let end = after.firstIndex(of: "}")
      {
        add(after[after.index(after: after.startIndex)..<end], c == "^" ? 1 : -1)
        rest = after[after.index(after: end)...]
      } else if let digit = raised[c] {
        add(String(digit), 1)
        rest = after
      } else {
        add(String(c), 0)
        rest = after
      }
    }
    return spans
  }

  /// Cuts where the face changes; control characters become spaces.
  private mutating func split(_ text: String, family: FontFamily, bold: Bool) -> [(String, FontFile)] {
    var runs: [(text: String, face: FontFile)] = []
    for scalar in text.unicodeScalars {
      var plain = scalar.properties.generalCategory == .control ? " " : scalar
      // Neither joiners nor the wish for a coloured form are drawn.
      if plain.properties.generalCategory == .format || plain.properties.isVariationSelector { continue }
      var face = family.face(for: plain, bold: bold)
      if face == nil {
        missing.append(plain)
        let replacement: Unicode.Scalar = "\u{FFFD}"
        let question: Unicode.Scalar = "?"
        plain = family.face(for: replacement, bold: bold) == nil ? question : replacement
        face = family.face(for: plain, bold: bold)
      }
      guard let face else { continue }
      if let last = runs.last, last.face == face {
        runs[runs.count - 1].text.unicodeScalars.append(plain)
      } else {
        runs.append((String(Character(plain)), face))
      }
    }
    return runs
  }
}
