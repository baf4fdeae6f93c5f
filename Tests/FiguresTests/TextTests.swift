import CGD
import Figures
import Foundation
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
    #expect(a.right - a.left == b.right - b.left && a.bottom - a.top == b.bottom - b.top)
  }

  @Test func whatNoFaceHasIsAQuestionMark() throws {
    let unknown = "\u{10FFFD}"
    #expect(try title(unknown).0.count(0) == title("?").0.count(0))
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
      #expect(try Picture(figure.png()).width == 1050)
    }
  }

  @Test func fontFilesAreChecked() throws {
    #expect(throws: FigureError.self) { try FontFile(path: "no-such-font.ttf") }
    #expect(throws: FigureError.self) { try FontFile(path: "a;b.ttf") }
    let folder = FileManager.default.temporaryDirectory.path + "/figures-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let face = try #require(
      ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/dejavu/DejaVuSans.ttf"].first {
        FileManager.default.isReadableFile(atPath: $0)
      })
    let sound = try FontFile(path: face)
    #expect(sound.has("A") && sound.has("⁸") && !sound.has("\u{10FFFD}"))
    let bytes = try Data(contentsOf: URL(fileURLWithPath: face)).prefix(400_000)
    let path = folder + "/broken.ttf"
    // Cut short and scrambled at many places: an error or a font, never a crash.
    for cut in [0, 3, 12, 100, 300, 5000, 20_000, 399_000] {
      try bytes.prefix(cut).write(to: URL(fileURLWithPath: path))
      _ = try? FontFile(path: path)
    }
    for step in 1...60 {
      var copy = Data(bytes)
      for i in stride(from: step, to: step < 30 ? 400 : copy.count, by: step * 7 + 13) {
        copy[i] = UInt8(i * step & 255)
      }
      try copy.write(to: URL(fileURLWithPath: path))
      _ = try? FontFile(path: path)
    }
    var figure = Figure(style: FigureStyle(fonts: .files(regular: face, bold: nil)))
    figure.axes.title = "explicit"
    #expect(try figure.png().count > 1000)
    figure.style.fonts = .files(regular: "missing.ttf", bold: nil)
    #expect(throws: FigureError.self) { try figure.png() }
  }
}
