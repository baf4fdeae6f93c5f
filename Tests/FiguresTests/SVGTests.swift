import Figures
import Foundation
import Support
import TestSupport
import Testing

@Suite struct SVGTests {
  private static let xmllint = OtherTool("xmllint", package: "libxml2-utils")

  private func text(_ drawing: some Drawing) throws -> String {
    String(decoding: try drawing.displayList().svg(), as: UTF8.self)
  }

  /// What stands between the tags of text, without the tags.
  private func texts(_ svg: String) -> [String] {
    svg.matches(of: /<text[^>]*>(.*?)<\/text>/).map { String($0.1).replacing(/<[^>]*>/, with: "") }
  }

  private func numbers(_ name: String, in svg: String) throws -> [Double] {
    let expression = try Regex(" \(name)=\"([-.0-9]+)\"", as: (Substring, Substring).self)
    return svg.matches(of: expression).compactMap { Double($0.1) }
  }

  private static let hostile = [
    "</text><script>alert(1)</script>", "<![CDATA[x]]>", "&amp;&#0;&xxe;", "\"onload='x'", "<!--", "]]>",
    "a\u{1}b",
    "\u{FFFE}\u{FFFF}", "<image xlink:href=\"http://example.org/x.png\"/>", "#\u{1}s1", "javascript:alert(1)",
  ]

  private func hostileFigure() throws -> Figure {
    var figure = Figure(size: .points(width: 600, height: 500))
    figure.axes.title = Self.hostile.joined(separator: " ")
    figure.axes.x.label = Self.hostile.joined()
    for label in Self.hostile { try figure.line(x: [1, 2], y: [1, 2], label: label) }
    for (i, label) in Self.hostile.enumerated() { figure.annotate(label, x: 1.5, y: 1 + Double(i) / 12) }
    return figure
  }

  @Test func sizesArePointsAndTextIsText() throws {
    let figure = try Gallery.accuracyAgainstCost()
    let svg = try text(figure)
    #expect(svg.contains("width=\"252pt\" height=\"187.2pt\" viewBox=\"0 0 252 187.2\""))
    let shown = texts(svg)
    for wanted in ["GoogLeNet", "top-1 accuracy (%)", "MobileNetV3", "×10", "8"] {
      #expect(shown.contains(wanted), "\(wanted): \(shown)")
    }
    let runs = try figure.displayList().items.filter { if case .text = $0 { true } else { false } }
    #expect(shown.count == runs.count)
  }

  @Test func labelsOfStrangersBecomeNoMarkup() throws {
    let svg = try text(hostileFigure())
    for tag in svg.matches(of: /<\/?([a-zA-Z!?\[][^\s>\/]*)/) {
      #expect(
        [
          "?xml", "svg", "title", "defs", "path", "clipPath", "rect", "g", "use", "text", "tspan",
        ].contains(String(tag.1)), "\(tag.1)")
    }
    // What is referred to is inside: definitions of this file and images that it holds.
    for reference in svg.matches(of: #/(?:href="|url\()([^")]*)/#) {
      #expect(reference.1.hasPrefix("#") || reference.1.hasPrefix("data:image/png;base64,"), "\(reference.1)")
    }
    #expect(!svg.contains("onload='") && !svg.contains("\u{1}") && !svg.contains("\u{FFFE}"))
    #expect(texts(svg).contains("&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;"))
  }

  @Test(.enabled(if: xmllint.isThere, "xmllint is not there (Debian: libxml2-utils)"))
  func anIndependentParserReadsEveryFile() throws {
    let folder = try TemporaryFolder()
    var drawings: [any Drawing] = [try hostileFigure()]
    drawings += try Gallery.all.map { try $0.make() }
    drawings += try LayerSample.all.map { try $0.figure(label: "a & b <c>") }
    for (i, drawing) in drawings.enumerated() {
      let path = try folder.write([UInt8](drawing.displayList().svg()), "\(i).svg")
      let result = try Self.xmllint.run(["--noout", "--nonet", path.string])
      #expect(result.status == 0, "drawing \(i)")
    }
    let hostile = try folder.write([UInt8](hostileFigure().displayList().svg()), "hostile.svg")
    let title = try Self.xmllint.run(["--xpath", "string(//*[local-name()='title'])", hostile.string])
    #expect(String(decoding: title.output, as: UTF8.self).contains("</text><script>alert(1)</script>"))
    // The check itself: what is no XML is told.
    let broken = try folder.write("<svg><text></svg>", "broken.svg")
    #expect(try Self.xmllint.run(["--noout", broken.string]).status != 0)
  }

