import Figures
import Foundation
import Support
import TestSupport
import Testing

/// Every format looks like the PNG, as other projects' renderers show it.
@Suite struct RendererTests {
  private static let pdftoppm = OtherTool("pdftoppm", package: "poppler-utils")
  private static let rsvg = OtherTool("rsvg-convert", package: "librsvg2-bin")
  /// Fine enough that an edge which lies half a pixel elsewhere counts little.
  private static let dpi = 300
  /// The root of the mean square difference, in levels of 255, of what the renderers do to edges. Where everything lies a
  /// point elsewhere, it is beyond `shifted`.
  private static let tolerance = 20.0

  /// The levels of blocks of 2×2 pixels, of so many columns and rows of pixels.
  private func blocks(_ picture: Picture, _ columns: Int, _ rows: Int, dx: Int = 0) -> [Double] {
    var levels: [Double] = []
    for y in 0..<rows / 2 {
      for x in 0..<columns / 2 {
        let (left, right) = (min(2 * x + dx, columns - 1), min(2 * x + 1 + dx, columns - 1))
        let upper = picture.level(left, 2 * y) + picture.level(right, 2 * y)
        let lower = picture.level(left, 2 * y + 1) + picture.level(right, 2 * y + 1)
        levels.append(Double(upper + lower) / 4)
      }
    }
    return levels
  }

  private func difference(_ a: [Double], _ b: [Double]) -> Double {
    let sum = zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    return (sum / Double(max(min(a.count, b.count), 1))).squareRoot()
  }

  private func drawings() throws -> [(name: String, drawing: any Drawing)] {
    var result: [(name: String, drawing: any Drawing)] = []
    for sample in LayerSample.all {
      var figure = try sample.figure(label: sample.takesLabel ? "a label" : nil)
      (figure.axes.x.hidden, figure.axes.y.hidden) = (false, false)
      (figure.axes.title, figure.axes.x.label) = (sample.name, "the label of this axis")
      result.append((sample.name, figure))
    }
    return result + [("glimpses", try Gallery.blueOrangeGlimpses()), ("map", try Gallery.policyMap())]
  }

  /// Compares what `draw` makes of a file of every drawing with the drawing's PNG.
  private func compare(_ ending: String, _ draw: (String) throws -> Data) throws {
    let format = try #require(PictureFormat.named(ending))
    let folder = try TemporaryFolder()
    for (i, (name, drawing)) in try drawings().enumerated() {
      let list = try drawing.displayList()
      let path = try folder.write([UInt8](format.render(list, Self.dpi)), "\(i).\(ending)")
      let shown = try Picture(draw(path.string))
      let wanted = try Picture(list.png(dpi: Self.dpi))
      #expect(abs(shown.width - wanted.width) <= 1 && abs(shown.height - wanted.height) <= 1, "\(name)")
      let (columns, rows) = (min(shown.width, wanted.width), min(shown.height, wanted.height))
      let levels = blocks(wanted, columns, rows)
      let found = difference(blocks(shown, columns, rows), levels)
      #expect(found < Self.tolerance, "\(name)")
      // The measure itself: a point is four pixels.
      let moved = difference(blocks(wanted, columns, rows, dx: 4), levels)
      #expect(found < moved * 0.75, "\(name): \(found) of \(moved)")
    }
  }

  @Test(
    .enabled(
      if: pdftoppm.isThere && CairoLibrary.isAvailable,
      "pdftoppm (Debian: poppler-utils) or cairo is not there"))
  func pdfLooksLikePNG() throws {
    try compare("pdf") { try Self.pdftoppm.run(["-r", "\(Self.dpi)", "-png", $0]).output }
  }

  @Test(.enabled(if: rsvg.isThere, "rsvg-convert is not there (Debian: librsvg2-bin)"))
  func svgLooksLikePNG() throws {
    try compare("svg") {
      try Self.rsvg.run(["--dpi-x", "\(Self.dpi)", "--dpi-y", "\(Self.dpi)", $0]).output
    }
  }
}
