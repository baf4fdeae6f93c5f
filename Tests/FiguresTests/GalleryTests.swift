import Figures
import Foundation
import Testing

/// Draws every kind of figure; with FIGURES_GALLERY=folder the pictures are kept there to be looked at.
@Suite struct GalleryTests {
  @Test(arguments: ["accuracy-vs-cost", "cycles"])
  func draws(_ name: String) throws {
    let drawing: any Drawing =
      switch name {
      case "accuracy-vs-cost": try Gallery.accuracyAgainstCost()
      default: try Gallery.cycles()
      }
    let start = ContinuousClock.now
    let png = try drawing.png()
    let time = ContinuousClock.now - start
    #expect(try drawing.png() == png)
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
    var best = Duration.seconds(10)
    for _ in 0..<10 {
      let start = ContinuousClock.now
      _ = try figure.png()
      best = min(best, ContinuousClock.now - start)
    }
    print("figure at 300 dpi:", best)
    #expect(best < .milliseconds(100))
  }
}
