import Figures
import Foundation
import Testing

/// Draws every kind of figure; with FIGURES_GALLERY=folder the pictures are kept there to be looked at.
@Suite struct GalleryTests {
  @Test(arguments: Gallery.all.map(\.name))
  func theSameFigureIsDrawnAgain(_ name: String) throws {
    let make = try #require(Gallery.all.first { $0.name == name }?.make)
    let drawing = try make()
    let png = try drawing.png()
    #expect(try make().png() == png, "the same input gives the same bytes")
    #expect(try drawing.csv().split(separator: "\n").count > 1)
    if let folder = ProcessInfo.processInfo.environment["FIGURES_GALLERY"] {
      try png.write(to: URL(fileURLWithPath: folder + "/" + name + ".png"))
      try drawing.csv().write(toFile: folder + "/" + name + ".csv", atomically: true, encoding: .utf8)
    }
  }
}
