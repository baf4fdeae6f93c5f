import Figures
import Foundation
import Testing

@Suite struct FilmstripTests {
  /// Frames of grey 60, 80, 100, …
  private func clip(_ count: Int, side: Int = 50, _ steps: [Film.Step] = []) throws -> Film {
    try Film(
      frames: (0..<count).map { frame in
        try Pixels(
          width: side, height: side, channels: 1,
          bytes: [UInt8](repeating: UInt8(60 + 20 * frame), count: side * side))
      }, title: "bag right", steps: steps)
  }

  private func strip(_ clip: Film, width: Double = 209, columns: Int? = nil) -> Filmstrip {
    var options = GlimpseOptions()
    (options.width, options.columns) = (width, columns)
    return Filmstrip(groups: [.init(items: [clip])], options: options)
  }

  /// Two frames of 100 points each, with 3 between them and 3 around: below a title of 8 · 1.4 points.
  private let top = 3 + 8 * 1.4
  private func packed(_ color: Color) -> Int32 {
    Int32(color.red) << 16 | Int32(color.green) << 8 | Int32(color.blue)
  }

  @Test func framesStandSideBySideInTheirOrder() throws {
    let picture = try Picture(strip(try clip(2)).png(dpi: 72))
    #expect(picture.level(53, Int(top) + 50) == 60)
    #expect(picture.level(156, Int(top) + 50) == 80)
    // A second row for those that do not fit.
    let wrapped = try Picture(strip(try clip(3), columns: 2).png(dpi: 72))
    #expect(wrapped.level(53, Int(top) + 153) == 100)
    #expect(wrapped.height == Int((top + 203 + 3).rounded()))
  }

  @Test func theBoxLiesOnThePlaceOfEveryFrameInTheStepsColor() throws {
    let patch = Glimpse.Patch(row: 10, column: 20, size: 20)
    let film = try clip(2, [.init(patch: patch, isCorrect: true), .init(patch: patch, isCorrect: false)])
    let picture = try Picture(strip(film).png(dpi: 72))
    let colors = GlimpseOptions.Colors.greenRed
    for (row, color) in [(0.0, colors.right), (1.0, colors.wrong)] {
      let y = Int(top + row * 103 + 40)
      let hits = (0..<picture.width).filter { picture.color($0, y) == packed(color) }
      let sides = [43, 82, 146, 185]
      for side in sides { #expect(hits.contains { abs($0 - side) <= 1 }, "\(hits)") }
      #expect(hits.allSatisfy { x in sides.contains { abs(x - $0) <= 2 } }, "\(hits)")
    }
  }

  @Test func framesThatAStepDoesNotSeeArePaleAndHaveNoBox() throws {
    let patch = Glimpse.Patch(row: 10, column: 20, size: 20)
    let film = try clip(2, [.init(patch: patch, seen: [1], isCorrect: true)])
    let picture = try Picture(strip(film).png(dpi: 72))
    // 60 under 70 % of white.
    #expect(abs(picture.level(20, Int(top) + 80) - 197) <= 1)
    #expect(picture.level(120, Int(top) + 80) == 80)
    let green = packed(GlimpseOptions.Colors.greenRed.right)
    let hits = (0..<picture.width).filter { picture.color($0, Int(top) + 40) == green }
    #expect(!hits.isEmpty && hits.allSatisfy { $0 > 106 })
  }

  @Test func stepsThatAClipDidNotTakeArePale() throws {
    let film = try clip(2, [.init(isCorrect: true), .init(isCorrect: true, isTaken: false)])
    let picture = try Picture(strip(film).png(dpi: 72))
    #expect(picture.level(53, Int(top) + 50) == 60)
    #expect(abs(picture.level(53, Int(top) + 153) - 167) <= 1)
  }

  @Test func answersStandBesideTheirFrames() throws {
    let step = Film.Step(
      heading: "2: leaves", prediction: "a class with a long name", confidence: 0.93, isCorrect: true)
    let picture = try Picture(strip(try clip(2, [step]), width: 400).png(dpi: 288))
    let texts = 0..<4 * 90
    let green = packed(GlimpseOptions.Colors.greenRed.right)
    let rows = Int(4 * top)..<Int(4 * top) + 140
    #expect(rows.contains { y in texts.contains { picture.color($0, y) == green } })
    #expect(picture.hasInk(texts, rows, below: 60))
    // Without texts the frames begin at the margin.
    let plain = try Picture(strip(try clip(2, [.init(isCorrect: true)]), width: 400).png(dpi: 144))
    #expect(plain.level(2 * 3 + 40, Int(2 * top) + 40) == 60)
  }

  @Test func csvListsEveryStep() throws {
    let film = try clip(
      3,
      [
        .init(seen: [0, 2], heading: "1: stays", prediction: "b", confidence: 0.25, isCorrect: false),
        .init(
          patch: .init(row: 1, column: 2, size: 3), prediction: "a", confidence: 0.5, lines: ["x", "y"],
          isCorrect: true, isTaken: false),
      ])
    #expect(
      try strip(film).csv() == """
        clip,step,frames,taken,row,column,size,prediction,confidence,correct,heading,text
        bag right,1,1 3,1,,,,b,0.25,0,1: stays,
        bag right,2,1 2 3,0,2,3,3,a,0.5,1,,x; y

        """)
  }

