/// A word of a text, or the blanks between two words.
///
/// Words stand where they were measured, each as wide as it was: a font that stands in for one that is not there is fitted,
/// and what a viewer kerns otherwise does not add up. Blanks are not fitted, for viewers disagree on which of them they drop.
struct SVGWord {
  var text: String
  var isBlank: Bool
  /// Where it begins, in points from the start of the run.
  var x: Double
  /// How wide it is, in points.
  var width: Double

  /// The words and blanks of a run, in order.
  static func words(of run: TextRun) throws -> [SVGWord] {
    let glyphs = try TextEngine.glyphs(of: run.text, face: run.face)
    let end = try TextEngine.measure(run.text, face: run.face).advance
    var words: [SVGWord] = []
    for (scalar, glyph) in zip(run.text.unicodeScalars, glyphs) {
      if words.last?.isBlank != (scalar == " ") {
        words.append(SVGWord(text: "", isBlank: scalar == " ", x: glyph.x * run.size, width: 0))
      }
      words[words.count - 1].text.unicodeScalars.append(scalar)
    }
    for i in words.indices {
      words[i].width = (i + 1 < words.count ? words[i + 1].x : end * run.size) - words[i].x
    }
    return words
  }
}

extension XMLBytes {
  /// Adds the rest of a text's tag and what it holds; the text begins at `start`.
  mutating func add(words: [SVGWord], from start: Double) {
    func fitted(_ word: SVGWord) {
      if word.width > 0 {
        add("textLength", word.width)
        add(" lengthAdjust=\"spacingAndGlyphs\"")
      }
      add(">")
      add(text: word.text)
    }
    if words.count == 1, !words[0].isBlank { return fitted(words[0]) }
    add(">")
    for word in words {
      if word.isBlank {
        add(text: word.text)
      } else {
        add("<tspan")
        add("x", start + word.x)
        fitted(word)
        add("</tspan>")
      }
    }
  }
}
