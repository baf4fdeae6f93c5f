import Figures
import Testing

/// Pictures for terminals: what a terminal would draw of the text.
@Suite struct SixelTests {
  /// What a terminal makes of the text: the levels in percent of each pixel that was drawn, nil where none was.
  private func drawn(_ text: String) throws -> (width: Int, height: Int, pixels: [[Int]?]) {
    var rest = Substring(text)
    func number() -> Int {
      let digits = rest.prefix(while: \.isNumber)
      rest = rest.dropFirst(digits.count)
      return Int(digits) ?? -1
    }
    func numbers() -> [Int] {
      var list = [number()]
      while rest.first == ";" {
        rest.removeFirst()
        list.append(number())
      }
      return list
    }
    try #require(rest.hasPrefix("\u{1B}P"))
    rest = rest.dropFirst(2)
    #expect(numbers() == [0, 1, 0])
    try #require(rest.hasPrefix("q\""))
    rest = rest.dropFirst(2)
    let raster = numbers()
    let (width, height) = (raster[2], raster[3])
    var pixels = [[Int]?](repeating: nil, count: width * height)
    var colours: [Int: [Int]] = [:]
    var (colour, column, top, repeats) = (0, 0, 0, 1)
    while let sign = rest.first, sign != "\u{1B}" {
      rest.removeFirst()
      switch sign {
      case "#":
        let values = numbers()
        colour = values[0]
        if values.count == 5 { colours[colour] = Array(values[2...]) }
      case "!": repeats = number()
      case "$": column = 0
      case "-": (column, top) = (0, top + 6)
      default:
        let bits = Int(try #require(sign.asciiValue)) - 63
        try #require(0..<64 ~= bits)
        for _ in 0..<repeats {
          for row in 0..<6 where bits >> row & 1 == 1 {
            try #require(column < width && top + row < height)
            #expect(pixels[(top + row) * width + column] == nil, "drawn twice")
            let levels: [Int] = try #require(colours[colour])
            pixels[(top + row) * width + column] = levels
          }
          column += 1
        }
        repeats = 1
      }
    }
    #expect(rest == "\u{1B}\\")
    return (width, height, pixels)
  }

  @Test func aPictureOfFewColoursIsDrawnAsItIs() throws {
    let colours: [[UInt8]] = [[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 128, 255]]
    let (width, height) = (37, 15)
    let places = (0..<width * height).map { ($0 * 7 + $0 / width * 3) % 4 }
    let picture = try drawn(
      SixelText.encoded(pixels: places.flatMap { colours[$0] }, width: width, height: height))
    #expect(picture.width == width && picture.height == height)
    for (place, pixel) in zip(places, picture.pixels) {
      #expect(pixel == colours[place].map { (Int($0) * 100 + 127) / 255 })
    }
  }

  @Test func aPhotographIsDrawnNearlyAsItIs() throws {
    let (width, height) = (128, 96)
    var pixels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        pixels += [UInt8(column * 2), UInt8(row * 2), UInt8((row * column) % 256)]
      }
    }
    let picture = try drawn(SixelText.encoded(pixels: pixels, width: width, height: height))
    var error = 0
    for (index, pixel) in picture.pixels.enumerated() {
      let levels = try #require(pixel)
      for axis in 0..<3 { error += abs(levels[axis] * 255 / 100 - Int(pixels[3 * index + axis])) }
    }
    // The mean error of a level with 256 colours for all.
    #expect(Double(error) / Double(pixels.count) < 12)
  }

  @Test func whatIsNoPictureIsNothing() {
    #expect(SixelText.encoded(pixels: [], width: 0, height: 0) == "")
    #expect(SixelText.encoded(pixels: [1, 2, 3], width: 2, height: 2) == "")
  }
}
