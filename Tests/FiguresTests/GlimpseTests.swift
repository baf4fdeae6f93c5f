import Figures
import Foundation
import Testing

@Suite struct GlimpseTests {
  private func gray(_ side: Int) throws -> Pixels {
    try Pixels(width: side, height: side, channels: 1, bytes: [UInt8](repeating: 100, count: side * side))
  }

  private func one(_ steps: [Glimpse.Step], _ options: GlimpseOptions = GlimpseOptions()) throws
    -> GlimpseGrid
  {
    GlimpseGrid(
      groups: [.init(items: [Glimpse(pixels: try gray(100), title: "1 – a", steps: steps)])],
      options: options)
  }

  private func count(_ grid: GlimpseGrid, _ color: Color) throws -> Int {
    try Picture(grid.png(dpi: 150)).count(
      Int32(color.red) << 16 | Int32(color.green) << 8 | Int32(color.blue))
  }

  @Test(arguments: GlimpseOptions.Colors.allCases)
  func stepsAreColoredByTheirPrediction(_ colors: GlimpseOptions.Colors) throws {
    var options = GlimpseOptions()
    options.colors = colors
    let patch = Glimpse.Patch(row: 50, column: 40, size: 30)
    let grid = try one(
      [.init(confidence: 0.4, isCorrect: false), .init(patch: patch, confidence: 0.9, isCorrect: true)],
      options)
    #expect(try count(grid, colors.right) > 300)
    #expect(try count(grid, colors.wrong) > 300)
    let right = try one([.init(confidence: 0.4, isCorrect: true)], options)
    #expect(try count(right, colors.wrong) == 0)
  }

  @Test func aStepThatNobodyCanJudgeHasItsOwnColor() throws {
    let grid = try one([.init(confidence: 0.4, isCorrect: nil, prediction: "a")])
    let colors = grid.options.colors
    #expect(try count(grid, colors.unknown) > 300)
    #expect(try count(grid, colors.right) == 0 && count(grid, colors.wrong) == 0)
    #expect(try grid.csv().hasSuffix(",a,0.4\n"))
  }

  @Test func captionsMakeRoomBelowTheImage() throws {
    let steps: [Glimpse.Step] = [
      .init(
        confidence: 0.4, isCorrect: nil, prediction: "a class with a name that is far too long for its line"),
      .init(patch: .init(row: 0, column: 0, size: 30), confidence: 0.9, isCorrect: nil, prediction: "b"),
    ]
    var options = GlimpseOptions()
    let plain = try one(steps, options).displayList().size
    options.hasCaptions = true
    let captioned = try one(steps, options)
    let size = try captioned.displayList().size
    #expect(size.width == plain.width)
    // Two lines of text.
    #expect(size.height > plain.height + 2 * captioned.style.fontSize)
    let picture = try Picture(captioned.png(dpi: 72))
    let rows = Int(plain.height)..<picture.height - 4
    #expect(rows.contains { row in (0..<picture.width).contains { picture.color($0, row) != 0xFFFFFF } })
  }

  @Test func theBoxLiesOnThePatch() throws {
    var options = GlimpseOptions()
    options.width = 206  // one image of 200 points
    options.columns = 1
    let patch = Glimpse.Patch(row: 20, column: 60, size: 30)
    let grid = try one([.init(patch: patch, confidence: 1, isCorrect: true)], options)
    let p = try Picture(grid.png(dpi: 72))
    let green = options.colors.right
    let packed = Int32(green.red) << 16 | Int32(green.green) << 8 | Int32(green.blue)
    let top = 3 + 8 * 1.3  // margin and title
    // Left and right sides at half the patch's height, at 2 points per pixel.
    let row = Int(top + (20 + 15) * 2)
    let hits = (0..<p.width).filter { p.color($0, row) == packed }
    #expect(hits.first.map { abs($0 - (3 + 120)) <= 1 } ?? false)
    #expect(hits.last.map { abs($0 - (3 + 180 - 1)) <= 1 } ?? false)
  }

  @Test func dimmingLeavesOverlappingPatchesBright() throws {
    var options = GlimpseOptions()
    options.width = 206
    options.columns = 1
    options.dim = 0.5
    let grid = try one(
      [
        .init(confidence: 0.5, isCorrect: true),
        .init(patch: .init(row: 30, column: 30, size: 40), confidence: 0.5, isCorrect: true),
        .init(patch: .init(row: 40, column: 40, size: 40), confidence: 0.5, isCorrect: true),
      ], options)
    let p = try Picture(grid.png(dpi: 72))
    let top = 3 + 8 * 1.3
    #expect(p.level(3 + 2 * 55, Int(top) + 2 * 58) == 100)
    #expect(p.level(3 + 2 * 12, Int(top) + 2 * 90) == 50)
  }

  @Test func csvListsEveryStep() throws {
    let grid = try one([
      .init(confidence: 0.25, isCorrect: false, prediction: "b"),
      .init(patch: .init(row: 1, column: 2, size: 3), confidence: 0.5, isCorrect: true, prediction: "a"),
    ])
    #expect(
      try grid.csv() == """
        image,step,row,column,size,prediction,confidence,correct
        1 – a,1,,,,b,0.25,0
        1 – a,2,2,3,3,a,0.5,1

        """)
  }

  @Test func strangeInputsGiveAPictureOrOneLine() throws {
    let patches: [Glimpse.Patch] = [
      .init(row: -1e300, column: .nan, size: .infinity), .init(row: 500, column: -500, size: 10),
      .init(row: 0, column: 0, size: 0), .init(row: 5, column: 5, size: -3),
    ]
    for patch in patches {
      var options = GlimpseOptions()
      options.dim = 0.3
      let steps = [
        Glimpse.Step(confidence: .nan, isCorrect: true),
        Glimpse.Step(patch: patch, confidence: 7, isCorrect: false),
      ]
      #expect(try one(steps, options).png(dpi: 60).count > 100)
    }
    #expect(throws: FigureError.self) { try GlimpseGrid(groups: []).png() }
    #expect(throws: FigureError.self) { try GlimpseGrid(groups: [.init(heading: "none", items: [])]).png() }
    var options = GlimpseOptions()
    options.columns = 0
    #expect(throws: FigureError.self) { try one([], options).png() }
    // A long thin image stays on the page.
    let thin = try Pixels(width: 2, height: 400, channels: 1, bytes: [UInt8](repeating: 9, count: 800))
    let grid = GlimpseGrid(groups: [.init(items: [Glimpse(pixels: thin, title: "thin", steps: [])])])
    #expect(try grid.displayList().size.height < 1500)
  }
}
