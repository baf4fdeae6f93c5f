import Figures
import Foundation
import Support
import TestSupport
import Testing

/// Every kind of layer and of picture against a picture of it in `Tests/Fixtures/figures`.
///
/// `GFNET_LAB_WRITE_SNAPSHOTS=1 make test ARGS="--filter SnapshotTests"` draws the pictures anew; they are to be looked at before
/// they are committed. All are set in DejaVu Sans, which comes with libgd.
@Suite struct SnapshotTests {
  /// Edges of letters that another version of FreeType moves by a tenth of a pixel are within all three limits; a line that is left
  /// out, another colour, a point that is moved and another word are beyond one of them.
  private static let most = (mean: 0.3, striking: 0.001, worst: 5.0)

  private static func isClose(_ difference: PerceivedDifference) -> Bool {
    difference.mean <= most.mean && difference.striking <= most.striking && difference.worst <= most.worst
  }
  private static let dpi = 50

  private static let folder = Fixtures.path("figures")
  private static let isWriting = ProcessInfo.processInfo.environment["GFNET_LAB_WRITE_SNAPSHOTS"] == "1"

  /// What "strange" has of letters depends on the fonts of the machine.
  private static let pictures = Gallery.all.map(\.name).filter { $0 != "strange" }

  private func compare(_ png: Data, _ name: String) throws {
    let path = Self.folder / (name.replacing(" ", with: "-") + ".png")
    if Self.isWriting {
      try FileManager.default.createDirectory(atPath: Self.folder.string, withIntermediateDirectories: true)
      return try png.write(to: URL(fileURLWithPath: path.string))
    }
    let expected = try Picture(Data(contentsOf: URL(fileURLWithPath: path.string)))
    let difference = try PerceivedDifference(Picture(png), expected)
    #expect(Self.isClose(difference), "\(name): \(difference)")
  }

  @Test(arguments: LayerSample.all)
  func everyLayerLooksAsBefore(_ sample: LayerSample) throws {
    var figure = Figure(style: .screen)
    (figure.axes.x.label, figure.axes.y.label) = ("x", "y")
    try sample.draw(&figure.axes, sample.takesLabel ? "name" : nil)
    try compare(figure.png(dpi: Self.dpi), sample.name)
  }

  @Test(arguments: pictures)
  func everyPictureLooksAsBefore(_ name: String) throws {
    let drawing = try #require(try Gallery.all.first { $0.name == name }?.make())
    var plain = drawing
    if var figure = drawing as? Figure {
      figure.style = .screen
      plain = figure
    } else if var grid = drawing as? GlimpseGrid {
      grid.style = .screen
      plain = grid
    }
    try compare(plain.png(dpi: Self.dpi), "gallery-" + name)
  }

  /// Pictures that nothing is drawn for any more are not kept.
  @Test(.disabled(if: isWriting, "the pictures are being drawn"))
  func everyFileIsOfOneOfThem() throws {
    let names =
      LayerSample.all.map { $0.name.replacing(" ", with: "-") } + Self.pictures.map { "gallery-" + $0 }
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.string)
    #expect(Set(files) == Set(names.map { $0 + ".png" }))
  }

  /// What the limits are for: each of these must be found.
  @Test func whatChangedIsFound() throws {
    func figure(_ color: Color, shift: Double = 0, title: String = "A title", second: Bool = true) throws
      -> Picture
    {
      var figure = Figure(style: .screen)
      figure.axes.title = title
      (figure.axes.y.lower, figure.axes.y.upper) = (0, 10)
      try figure.line(x: [1, 2, 3], y: [2, 5 + shift, 4], style: LineStyle(color: color))
      if second {
        try figure.line(x: [1, 2, 3], y: [8, 7, 9], style: LineStyle(color: .orange, dash: .dotted))
      }
      return try Picture(figure.png(dpi: Self.dpi))
    }
    func isFound(_ picture: Picture) throws -> Bool {
      try !Self.isClose(PerceivedDifference(picture, figure(.blue)))
    }
    #expect(try !isFound(figure(.blue)))
    #expect(try isFound(figure(.green)), "another colour")
    #expect(try isFound(figure(.blue, shift: 0.6)), "a point that is moved")
    #expect(try isFound(figure(.blue, title: "Another")), "another word")
    #expect(try isFound(figure(.blue, second: false)), "a line that is gone")
    #expect(throws: PerceivedDifference.DifferentSize.self) {
      try PerceivedDifference(figure(.blue), Picture(Figure(style: .web).png(dpi: Self.dpi)))
    }
  }
}
