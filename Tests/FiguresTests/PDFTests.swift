import Figures
import Foundation
import Support
import TestSupport
import Testing

@Suite(.enabled(if: CairoLibrary.isAvailable, "cairo is not there (Debian: libcairo2)")) struct PDFTests {
  private static let pdffonts = OtherTool("pdffonts", package: "poppler-utils")
  private static let pdftotext = OtherTool("pdftotext", package: "poppler-utils")

  @Test func pagesAreAsLargeAsTheFigureAndHaveNoTime() throws {
    var figure = try Gallery.bars()
    figure.axes.title = "η^{2} of „bars“"
    let bytes = try figure.displayList().pdf()
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("%PDF-1."))
    #expect(!text.contains("Date"))
    #expect(try bytes == figure.displayList().pdf())
  }

  @Test(.enabled(if: pdffonts.isThere, "pdffonts is not there (Debian: poppler-utils)"))
  func everyFontIsEmbeddedAndNoneOfType3() throws {
    let folder = try TemporaryFolder()
    for (name, make) in Gallery.all {
      let path = try folder.write([UInt8](make().displayList().pdf()), "\(name).pdf")
      let result = try Self.pdffonts.run([path.string])
      #expect(result.status == 0)
      let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n").dropFirst(2)
      #expect(!lines.isEmpty, "\(name)")
      for line in lines {
        // From the right: object, generation, Unicode map, subset, embedded.
        let words = line.split(separator: " ")
        #expect(!line.contains("Type 3") && words.count > 6, "\(line)")
        #expect(words.suffix(5).prefix(3) == ["yes", "yes", "yes"], "\(line)")
      }
    }
  }

  @Test(.enabled(if: pdftotext.isThere, "pdftotext is not there (Debian: poppler-utils)"))
  func textCanBeSearchedAndCopied() throws {
    let folder = try TemporaryFolder()
    var figure = Figure(size: .points(width: 400, height: 300))
    figure.axes.title = "Budget – ηµ ✓ 𝟘 (a)b\\c"
    figure.axes.x.label = "average <budget> & cost"
    try figure.line(x: [1, 2], y: [1, 2], label: "GFNet (MobileNetV3)")
    let path = try folder.write([UInt8](figure.displayList().pdf()), "a.pdf")
    let shown = String(decoding: try Self.pdftotext.run([path.string, "-"]).output, as: UTF8.self)
    for wanted in ["Budget", "η", "✓", "𝟘", "(a)b\\c", "average <budget> & cost", "GFNet (MobileNetV3)"] {
      #expect(shown.contains(wanted), "\(wanted): \(shown)")
    }
  }

  @Test func senselessSizesAreErrors() {
    #expect(throws: FigureError.self) { try DisplayList(size: Size(width: .nan, height: 10)).pdf() }
    #expect(throws: FigureError.self) { try DisplayList(size: Size(width: 1e6, height: 1e6)).pdf() }
  }

  /// Threads draw at once; fonts are shared.
  @Test func figuresOfSeveralThreadsAreTheSame() throws {
    let lists = try [Gallery.bars().displayList(), Gallery.seeds().displayList()]
    let wanted = try lists.map { try $0.pdf() }
    let same = Array(repeating: 0, count: 40).indices.map { $0 % 2 }
    DispatchQueue.concurrentPerform(iterations: same.count) { i in
      let bytes = try? lists[same[i]].pdf()
      if bytes != wanted[same[i]] { Issue.record("figure \(same[i])") }
    }
  }
}
