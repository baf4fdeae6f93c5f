import Figures
import Foundation
import Testing

/// Draws every kind of figure; with FIGURES_GALLERY=folder the pictures are kept there to be looked at.
@Suite struct GalleryTests {
  @Test(arguments: Gallery.all.map(\.name))
  func draws(_ name: String) throws {
    let make = try #require(Gallery.all.first { $0.name == name }?.make)
    let drawing = try make()
    let start = ContinuousClock.now
    let png = try drawing.png()
    let time = ContinuousClock.now - start
    #expect(try make().png() == png, "the same input gives the same bytes")
    #expect(drawing.csv().split(separator: "\n").count > 1)
    if let folder = ProcessInfo.processInfo.environment["FIGURES_GALLERY"] {
      try png.write(to: URL(fileURLWithPath: folder + "/" + name + ".png"))
      try drawing.csv().write(toFile: folder + "/" + name + ".csv", atomically: true, encoding: .utf8)
      print(name, time)
    }
  }
}

@Suite(.serialized) struct SpeedTests {
  /// The bound is generous for a busy machine; the usual time is far lower and printed.
  @Test func aFigureAt300DpiIsFast() throws {
    let figure = try Gallery.accuracyAgainstCost()
    let (list, draw) = (try fastest { try figure.displayList() }, try fastest { try figure.png() })
    print("figure at 300 dpi: layout", list, "in all", draw)
    #expect(draw < .milliseconds(100))
  }

  private func fastest(_ body: () throws -> some Any) rethrows -> Duration {
    var best = Duration.seconds(10)
    for _ in 0..<10 {
      let start = ContinuousClock.now
      _ = try body()
      best = min(best, ContinuousClock.now - start)
    }
    return best
  }
}