  /// Two frames, one above the other in the grey they have; boxes where each frame was looked at.
  @Test func eachFrameMayHaveItsOwnPlace() throws {
    var step = Film.Step(isCorrect: true)
    let whole = try Picture(strip(try clip(3, [step])).png(dpi: 288))
    step.framePatches = [0: .init(row: 2, column: 2, size: 10), 2: .init(row: 20, column: 20, size: 10)]
    let film = try clip(3, [step])
    let picture = try Picture(strip(film).png(dpi: 288))
    let green = packed(GlimpseOptions.Colors.greenRed.right)
    func ink(_ picture: Picture) -> [Int] {
      (0..<picture.width).map { x in
        (0..<picture.height).count { picture.color(x, $0) == green }
      }
    }
    // The frame without a place is framed as a whole, the others are not.
    #expect(ink(picture) != ink(whole))
    let (found, all) = (ink(picture), ink(whole))
    let third = picture.width / 3
    #expect(found[..<third].reduce(0, +) < all[..<third].reduce(0, +))
    #expect(found[third..<2 * third].reduce(0, +) == all[third..<2 * third].reduce(0, +))
    let csv = try strip(film).csv()
    #expect(
      csv == """
        clip,step,frames,taken,row,column,size,correct
        bag right,1,1,1,3,3,10,1
        bag right,1,2,1,,,,1
        bag right,1,3,1,21,21,10,1

        """)
    var animated = ClipAnimation(film, scale: 1)
    let first = try animated.gif().file
    animated.film.steps[0].framePatches[2] = .init(row: 1, column: 1, size: 5)
    #expect(try animated.gif().file != first)
  }

  @Test func strangeInputsGiveAPictureOrOneLine() throws {
    for patch in [
      Glimpse.Patch(row: -1e300, column: .nan, size: .infinity), .init(row: 500, column: -500, size: 10),
      .init(row: 0, column: 0, size: 0),
    ] {
      let film = try clip(2, [.init(patch: patch, seen: [-1, 7], confidence: .nan), .init(patch: patch)])
      #expect(try strip(film).png(dpi: 60).count > 100)
    }
    #expect(throws: FigureError.self) { try Filmstrip(groups: []).png() }
    #expect(throws: FigureError.self) { try Film(frames: []) }
    #expect(throws: FigureError.self) { try Film(frames: [clip(1).frames[0], clip(1, side: 40).frames[0]]) }
    #expect(throws: FigureError.self) { try strip(clip(2), columns: 0).png() }
    #expect(throws: FigureError.self) { try strip(clip(8), width: 55, columns: 8).png() }
    #expect(throws: FigureError.self) { try Film(bytes: [1, 2, 3], width: 2, height: 1, channels: 1) }
    // Very many frames take several lines, and what no page holds is refused.
    let many = try Film(frames: [Pixels](repeating: clip(1).frames[0], count: 300))
    #expect(try strip(many, width: 515).displayList().size.height < 2000)
    let steps = [Film.Step](repeating: .init(), count: 900)
    #expect(throws: FigureError.self) { try strip(clip(2, steps), width: 515).displayList() }
  }
}
