import Figures
import Foundation
import Testing

/// Charts that are computed from their numbers: distributions, fronts, calibration, confusion, contours.
@Suite struct ChartTests {
  private func texts(_ figure: Figure) throws -> [String] {
    try figure.displayList().items.compactMap { if case .text(let run) = $0 { run.text } else { nil } }
  }

  private func fields(_ figure: Figure, _ column: String) throws -> [String] {
    let lines = try figure.csv().split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let index = try #require(lines[0].firstIndex(of: column))
    return lines.dropFirst().map { $0[index] }
  }

  @Test func theFrontIsWhatNoOtherPointBeats() throws {
    var figure = Figure()
    try figure.pareto(x: [1, 2, 2, 3, 4, .nan, 1], y: [60, 70, 65, 69, 75, 99, 60])
    #expect(try fields(figure, "value") == ["1", "1", "0", "0", "1", "0", "1"])
    var costs = Figure()
    try costs.pareto(x: [1, 2, 3], y: [5, 3, 4], options: ParetoOptions(x: .higher, y: .lower))
    #expect(try fields(costs, "value") == ["0", "1", "1"])
  }

  @Test func theCalibrationErrorIsTheMeanGapOfTheBins() throws {
    var figure = Figure()
    // Two bins: 0.25 with an accuracy of 1/2, and 0.75 with one of 1.
    let error = try figure.reliability(
      confidence: [0.2, 0.3, 0.7, 0.8], correct: [true, false, true, true], bins: 2, label: "net")
    #expect(abs(error - 0.25) < 1e-12)
    #expect(try texts(figure).contains("net (ECE 25.0 %)"))
    #expect(try fields(figure, "value") == ["2", "2"])
    #expect(throws: FigureError.self) { try figure.reliability(confidence: [0.5], correct: []) }
  }

  @Test func aConfusionMatrixShowsPartsOfItsRowsAndKeepsCounts() throws {
    var figure = Figure()
    try figure.confusion(
      truth: [1, 1, 1, 1, 2], predicted: [1, 1, 1, 2, 2], options: ConfusionOptions(names: ["cat", "dog"]))
    #expect(try fields(figure, "value") == ["3", "1", "0", "1"])
    let shown = try texts(figure)
    #expect(
      shown.contains("75") && shown.contains("25") && shown.contains("cat") && shown.contains("predicted"))
    #expect(throws: FigureError("confusion: class 3 is not one of 1 to 2")) {
      var other = Figure()
      try other.confusion(truth: [3], predicted: [1], options: ConfusionOptions(names: ["cat", "dog"]))
    }
  }

  @Test func contoursOfADistanceAreCircles() throws {
    var figure = LayerSample.empty
    let places = (-20...20).map { Double($0) / 10 }
    let values = places.flatMap { y in places.map { x in hypot(x, y) } }
    let color = Color(0xFF0000)
    try figure.contour(
      values, x: places, y: places, options: ContourOptions(levels: [1], color: color, writesLevels: false))
    let area = try figure.plotAreas()[0]
    var count = 0
    for case .stroke(let path, let stroke) in try figure.displayList().items where stroke.color == color {
      for case .line(let p) in path.elements {
        let x = (p.x - area.center.x) / area.width * 4
        let y = (p.y - area.center.y) / area.height * 4
        #expect(abs(hypot(x, y) - 1) < 0.01)
        count += 1
      }
    }
    #expect(count > 60)
    #expect(throws: FigureError.self) { try figure.contour([1, 2, 3, 4], x: [1, 1], y: [1, 2]) }
  }

  @Test func boxesReachFromQuartileToQuartile() throws {
    var figure = LayerSample.empty
    (figure.axes.y.lower, figure.axes.y.upper) = (0, 100)
    let values = (0...100).map(Double.init)
    try figure.distribution(
      .box, categories: ["a"], series: [DistributionSeries(nil, [values], color: Color(0xFF0000))])
    let area = try figure.plotAreas()[0]
    let fill = Color(0xFF0000).mixed(with: .white, 0.6)
    let picture = try Picture(figure.png())
    let scale = 300.0 / 72
    func color(_ share: Double) -> Int32 {
      picture.color(
        Int((area.center.x + 5) * scale), Int((area.bottom - area.height * share) * scale))
    }
    let packed = Int32(fill.red) << 16 | Int32(fill.green) << 8 | Int32(fill.blue)
    for share in [0.3, 0.45, 0.55, 0.7] { #expect(color(share) == packed, "at \(share)") }
    for share in [0.2, 0.8] { #expect(color(share) == 0xFFFFFF, "at \(share)") }
    #expect(throws: FigureError.self) {
      try figure.distribution(.violin, categories: ["a"], series: [DistributionSeries(nil, [[1]])])
    }
  }

  @Test func levelBarsStandFromAboveWithAllTheirValues() throws {
    var figure = Figure()
    try figure.bar(
      categories: ["first of all", "second"], values: [917, 23],
      options: BarOptions(showValues: true, isHorizontal: true))
    var places: [String: Point] = [:]
    for case .text(let run) in try figure.displayList().items { places[run.text] = run.origin }
    let (first, second) = (try #require(places["917"]), try #require(places["23"]))
    #expect(first.y < second.y && first.x > second.x)
    #expect(try #require(places["second"]).y > first.y)
  }

  @Test func aMapOverAnImageLeavesWhatItFadesTo() throws {
    var figure = LayerSample.empty
    let image = try Pixels(width: 2, height: 1, channels: 3, bytes: [0, 0, 255, 0, 0, 255])
    try figure.heatMap(
      [[0, 1]],
      options: HeatMapOptions(colors: .reds, colorBar: false, opacity: 1, fades: true, image: image))
    let pixels = try figure.displayList().items.compactMap {
      if case .image(let it, _, _) = $0 { it } else { nil }
    }
    #expect(try #require(pixels.first).bytes == [0, 0, 255, 0x67, 0, 0x0D])
  }
}
