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

@Suite struct SpeedTests {
  /// Processor time of this thread, because other tests and programs run beside it.
  @Test func aFigureAt300DpiIsFast() throws {
    let figure = try Gallery.accuracyAgainstCost()
    let (layout, whole) = (try fastest { try figure.displayList() }, try fastest { try figure.png() })
    print("figure at 300 dpi: layout \(layout) ms, layout, painting and PNG \(whole) ms")
    #expect(whole < 80)
  }

  private func fastest(_ body: () throws -> some Any) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
    var best = Double.infinity
    for _ in 0..<10 {
      let start = now()
      _ = try body()
      best = min(best, now() - start)
    }
    return best
  }
}
