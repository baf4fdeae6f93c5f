import Figures
import Foundation
import Testing

@Suite struct PictureFormatTests {
  @Test func everyFormatHasItsOwnEnding() {
    let endings = PictureFormat.all.map(\.ending)
    #expect(Set(endings).count == endings.count && !endings.isEmpty)
    #expect(endings.allSatisfy { !$0.isEmpty && !$0.contains(".") && $0 == $0.lowercased() })
  }

  /// Those that can be written without installing anything.
  private static let ready = PictureFormat.all.map(\.ending).filter {
    $0 != "pdf" || CairoLibrary.isAvailable
  }

  @Test(arguments: ready)
  func everyFormatRendersTheSameBytesAgain(_ ending: String) throws {
    let format = try #require(PictureFormat.all.first { $0.ending == ending })
    let list = try Gallery.bars().displayList()
    let bytes = try format.render(list, 72)
    #expect(!bytes.isEmpty)
    #expect(try format.render(list, 72) == bytes)
  }

  @Test func formatsAreListedByTheirEndings() throws {
    func endings(_ text: String) throws -> [String] { try PictureFormat.list(text).map(\.ending) }
    #expect(try endings("png,svg,pdf") == ["png", "svg", "pdf"])
    #expect(try endings("PDF, svg,svg") == ["svg", "pdf"])
    #expect(try endings("jpeg") == ["jpg"])
    // Pages show no PDF.
    #expect(try endings("pdf") == ["png", "pdf"])
    for text in ["", "png,", "pgn", "png svg"] {
      let error = #expect(throws: FigureError.self) { try PictureFormat.list(text) }
      #expect(error?.description.contains("picture format") == true)
    }
  }

  /// Both are without loss; the PNG is our own, the WebP libgd's, which reads both.
  @Test func pixelsOfPNGAndWebPAreTheSame() throws {
    let list = try Gallery.glimpses().displayList()
    let png = try list.png(dpi: 400)
    #expect(try Picture(png) == Picture(PictureFormat.webp.render(list, 400)))
    // More than one part, each but the last of the same size.
    let (mark, full) = (Data("IDAT".utf8), Data([0, 4, 0, 0]))
    let parts = png.ranges(of: mark)
    #expect(parts.count > 1)
    for range in parts.dropLast() { #expect(png[range.lowerBound - 4..<range.lowerBound] == full) }
  }

  @Test func filesOfPixelsHaveTheirResolution() throws {
    let list = try Gallery.bars().displayList()
    // Pixels per metre in a PNG, and per inch in a JPEG's first segment.
    let png = try list.png(dpi: 150)
    #expect(png.firstRange(of: Data("pHYs".utf8) + [0, 0, 0x17, 0x12, 0, 0, 0x17, 0x12, 1]) != nil)
    let jpeg = try PictureFormat.jpeg.render(list, 150)
    #expect([UInt8](jpeg.prefix(18).suffix(5)) == [1, 0, 150, 0, 150])
    #expect(try PictureFormat.webp.render(list, 150).prefix(4) == Data("RIFF".utf8))
  }
}
