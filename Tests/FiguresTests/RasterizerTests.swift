import Figures
import Foundation
import Testing

@Suite struct RasterizerTests {
  /// At 72 dpi one point is one pixel.
  private func picture(
    _ width: Double, _ height: Double, dpi: Int = 72, _ draw: (inout DisplayList) -> Void
  ) throws -> Picture {
    var list = DisplayList(size: Size(width: width, height: height))
    draw(&list)
    return try Picture(list.png(dpi: dpi))
  }

  /// Root mean square difference, in grey levels, from a 16×16 supersample of the rule `inside`.
  private func rmse(_ picture: Picture, _ inside: (Double, Double) -> Bool) -> Double {
    var sum = 0.0
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        var hits = 0
        for i in 0..<256 {
          if inside(Double(x) + (Double(i % 16) + 0.5) / 16, Double(y) + (Double(i / 16) + 0.5) / 16) {
            hits += 1
          }
        }
        let difference = Double(picture.level(x, y)) - 255 * (1 - Double(hits) / 256)
        sum += difference * difference
      }
    }
    return (sum / Double(picture.width * picture.height)).squareRoot()
  }

  private func distance(_ x: Double, _ y: Double, _ a: Point, _ b: Point) -> Double {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let t = min(max(((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy), 0), 1)
    return hypot(x - a.x - t * dx, y - a.y - t * dy)
  }

  @Test func diskMatchesSupersample() throws {
    let p = try picture(60, 60) { $0.fill(.circle(Point(30.3, 29.6), radius: 21.7), .black) }
    #expect(rmse(p) { hypot($0 - 30.3, $1 - 29.6) <= 21.7 } < 0.8)
  }

  @Test(arguments: [0.7, 1.25, 3, 8])
  func strokeMatchesSupersample(_ width: Double) throws {
    let points = [Point(8, 50.3), Point(22.2, 12.1), Point(37, 44), Point(41, 20.5), Point(55.5, 50.9)]
    let p = try picture(64, 64) { $0.stroke(Path(points), Stroke(.black, width: width, cap: .round)) }
    let error = rmse(p) { x, y in
      zip(points, points.dropFirst()).contains { distance(x, y, $0, $1) <= width / 2 }
    }
    // Inside acute corners the maximum of two pieces stays a little below their union.
    #expect(error < 2, "width \(width)")
  }

  /// What many sides cover already is not drawn again, and the picture is the same; what is partly covered is drawn.
  @Test(arguments: [72, 200])
  func overlappingSidesAreDrawnOnce(_ dpi: Int) throws {
    let tangle = (0..<400).map { (i: Int) -> Point in
      let right = Double(i * 37 % 101) / 101
      let down = Double(i * 53 % 97) / 97
      return Point(30.25 + 20.5 * right, 29.5 + 21.25 * down)
    }
    let out = [Point(40, 40), Point(5.5, 8.25)]
    let stroke = Stroke(Color(0x203040).opacity(0.8), width: 2.5, cap: .round)
    func path(_ lines: [[Point]]) -> Path {
      var path = Path()
      for line in lines {
        path.move(line[0])
        for point in line.dropFirst() { path.line(point) }
      }
      return path
    }
    let once = try picture(64, 64, dpi: dpi) { $0.stroke(path([out, tangle]), stroke) }
    let often = try picture(64, 64, dpi: dpi) { list in
      list.stroke(path([tangle, tangle, out, tangle, tangle]), stroke)
    }
    var different = 0
    for y in 0..<once.height {
      for x in 0..<once.width where once.level(x, y) != often.level(x, y) { different += 1 }
    }
    #expect(different == 0)
    let (x, y) = (14 * once.width / 64, 16 * once.height / 64)
    let level = once.level(x, y)
    #expect(level < 200)
  }

  @Test func concaveFillWithHoleMatchesSupersample() throws {
    let outer = [Point(5, 5.5), Point(55.2, 9), Point(30.5, 30), Point(52, 55.5), Point(8.3, 48)]
    let hole = [Point(15, 15), Point(14.2, 35.5), Point(24.7, 24)]
    let p = try picture(60, 60) { list in
      var path = Path(outer, closed: true)
      path.move(hole[0])
      path.line(hole[1])
      path.line(hole[2])
      path.close()
      list.fill(path, .black)
    }
    func inside(_ x: Double, _ y: Double, _ polygon: [Point]) -> Bool {
      var odd = false
      var last = polygon[polygon.count - 1]
      for q in polygon {
        if (q.y > y) != (last.y > y), x < (last.x - q.x) * (y - q.y) / (last.y - q.y) + q.x { odd.toggle() }
        last = q
      }
      return odd
    }
    #expect(rmse(p) { inside($0, $1, outer) && !inside($0, $1, hole) } < 0.8)
  }

  @Test func shapesBeyondEverySideAreCutExactly() throws {
    let p = try picture(40, 40) { $0.fill(.circle(Point(20, 20), radius: 24.3), .black) }
    #expect(rmse(p) { hypot($0 - 20, $1 - 20) <= 24.3 } < 0.8)
    let far = try picture(20, 20) { list in
      list.stroke(Path([Point(-1e9, 10), Point(1e9, 10.5)]), Stroke(.black, width: 2))
      list.fill(Path([Point(.nan, 3), Point(4, .infinity), Point(9, 9)]), .black)
    }
    #expect(far.level(10, 10) == 0)
  }

  @Test func axisParallelStrokesAreWholePixels() throws {
    let p = try picture(30, 30) { list in
      list.stroke(Path([Point(3, 10.37), Point(27, 10.37)]), Stroke(.black, width: 1.2))
      list.stroke(Path([Point(14.81, 2), Point(14.81, 28)]), Stroke(.black, width: 0.2))
    }
    for x in 3..<14 {
      let column = (0..<30).map { p.level(x, $0) }
      #expect(column.filter { $0 == 0 }.count == 1 && column.filter { $0 == 255 }.count == 29)
    }
    #expect((0..<30).filter { p.level($0, 20) == 0 }.count == 1)
    #expect(p.level(14, 20) == 0)
  }

  @Test func translucentStrokeDoesNotDarkenWhereItCrossesItself() throws {
    let bowtie = [Point(5, 5), Point(35, 35), Point(35, 5), Point(5, 35)]
    let p = try picture(40, 40) { $0.stroke(Path(bowtie), Stroke(Color.black.opacity(0.5), width: 5)) }
    #expect(p.level(20, 20) == p.level(12, 12))
    #expect(abs(p.level(20, 20) - 127) <= 1)
  }

  @Test func dashesKeepTheirLengthInFloat() throws {
    let p = try picture(100, 12) {
      $0.stroke(Path([Point(0, 6.5), Point(100, 6.5)]), Stroke(.black, width: 3, dash: [7, 3]))
    }
    let row = (0..<100).map { p.level($0, 6) }
    #expect(row.filter { $0 == 0 }.count == 70)
    #expect((0..<10).allSatisfy { row[$0 * 10] == 0 && row[$0 * 10 + 8] == 255 })
  }

  @Test func clipKeepsOutside() throws {
    var list = DisplayList(size: Size(width: 20, height: 20))
    list.clip(to: Rect(x: 5, y: 5, width: 10, height: 10))
    list.fill(Path(Rect(x: 0, y: 0, width: 20, height: 20)), .black)
    list.endClip()
    let p = try Picture(list.png(dpi: 72))
    #expect(p.count(0) == 100)
    #expect(p.level(5, 5) == 0 && p.level(4, 10) == 255 && p.level(15, 10) == 255)
  }

  @Test func imagesKeepConstantColorAndNearestKeepsPixels() throws {
    let flat = try Pixels(
      width: 8, height: 8, channels: 3, bytes: Array(repeating: [10, 200, 90], count: 64).flatMap { $0 })
    let p = try picture(37, 37) { $0.image(flat, in: Rect(x: 0, y: 0, width: 37, height: 37), .mitchell) }
    #expect(p.count(0x0AC85A) == 37 * 37)
    let dots = try Pixels(width: 2, height: 2, channels: 1, bytes: [0, 255, 255, 0])
    let q = try picture(20, 20) { $0.image(dots, in: Rect(x: 0, y: 0, width: 20, height: 20), .nearest) }
    #expect(q.count(0) == 200 && q.count(0xFFFFFF) == 200)
    #expect(q.level(9, 9) == 0 && q.level(10, 9) == 255)
  }

  /// What lies at a share of the width lies there in every size, and the rim is as sharp as the middle.
  @Test(arguments: [3, 4, 16, 80]) func anEnlargedPictureIsNotShifted(_ factor: Int) throws {
    let halves = try Pixels(
      width: 8, height: 8, channels: 1, bytes: (0..<64).map { $0 % 8 < 4 ? 0 : 255 })
    let size = 8 * factor
    let side = Double(size)
    let p = try picture(side, side) {
      $0.image(halves, in: Rect(x: 0, y: 0, width: side, height: side), .mitchell)
    }
    let row = (0..<size).map { p.level($0, size / 2) }
    #expect(row[size / 2 - 1] < 128 && row[size / 2] >= 128)
    for x in 0..<size / 2 { #expect(abs(row[x] + row[size - 1 - x] - 255) <= 1, "\(x)") }
    let squares = try Pixels(
      width: 4, height: 4, channels: 1, bytes: (0..<16).map { ($0 / 4 + $0) % 2 == 0 ? 0 : 255 })
    let q = try picture(side, side) {
      $0.image(squares, in: Rect(x: 0, y: 0, width: side, height: side), .mitchell)
    }
    for y in 0..<size {
      for x in 0..<size { #expect(abs(q.level(x, y) - q.level(size - 1 - x, size - 1 - y)) <= 1) }
    }
    // A smaller picture is the mean.
    let small = try picture(2, 2) { $0.image(halves, in: Rect(x: 0, y: 0, width: 2, height: 2), .mitchell) }
    #expect(small.level(0, 0) < 64 && small.level(0, 1) + small.level(1, 1) == 255)
  }

  @Test func senselessSizesAreErrors() {
    #expect(throws: FigureError.self) { try DisplayList(size: Size(width: 1e6, height: 1e6)).png() }
    #expect(throws: FigureError.self) { try DisplayList(size: Size(width: .nan, height: 10)).png() }
    #expect(throws: FigureError.self) { try DisplayList(size: Size(width: 10, height: 10)).png(dpi: 0) }
    #expect(throws: FigureError.self) { try Pixels(width: 2, height: 2, channels: 3, bytes: [1]) }
  }
}
