import Foundation

/// One line of text cut into runs, with real superscripts and subscripts.
///
/// `^{…}` raises and `_{…}` lowers; superscript characters such as ⁸ are raised digits. A character that the face
/// lacks comes from the next face of the family, never as a box.
struct TextLayout {
  struct Piece {
    var text: String
    var face: FontFile
    var size: Double
    var dx: Double
    /// Upwards from the baseline.
    var rise: Double
  }

  private(set) var pieces: [Piece] = []
  private(set) var width = 0.0
  /// Ink above and below the baseline.
  private(set) var ascent = 0.0
  private(set) var descent = 0.0

  /// Throws ``FigureError`` when gd cannot use a font.
  init(_ text: String, family: FontFamily, size: Double, bold: Bool = false) throws(FigureError) {
    for span in TextLayout.spans(text) {
      let pieceSize = span.level == 0 ? size : size * 0.7
      let rise = Double(span.level) * size * (span.level > 0 ? 0.38 : 0.2)
      for (run, face) in TextLayout.split(span.text, family: family, bold: bold) {
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
    // Exact for the upright and the quarter turn, which are nearly all.
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

  private struct Span {
    var text: String
    /// 1 superscript, −1 subscript.
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
    while let c = rest.first {
      let after = rest.dropFirst()
      if c == "^" || c == "_", after.first == "{", let end = after.firstIndex(of: "}") {
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
  private static func split(_ text: String, family: FontFamily, bold: Bool) -> [(String, FontFile)] {
    var runs: [(String, FontFile)] = []
    for scalar in text.unicodeScalars {
      let plain = scalar.properties.generalCategory == .control ? " " : scalar
      if plain.properties.generalCategory == .format { continue }
      let question: Unicode.Scalar = "?"
      let face = family.face(for: plain, bold: bold)
      guard let used = face ?? family.face(for: question, bold: bold) else { continue }
      let character = String(Character(face == nil ? question : plain))
      if let last = runs.last, last.1 == used {
        runs[runs.count - 1].0 += character
      } else {
        runs.append((character, used))
      }
    }
    return runs
  }
}

/// Measures and makes text of one figure: its fonts and sizes.
struct Typesetter {
  let family: FontFamily
  /// Height of digits and depth of descenders, in units of the font size.
  let digitHeight: Double
  let depth: Double

  init(_ choice: FontChoice) throws(FigureError) {
    family = try TextEngine.family(choice)
    digitHeight = try TextLayout("0", family: family, size: 1).ascent
    depth = try TextLayout("gp", family: family, size: 1).descent
  }

  func line(_ text: String, size: Double, bold: Bool = false) throws(FigureError) -> TextLayout {
    try TextLayout(text, family: family, size: size, bold: bold)
  }

  /// The text in lines no wider than `width`: broken at spaces, at most `lines` of them, the last one cut short
  /// with "…" where it has to be.
  func paragraph(
    _ text: String, size: Double, bold: Bool = false, width: Double, lines limit: Int
  ) throws(FigureError) -> [TextLayout] {
    var result: [TextLayout] = []
    let given = text.prefix(1000).split(separator: "\n", omittingEmptySubsequences: false)
    var waiting = given.map { $0.split(separator: " ", omittingEmptySubsequences: false).map(String.init) }[
      ...]
    while var words = waiting.popFirst() {
      while !words.isEmpty {
        var count = words.count
        var layout = try line(words.joined(separator: " "), size: size, bold: bold)
        if layout.width > width && result.count + 1 < limit {
          while layout.width > width && count > 1 {
            count -= 1
            layout = try line(words.prefix(count).joined(separator: " "), size: size, bold: bold)
          }
        }
        if layout.width > width {
          layout = try shortened(
            words.prefix(count).joined(separator: " "), size: size, bold: bold, width: width)
        }
        result.append(layout)
        if result.count == limit { return result }
        words.removeFirst(count)
      }
    }
    return result
  }

  /// The longest beginning of `text` that fits into `width` with "…" after it.
  func shortened(_ text: String, size: Double, bold: Bool = false, width: Double) throws(FigureError)
    -> TextLayout
  {
    let whole = try line(text, size: size, bold: bold)
    guard whole.width > width else { return whole }
    let characters = Array(text)
    var (low, high) = (0, characters.count)
    var best = try line("…", size: size, bold: bold)
    while low < high {
      let middle = (low + high + 1) / 2
      let layout = try line(String(characters.prefix(middle)) + "…", size: size, bold: bold)
      if layout.width <= width { (low, best) = (middle, layout) } else { high = middle - 1 }
    }
    return best
  }
}
