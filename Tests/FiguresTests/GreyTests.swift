import Figures
import Testing

/// Figures that were printed without colours, and legends of figures from a formula.
@Suite struct GreyTests {
  /// Each series of a cycle, drawn along the same points at a height of its own, is another strip of grey.
  @Test(arguments: [2, 5, 8, 12])
  func everySeriesIsToldApart(_ count: Int) throws {
    var figure = Figure(size: .points(width: 300, height: Double(40 + 30 * count)), style: .screen)
    figure.axes.grid = .none
    figure.axes.legend.place = .none
    (figure.axes.y.lower, figure.axes.y.upper) = (0, Double(count + 1))
    let x = (0...8).map(Double.init)
    for i in 1...count { try figure.line(x: x, y: x.map { _ in Double(i) }, label: "\(i)") }
    let (picture, area) = (try Picture(figure.png(dpi: 72)), try figure.plotAreas()[0])
    let light = PerceivedDifference.lab(picture).map(\.x)
    let strips = (1...count).map { i -> [Double] in
      let middle = Int(area.bottom - area.height * Double(i) / Double(count + 1))
      return (middle - 7...middle + 7).flatMap { y in
        (Int(area.x) + 4..<Int(area.right) - 4).map { light[y * picture.width + $0] }
      }
    }
    for i in strips.indices {
      for j in 0..<i {
        let difference =
          zip(strips[i], strips[j]).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(strips[i].count)
        // The same look twice is below 0.1 but for where the lines lie between the pixels.
        #expect(
          difference > 1.2, "series \(i + 1) and \(j + 1) of \(count) look alike in grey: \(difference)")
      }
    }
  }

  /// Within the page, and within its axes where it stands in them.
  @Test(arguments: 0..<48)
  func legendsAreInside(_ seed: Int) throws {
    var maker = FigureMaker(seed: seed)
    let figure = try maker.figure().figure
    let page = try figure.displayList().size
    for (box, area) in zip(try figure.legendBoxes(), try figure.plotAreas()) {
      guard let box else { continue }
      #expect(
        box.x >= 0 && box.y >= 0 && box.right <= page.width && box.bottom <= page.height, "figure \(seed)")
      let crosses = box.x < area.right && box.right > area.x && box.y < area.bottom && box.bottom > area.y
      #expect(!crosses || area.inset(by: -0.5).contains(Point(box.x, box.y)), "figure \(seed)")
      #expect(!crosses || area.inset(by: -0.5).contains(Point(box.right, box.bottom)), "figure \(seed)")
    }
  }
}
