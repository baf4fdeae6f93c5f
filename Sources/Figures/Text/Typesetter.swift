/// Measures and makes text of one figure: its fonts and sizes.
struct Typesetter {
  let family: FontFamily
  // These are the height of digits and the depth of descenders, in units of the font size.
  let digitHeight: Double
  let depth: Double
  /// What the reader of the figure should be told.
  let remarks: Remarks

  /// The most characters of a text, which is more than any in a figure needs; what is longer is cut, and
  /// told.
  private static let longest = 500

  init(_ choice: FontChoice, remarks: Remarks = Remarks()) throws(FigureError) {
    self.remarks = remarks
    family = try TextEngine.family(choice)
    digitHeight = try TextLayout("0", family: family, size: 1).ascent
    depth = try TextLayout("gp", family: family, size: 1).descent
  }

  func line(_ text: String, size: Double, bold: Bool = false) throws(FigureError) -> TextLayout {
    let layout = try TextLayout(held(text), family: family, size: size, bold: bold)
    remarks.missing(layout.missing)
    return layout
  }

  /// The distance of the lines of a text.
  func lineHeight(_ size: Double) -> Double { size * 1.2 }

  /// The text in lines no wider than `width`, nothing left out: broken at spaces, and inside a word only where it
  /// alone is wider than a line.
  func wrapped(
    _ text: String, size: Double, bold: Bool = false, width: Double
  ) throws(FigureError) -> [TextLayout] {
    guard !text.isEmpty else { return [] }
    let whole = try line(text, size: size, bold: bold)
    if whole.width <= width && !text.contains(where: \.isNewline) { return [whole] }
    let space = try line("n n", size: size, bold: bold).width - line("nn", size: size, bold: bold).width
    var lines: [String] = []
    for paragraph in held(text).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      var current = ""
      var used = 0.0
      for word in Typesetter.words(paragraph) {
        for (i, part) in try parts(of: word, size: size, bold: bold, width: width).enumerated() {
          if i == 0 && (current.isEmpty || used + space + part.width <= width) {
            used += part.width + (current.isEmpty ? 0 : space)
            current += (current.isEmpty ? "" : " ") + part.text
          } else {
            if !current.isEmpty { lines.append(current) }
            (current, used) = (part.text, part.width)
          }
        }
      }
      lines.append(current)
    }
    var result: [TextLayout] = []
    for text in lines { result.append(try line(text, size: size, bold: bold)) }
    return result
  }

  // MARK: Breaking

  /// The text as it is set: without LaTeX's names, and cut where it is too long for any figure.
  private func held(_ text: String) -> String {
    let text = MathText.plain(text)
    // Every character has at least a byte, and counting those takes no time.
    guard text.utf8.count > Typesetter.longest, text.count > Typesetter.longest else { return text }
    remarks.note("a text of \(text.count) characters was cut after \(Typesetter.longest)")
    return text.prefix(Typesetter.longest - 1) + "…"
  }

  /// The words, each as the pieces that must stay whole: characters, and groups such as `^{…}`.
  private static func words(_ text: some StringProtocol) -> [[String]] {
    var words: [[String]] = []
    var word: [String] = []
    let characters = Array(text)
    let lastEnd = characters.lastIndex(of: "}") ?? -1
    var i = 0
    while i < characters.count {
      let c = characters[i]
      if c == "^" || c == "_", i + 2 < lastEnd + 1, characters[i + 1] == "{",
        let end = characters[i...].firstIndex(of: "}")
      {
        word.append(String(characters[i...end]))
        i = end + 1
        continue
      }
      if c == " " {
        if !word.isEmpty { words.append(word) }
        word = []
      } else {
        word.append(String(c))
      }
      i += 1
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// The word itself, or parts of it that fit; broken behind a sign such as "-" where one is near.
  private func parts(
    of word: [String], size: Double, bold: Bool, width: Double
  ) throws(FigureError) -> [(text: String, width: Double)] {
    let text = word.joined()
    let whole = try line(text, size: size, bold: bold).width
    guard whole > width, word.count > 1 else { return [(text, whole)] }
    var widths: [Double] = []
    for atom in word { widths.append(try line(atom, size: size, bold: bold).width) }
    var result: [(text: String, width: Double)] = []
    var start = 0
    while start < word.count {
      var end = start + 1
      var used = widths[start]
      while end < word.count, used + widths[end] <= width {
        used += widths[end]
        end += 1
      }
      if end < word.count,
        let sign = (start + (end - start) / 2..<end).last(where: {
          ["-", "_", "/", ".", ",", ":"].contains(word[$0])
        })
      {
        end = sign + 1
      }
      result.append((word[start..<end].joined(), widths[start..<end].reduce(0, +)))
      start = end
    }
    return result
  }
}