  /// Two figures can stand in one page: names of definitions are those of one file.
  @Test func namesOfDefinitionsDifferFromFileToFile() throws {
    func names(_ svg: String) -> Set<Substring> { Set(svg.matches(of: #/ id="([^"]*)"/#).map(\.1)) }
    let (one, other) = (try text(Gallery.cycles()), try text(Gallery.logarithmic()))
    #expect(!names(one).isEmpty && !names(other).isEmpty && names(one).isDisjoint(with: names(other)))
    for svg in [one, other] {
      let used = Set(svg.matches(of: #/(?:xlink:href="|url\()\#([^")]*)/#).map(\.1))
      #expect(used == names(svg))
    }
  }

  @Test func equalMarkersAreWrittenOnce() throws {
    var figure = LayerSample.empty
    let x = (0..<500).map { Double($0 * 37 % 101) }
    try figure.scatter(x: x, y: x.map { $0 * $0 }, style: LineStyle(marker: .star))
    let svg = try text(figure)
    #expect(svg.matches(of: #/<use /#).count >= 101)
    #expect(svg.matches(of: #/<path id=/#).count <= 2)
  }

  /// Text is as wide as it was measured, in this file as among the pixels.
  @Test func textIsAsWideAsItsPixels() throws {
    for style in [FigureStyle.paper, .screen] {
      var figure = Figure(style: style)
      figure.axes.title = "HAVE WAVES TO AVERAGE IH"
      let svg = try text(figure)
      let line = try #require(
        svg.split(separator: "\n").first { $0.hasPrefix("<text") && $0.contains("HAVE") })
      let starts = try numbers("x", in: String(line))
      let lengths = try numbers("textLength", in: String(line))
      let width = try #require(starts.last) + #require(lengths.last) - starts[0]
      let picture = try Picture(figure.png())
      let rows = 0..<Int(try figure.plotAreas()[0].y * 300 / 72) - 8
      let inked = (0..<picture.width).filter { x in picture.hasInk(x..<x + 1, rows) }
      let pixels = Double((inked.last ?? 0) - (inked.first ?? 0) + 1) * 72 / 300
      // The letters at both ends keep a little room beside them.
      #expect(width - pixels > -0.3 && width - pixels < 2.2, "\(width) and \(pixels)")
      // In pixels that are few it is as wide.
      let coarse = try Picture(figure.png(dpi: 72))
      let columns = (0..<coarse.width).filter { x in
        coarse.hasInk(x..<x + 1, 0..<rows.count * 72 / 300, below: 200)
      }
      #expect(abs(Double((columns.last ?? 0) - (columns.first ?? 0) + 1) - pixels) < 2.5)
    }
  }

  /// Viewers drop blanks at ends and keep one of several: no word is made wider for those that are gone.
  @Test func wordsAreFittedAndBlanksAreNot() throws {
    var figure = Figure()
    figure.axes.title = " two  words and "
    figure.axes.x.label = "word"
    let svg = try text(figure)
    let fitted = svg.matches(of: #/<(?:tspan|text)[^>]* textLength="[^>]*>([^<]*)</#).map { String($0.1) }
    for word in ["two", "words", "and", "word"] { #expect(fitted.contains(word), "\(fitted)") }
    #expect(fitted.allSatisfy { !$0.contains(" ") })
    // Nothing is lost of what was written.
    #expect(texts(svg).contains { $0.contains("two  words and") }, "\(texts(svg))")
  }

  @Test func whatIsNoNumberLeavesSoundPaths() throws {
    var list = DisplayList(size: Size(width: 50, height: 50))
    list.stroke(
      Path([Point(1, 1), Point(.nan, 2), Point(3, 3), Point(4, .infinity), Point(1e300, 5), Point(6, 6)]),
      Stroke(.black, width: 1, dash: [.nan, 1]))
    list.image(
      try Pixels(width: 1, height: 1, channels: 1, bytes: [3]), in: Rect(x: .nan, y: 0, width: 1, height: 1),
      .nearest)
    list.clip(to: Rect(x: 0, y: 0, width: -5, height: .infinity))
    list.endClip()
    let svg = String(decoding: try list.svg(), as: UTF8.self).lowercased()
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(throws: FigureError.self) { try DisplayList(size: Size(width: .nan, height: 10)).svg() }
    #expect(throws: FigureError.self) { try DisplayList(size: Size(width: 1e6, height: 1e6)).svg() }
  }
}

/// A million points are few bytes, whatever they look like.
@Suite struct LongLineTests {
  private static let count = 1_000_000

  private static func noise(_ seed: UInt64) -> [Double] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 31)
    }
  }

  @Test func aMillionPointsOfALineAreAFewThousand() throws {
    var figure = LayerSample.empty
    try figure.line(x: (0..<Self.count).map(Double.init), y: Self.noise(1))
    let list = try figure.displayList()
    #expect(try list.svg().count < 300_000)
    if CairoLibrary.isAvailable { #expect(try list.pdf().count < 300_000) }
  }

  @Test func aMillionPointsOfABandAreAFewThousand() throws {
    var figure = LayerSample.empty
    let upper = Self.noise(2)
    try figure.axes.band(x: (0..<Self.count).map(Double.init), lower: upper.map { $0 - 1 }, upper: upper)
    #expect(try figure.displayList().svg().count < 600_000)
  }

  /// Points that jump across the page leave no side out that shows.
  @Test func aTangleKeepsWhatIsSeen() throws {
    let points = zip(Self.noise(3), Self.noise(4)).prefix(200_000).map { Point(5 + 240 * $0, 5 + 180 * $1) }
    let far = [Point(270, 3), Point(271.5, 198)]
    var path = Path(points)
    path.move(far[0])
    path.line(far[1])
    var list = DisplayList(size: Size(width: 275, height: 200))
    list.stroke(path, Stroke(Color.black.opacity(0.5), width: 0.8))
    let bytes = try list.svg()
    // All sides would be twice as many bytes.
    #expect(bytes.count < 1_300_000)
    let svg = String(decoding: bytes, as: UTF8.self)
    #expect(svg.contains(" 1.5 195\""), "the last side, which nothing covers")
  }
}
