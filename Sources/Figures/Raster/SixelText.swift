/// Pixels as sixels, which terminals draw: bands of six rows, colour by colour, with a palette of up to 256 colours.
public enum SixelText {
  /// The most colours that terminals are sure to have.
  static let mostColours = 256

  /// The text that draws the pixels where the cursor is.
  ///
  /// - Parameters:
  ///   - pixels: height × width × 3 levels; what is missing at the end is black.
  ///   - width: columns of pixels.
  ///   - height: rows of pixels.
  public static func encoded(pixels: [UInt8], width: Int, height: Int) -> String {
    guard width > 0, height > 0, pixels.count / 3 / width >= height else { return "" }
    let palette = SixelPalette(pixels: pixels)
    var text: [UInt8] = []
    func put(_ string: String) { text += string.utf8 }
    put("\u{1B}P0;1;0q\"1;1;\(width);\(height)")
    for (index, colour) in palette.colours.enumerated() {
      // Levels are percents.
      let levels = [colour.0, colour.1, colour.2].map { (Int($0) * 100 + 127) / 255 }
      put("#\(index);2;\(levels[0]);\(levels[1]);\(levels[2])")
    }
    var bits = [UInt8](repeating: 0, count: palette.colours.count * width)
    for top in stride(from: 0, to: height, by: 6) {
      var isUsed = [Bool](repeating: false, count: palette.colours.count)
      for row in top..<min(top + 6, height) {
        for column in 0..<width {
          let colour = palette.index(of: pixels, at: 3 * (row * width + column))
          bits[colour * width + column] |= 1 << UInt8(row - top)
          isUsed[colour] = true
        }
      }
      var isFirst = true
      for colour in isUsed.indices where isUsed[colour] {
        if !isFirst { text.append(UInt8(ascii: "$")) }
        isFirst = false
        put("#\(colour)")
        append(bits[(colour * width)..<((colour + 1) * width)], to: &text)
        for column in 0..<width { bits[colour * width + column] = 0 }
      }
      text.append(UInt8(ascii: "-"))
    }
    put("\u{1B}\\")
    return String(decoding: text, as: UTF8.self)
  }

  /// A row of sixels; what repeats is counted, and nothing is said of what follows the last.
  private static func append(_ row: ArraySlice<UInt8>, to text: inout [UInt8]) {
    var at = row.startIndex
    let end = (row.lastIndex { $0 != 0 } ?? row.startIndex - 1) + 1
    while at < end {
      let bits = row[at]
      var next = at + 1
      while next < end, row[next] == bits { next += 1 }
      let count = next - at
      let sign = bits + 63
      if count > 3 {
        text += "!\(count)".utf8
        text.append(sign)
      } else {
        for _ in 0..<count { text.append(sign) }
      }
      at = next
    }
  }
}

/// Colours that stand for all of a picture's: the picture's own where they are few, else the means of boxes that are cut at
/// the median of their longest side (median cut).
private struct SixelPalette {
  private(set) var colours: [(UInt8, UInt8, UInt8)] = []
  /// The colour of each cell of 32 × 64 × 32 levels.
  private var cells = [UInt8](repeating: 0, count: 1 << 16)

  private struct Cell {
    var index: Int
    var count = 0
    var sum = (0, 0, 0)
    func level(_ axis: Int) -> Int { axis == 0 ? sum.0 / count : axis == 1 ? sum.1 / count : sum.2 / count }
  }

  init(pixels: [UInt8]) {
    var found = (0..<(1 << 16)).map { Cell(index: $0) }
    for at in stride(from: 0, to: pixels.count - 2, by: 3) {
      let index = Self.cell(pixels, at)
      found[index].count += 1
      found[index].sum.0 += Int(pixels[at])
      found[index].sum.1 += Int(pixels[at + 1])
      found[index].sum.2 += Int(pixels[at + 2])
    }
    var boxes = [found.filter { $0.count > 0 }]
    while boxes.count < SixelText.mostColours, let (at, axis) = Self.widest(boxes) {
      let sorted = boxes[at].sorted { ($0.level(axis), $0.index) < ($1.level(axis), $1.index) }
      let total = sorted.reduce(0) { $0 + $1.count }
      var half = 0
      var cut = 0
      while cut < sorted.count - 1, half + sorted[cut].count <= total / 2 || cut == 0 {
        half += sorted[cut].count
        cut += 1
      }
      boxes[at] = Array(sorted[..<cut])
      boxes.append(Array(sorted[cut...]))
    }
    for (number, box) in boxes.enumerated() where !box.isEmpty {
      let count = box.reduce(0) { $0 + $1.count }
      let sum = box.reduce((0, 0, 0)) { ($0.0 + $1.sum.0, $0.1 + $1.sum.1, $0.2 + $1.sum.2) }
      colours.append((UInt8(sum.0 / count), UInt8(sum.1 / count), UInt8(sum.2 / count)))
      for cell in box { cells[cell.index] = UInt8(number) }
    }
  }

  /// The box whose longest side is the longest of all, and that side; nil where no box can be cut.
  private static func widest(_ boxes: [[Cell]]) -> (Int, Int)? {
    var best: (box: Int, axis: Int, length: Int)?
    for (number, box) in boxes.enumerated() where box.count > 1 {
      for axis in 0..<3 {
        var (low, high) = (255, 0)
        for cell in box {
          low = min(low, cell.level(axis))
          high = max(high, cell.level(axis))
        }
        if high - low >= best?.length ?? 0, high > low || best == nil { best = (number, axis, high - low) }
      }
    }
    return best.map { ($0.box, $0.axis) }
  }

  private static func cell(_ pixels: [UInt8], _ at: Int) -> Int {
    Int(pixels[at] >> 3) << 11 | Int(pixels[at + 1] >> 2) << 5 | Int(pixels[at + 2] >> 3)
  }

  /// The colour of the pixel whose levels begin at `at`.
  func index(of pixels: [UInt8], at: Int) -> Int { Int(cells[Self.cell(pixels, at)]) }
}
