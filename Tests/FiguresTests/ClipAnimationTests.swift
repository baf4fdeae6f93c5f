import CGD
import Figures
import Foundation
import Testing

@Suite struct ClipAnimationTests {
  /// What a GIF holds: its size, how often it is repeated, and the delays of its pictures.
  private struct Parts {
    var width = 0
    var height = 0
    var loops: Int?
    var delays: [Int] = []
    var pictures = 0
    var isWhole = false

    init(_ file: Data) {
      let bytes = [UInt8](file)
      func word(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
      guard bytes.count > 13, bytes.prefix(6).elementsEqual("GIF89a".utf8) else { return }
      (width, height) = (word(6), word(8))
      var at = 13 + (bytes[10] & 0x80 != 0 ? 3 << (Int(bytes[10] & 7) + 1) : 0)
      func skipBlocks() {
        while at < bytes.count, bytes[at] != 0 { at += Int(bytes[at]) + 1 }
        at += 1
      }
      while at < bytes.count {
        switch bytes[at] {
        case 0x21:
          if bytes[at + 1] == 0xF9 { delays.append(word(at + 4)) }
          if bytes[at + 1] == 0xFF { loops = word(at + 16) }
          at += 2
          skipBlocks()
        case 0x2C:
          pictures += 1
          at += 10 + (bytes[at + 9] & 0x80 != 0 ? 3 << (Int(bytes[at + 9] & 7) + 1) : 0) + 1
          skipBlocks()
        default:
          isWhole = bytes[at] == 0x3B && at == bytes.count - 1
          return
        }
      }
    }
  }

  /// Frames of grey levels, the first of which has all 256.
  private func film(_ count: Int, _ steps: [Film.Step] = []) throws -> Film {
    try Film(
      frames: (0..<count).map { frame in
        try Pixels(
          width: 32, height: 16, channels: 1,
          bytes: (0..<512).map { UInt8(truncatingIfNeeded: $0 / 2 + frame) })
      }, steps: steps)
  }

  private func first(_ gif: Data) throws -> (Int32, Int32) -> Int32 {
    var bytes = [UInt8](gif)
    let image = try #require(gdImageCreateFromGifPtr(Int32(bytes.count), &bytes))
    defer { gdImageDestroy(image) }
    let (width, height) = (image.pointee.sx, image.pointee.sy)
    let colors = (0..<width * height).map {
      gdImageGetTrueColorPixel(image, $0 % width, $0 / width) & 0xFFFFFF
    }
    return { colors[Int($1 * width + $0)] }
  }

  @Test func everyFrameIsAPictureAndTheyAreRepeatedForEver() throws {
    var options = GlimpseOptions()
    options.interpolation = .nearest
    let animation = ClipAnimation(try film(5), options: options, scale: 2, framesPerSecond: 8)
    let (file, size, _) = try animation.gif()
    let parts = Parts(file)
    #expect(parts.width == 64 && parts.height == 32 && parts.isWhole)
    #expect(size.width == 64 && size.height == 32)
    #expect(parts.loops == 0 && parts.pictures == 5)
    // 12.5 hundredths of a second each.
    #expect(
      parts.delays.reduce(0, +) == 63 && parts.delays.allSatisfy { $0 == 12 || $0 == 13 }, "\(parts.delays)")
    #expect(try animation.gif().file == file)
  }

  @Test func greyFramesKeepTheirLevels() throws {
    var options = GlimpseOptions()
    options.interpolation = .nearest
    let color = try first(ClipAnimation(film(2), options: options, scale: 2).gif().file)
    for place in stride(from: 0, to: 512, by: 3) {
      let level = Int32(place / 2)
      #expect(color(Int32(place % 32) * 2, Int32(place / 32) * 2) == level << 16 | level << 8 | level)
    }
  }

  @Test func boxesLieOnTheFramesThatTheirStepsSee() throws {
    let green = GlimpseOptions.Colors.greenRed.right
    let packed = Int32(green.red) << 16 | Int32(green.green) << 8 | Int32(green.blue)
    let patch = Glimpse.Patch(row: 4, column: 8, size: 8)
    func hits(_ step: Film.Step) throws -> [Int32] {
      let grey = try Pixels(width: 32, height: 16, channels: 1, bytes: [UInt8](repeating: 90, count: 512))
      let film = try Film(frames: [grey, grey], steps: [step])
      let color = try first(ClipAnimation(film, scale: 4).gif().file)
      return (Int32(0)..<128).filter { color($0, 32) == packed }
    }
    let seen = try hits(.init(patch: patch, seen: [0], isCorrect: true))
    let ends = (Int(try #require(seen.first)), Int(try #require(seen.last)))
    #expect(abs(ends.0 - 32) <= 1 && abs(ends.1 - 63) <= 1, "\(seen)")
    #expect(try hits(.init(patch: patch, seen: [1], isCorrect: true)).isEmpty)
    #expect(try hits(.init(patch: patch, isCorrect: true, isTaken: false)).isEmpty)
  }

  @Test func coloursBeyondThePaletteAreNearTheirOwn() throws {
    var bytes: [UInt8] = []
    for y in 0..<64 {
      for x in 0..<64 { bytes += [UInt8(4 * x), UInt8(4 * y), 128] }
    }
    let film = try Film(frames: [Pixels(width: 64, height: 64, channels: 3, bytes: bytes)])
    var options = GlimpseOptions()
    options.interpolation = .nearest
    let color = try first(ClipAnimation(film, options: options, scale: 1).gif().file)
    for (x, y) in [(3, 3), (60, 5), (30, 50), (63, 63)] {
      let found = color(Int32(x), Int32(y))
      #expect(abs(Int(found >> 16) - 4 * x) <= 24 && abs(Int(found >> 8 & 255) - 4 * y) <= 24)
    }
  }

  @Test func aTitleStandsAboveTheFrames() throws {
    var titled = try film(2)
    titled.title = "bag right"
    let plain = try ClipAnimation(film(2), scale: 8).gif()
    let (file, size, _) = try ClipAnimation(titled, scale: 8).gif()
    #expect(size.width == plain.size.width && size.height > plain.size.height + 12)
    #expect(Parts(file).height == Int(size.height))
  }

  @Test func senselessOptionsAreRefused() throws {
    for rate in [0, -1, 51, Double.nan, .infinity] {
      #expect(throws: FigureError.self) { try ClipAnimation(film(2), framesPerSecond: rate).gif() }
    }
    #expect(throws: FigureError.self) { try ClipAnimation(film(2), scale: 0).gif() }
    #expect(throws: FigureError.self) { try ClipAnimation(film(2), scale: 17).gif() }
    let wide = try Pixels(
      width: 4000, height: 4000, channels: 1, bytes: [UInt8](repeating: 0, count: 16_000_000))
    #expect(throws: FigureError.self) {
      try ClipAnimation(Film(frames: [wide]), scale: 16).gif()
    }
  }
}
