import CGD
import Figures
import Foundation
import Support
import TestSupport
import Testing

@Suite struct TextTests {
  /// A figure whose only large text is its title, and the rows of pixels above the frame.
  private func title(_ text: String, style: FigureStyle = .paper) throws -> (Picture, area: Rect) {
    var figure = Figure(style: style)
    figure.axes.title = text
    return (try Picture(figure.png()), try figure.plotAreas()[0])
  }

  /// First and last inked row and column in a part of the picture.
  private func ink(_ p: Picture, _ xs: Range<Int>, _ ys: Range<Int>) -> (
    left: Int, top: Int, right: Int, bottom: Int
  )? {
    var box: (left: Int, top: Int, right: Int, bottom: Int)?
    for y in ys {
      for x in xs where p.level(x, y) < 140 {
        let old = box ?? (x, y, x, y)
        box = (min(old.left, x), min(old.top, y), max(old.right, x), max(old.bottom, y))
      }
    }
    return box
  }

  @Test func superscriptsStandAboveTheBaseline() throws {
    let scale = 300.0 / 72
    for text in ["10^{8}", "10⁸"] {
      let (p, area) = try title(text)
      let rows = 0..<Int(area.y * scale) - 6
      let all = try #require(ink(p, 0..<p.width, rows))
      // The last figure is the superscript: find the widest run of empty columns from the right.
      let middle = all.right - Int(0.3 * Double(all.right - all.left)) + 2
      let base = try #require(ink(p, all.left..<middle, rows))
      let raised = try #require(ink(p, middle + 2..<all.right + 1, rows))
      let height = Double(base.bottom - base.top)
      #expect(
        Double(base.bottom - raised.bottom) > 0.25 * height,
        "\(text): bottom \(raised.bottom) of \(base.bottom)")
      #expect(raised.top < base.top + Int(0.1 * height), "\(text)")
      #expect(Double(raised.bottom - raised.top) < 0.85 * height, "\(text)")
      #expect(raised.bottom - raised.top > 8, "\(text): the digit is drawn")
    }
  }

  @Test func braceSuperscriptAndCharacterAreTheSame() throws {
    #expect(try title("×10^{8}").0.count(0) == title("×10⁸").0.count(0))
  }

  @Test func missingGlyphsComeFromAnotherFace() throws {
    let family = FontChoice.paper
    var style = FigureStyle(fonts: family)
    // CMU Serif has no check mark; DejaVu has. The same glyph must come out as from DejaVu itself.
    let paper = try title("✓", style: style).0
    style.fonts = .sans
    let sans = try title("✓", style: style).0
    #expect(paper.hasInk(0..<paper.width, 0..<50))
    let a = try #require(ink(paper, 0..<paper.width, 0..<50))
    let b = try #require(ink(sans, 0..<sans.width, 0..<50))
    // The titles may begin at different parts of a pixel.
    #expect(abs(a.right - a.left - b.right + b.left) <= 1 && abs(a.bottom - a.top - b.bottom + b.top) <= 1)
  }

  @Test func whatNoFaceHasIsAReplacementSignAndTold() throws {
    let unknown = "\u{10FFFD}"
    #expect(try title(unknown).0.count(0) == title("\u{FFFD}").0.count(0))
    var figure = Figure()
    figure.axes.title = unknown + "a" + unknown
    figure.axes.x.label = "\u{10FFFC}"
    let remarks = try figure.displayList().remarks
    #expect(remarks.count == 1)
    #expect(remarks.first?.contains("U+10FFFD") == true && remarks.first?.contains("U+10FFFC") == true)
    figure.axes.title = "a"
    figure.axes.x.label = "e\u{301} \u{FE0F}"
    #expect(try figure.displayList().remarks.isEmpty)
  }

  /// Such a character has four bytes in UTF-8 and is one glyph all the same.
  @Test func charactersBeyondTheBasicPlaneAreOneGlyph() throws {
    for text in ["😀", "𝟘"] {
      let (p, area) = try title(text)
      let box = try #require(ink(p, 0..<p.width, 0..<Int(area.y * 300 / 72) - 6))
      let em = 9 * 300.0 / 72
      #expect(Double(box.right - box.left) < 1.3 * em && Double(box.right - box.left) > 0.3 * em, "\(text)")
      #expect(Double(box.bottom - box.top) < 1.3 * em && Double(box.bottom - box.top) > 0.4 * em, "\(text)")
      #expect(try p.count(0) != title("\u{FFFD}").0.count(0))
    }
  }

  @Test func installedFontsAreLookedThrough() throws {
    let face = try #require(
      ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/dejavu/DejaVuSans.ttf"].first {
        FileManager.default.isReadableFile(atPath: $0)
      })
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: face)))
    let folder = try TemporaryFolder()
    try folder.write("no font", "broken.ttf")
    let regular = try folder.write(bytes, "deep/Some Regular.ttf")
    try folder.write(bytes, "Some Bold.TTF")
    let fallback = FontFallback(folders: [folder.path, folder.path / "missing"])
    #expect(fallback.face(for: "✓")?.path == regular)
    #expect(fallback.face(for: "\u{10FFFD}") == nil)
    #expect(FontFallback(folders: []).face(for: "✓") == nil)
  }

  /// Fonts end their character map with a segment of 0xFFFF alone.
  @Test func theLastSegmentOfAFontHoldsNoCharacter() throws {
    var words: [UInt16] = [1, 0, 1, 0, 0, 0]
    words += [0x636D, 0x6170, 0, 0, 0, 28, 0, 44]
    words += [0, 1, 3, 1, 0, 12]
    words += [4, 32, 0, 4, 4, 1, 0, 0x42, 0xFFFF, 0, 0x41, 0xFFFF, 0xFFC0, 1, 0, 0]
    let folder = try TemporaryFolder()
    let path = try folder.write(words.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }, "letters.ttf")
    let font = try FontFile(path: path)
    #expect(font.has("A") && font.has("B") && !font.has("C") && !font.has("\u{FFFF}"))
  }

  @Test func longTextsTakeSeveralLines() throws {
    var figure = Figure()
    try figure.line(x: [0, 1], y: [0, 1])
    let plain = try figure.plotAreas()[0]
    figure.axes.title = "a title that is so long that it has to be set in two lines above the axes"
    figure.axes.y.label = "and-an-axis-label-without-any-spaces-that-is-longer-than-its-axis"
    let list = try figure.displayList()
    let shown = list.items.compactMap { if case .text(let run) = $0 { run.text } else { nil } }.joined()
    for text in [figure.axes.title, figure.axes.y.label] {
      #expect(shown.filter { $0 != " " }.contains(text.filter { $0 != " " }))
    }
    #expect(try figure.plotAreas()[0].y > plain.y + 8 && figure.plotAreas()[0].x > plain.x + 8)
  }

  @Test func bracesByTheThousandEnd() throws {
    var figure = Figure()
    for text in [
      String(repeating: "^{", count: 10_000), String(repeating: "^{a}", count: 10_000),
      String(repeating: "a", count: 300_000),
    ] {
      figure.axes.title = text
      let list = try figure.displayList()
      #expect(list.remarks.contains { $0.contains("was cut after 500") })
    }
  }

  @Test func entitiesStayAsTyped() throws {
    // gd would turn these into "<" and "&".
    let (entity, _) = try title("&lt;&amp;")
    let (sign, _) = try title("<&")
    let long = try #require(ink(entity, 0..<entity.width, 0..<50))
    let short = try #require(ink(sign, 0..<sign.width, 0..<50))
    #expect(long.right - long.left > 3 * (short.right - short.left))
  }

  @Test func hostileTextIsDrawnOrDropped() throws {
    for text in [
      "", " ", "\u{0}\u{7}", "a\nb", "^{", "_{}", "^{a", "}{", String(repeating: "W", count: 5000),
      "\u{202E}abc",
      "👩‍👩‍👧‍👦", "é", "e\u{301}", "%s%n", "^{⁸}",
    ] {
      var figure = Figure()
      figure.axes.title = text
      figure.axes.x.label = text
      figure.axes.y.label = text
      figure.annotate(text, x: 0, y: 0)
      try figure.line(x: [0, 1], y: [0, 1], label: text)
      // The page grows for names that are long.
      #expect(try Picture(figure.png()).width >= 1050)
    }
  }

  @Test func fontFilesAreChecked() throws {
    #expect(throws: FigureError.self) { try FontFile(path: "no-such-font.ttf") }
    #expect(throws: FigureError.self) { try FontFile(path: "a;b.ttf") }
    let folder = try TemporaryFolder()
    let face = try #require(
      ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/dejavu/DejaVuSans.ttf"].first {
        FileManager.default.isReadableFile(atPath: $0)
      })
    let sound = try FontFile(path: FilePath(face))
    #expect(sound.has("A") && sound.has("⁸") && !sound.has("\u{10FFFD}"))
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: face)).prefix(400_000))
    // Cut short and scrambled at many places: an error or a font, never a crash.
    for cut in [0, 3, 12, 100, 300, 5000, 20_000, 399_000] {
      _ = try? FontFile(path: folder.write(Array(bytes.prefix(cut)), "broken.ttf"))
    }
    for step in 1...60 {
      var copy = bytes
      for i in stride(from: step, to: step < 30 ? 400 : copy.count, by: step * 7 + 13) {
        copy[i] = UInt8(i * step & 255)
      }
      _ = try? FontFile(path: folder.write(copy, "broken.ttf"))
    }
    var figure = Figure(style: FigureStyle(fonts: .files(regular: FilePath(face), bold: nil)))
    figure.axes.title = "explicit"
    #expect(try figure.png().count > 1000)
    figure.style.fonts = .files(regular: "missing.ttf", bold: nil)
    #expect(throws: FigureError.self) { try figure.png() }
  }
}
