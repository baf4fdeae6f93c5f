import Figures
import Testing

/// Figures that were printed without colours, and legends of figures from a formula.
@Suite struct GreyTests {
  /// How dark each column of pixels is around each of the levels 1, 2, … of a figure, whatever its colours: where markers and gaps
  /// are, and how light the line is between them.
  private func profiles(_ figure: inout Figure, levels: Int) throws -> [[Double]] {
    figure.axes.grid = .none
    figure.axes.legend.place = .none
    (figure.axes.y.lower, figure.axes.y.upper) = (0, Double(levels + 1))
    let (picture, area) = (try Picture(figure.png(dpi: 72)), try figure.plotAreas()[0])
    let light = PerceivedDifference.lab(picture).map(\.x)
    return (1...levels).map { level in
      let middle = Int(area.bottom - area.height * Double(level) / Double(levels + 1))
      return (Int(area.x) + 4..<Int(area.right) - 4).map { x in
        (middle - 7...middle + 7).reduce(0) { $0 + 100 - light[$1 * picture.width + x] }
      }
    }
  }

  private func difference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(a.count)
  }

  /// The same look twice, between other pixels, differs by less than 3; each two of the cycle by more than 6.
  @Test(arguments: [2, 5, 8, 12])
  func everySeriesIsToldApart(_ count: Int) throws {
    let size = FigureSize.points(width: 300, height: Double(40 + 30 * count))
    let x = (0...8).map(Double.init)
    func level(_ i: Int) -> [Double] { x.map { _ in Double(i) } }
    var (cycle, same) = (Figure(size: size, style: .screen), Figure(size: size, style: .screen))
    for i in 1...count {
      try cycle.line(x: x, y: level(i), label: "\(i)")
      try same.line(x: x, y: level(i), style: LineStyle(color: .black))
    }
    let (looks, copies) = (try profiles(&cycle, levels: count), try profiles(&same, levels: count))
    for i in looks.indices {
      for j in 0..<i {
        let far = difference(looks[i], looks[j])
        #expect(far > 6, "series \(i + 1) and \(j + 1) of \(count) look alike in grey: \(far)")
        #expect(difference(copies[i], copies[j]) < 3, "\(difference(copies[i], copies[j]))")
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
