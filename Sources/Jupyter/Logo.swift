import CZlib
import Foundation

/// The kernel's picture in launchers: an image's frame, the glance's corners around it, and the patch in
/// focus.
enum Logo {
  /// Rectangles of a square of 64 units with rounded corners, and their colours.
  private static let shapes: [(x: Double, y: Double, side: Double, radius: Double, color: UInt32)] = [
    (2, 2, 60, 12, 0x1F2A44), (12, 12, 40, 5, 0xE8ECF4), (15, 15, 34, 3, 0x1F2A44), (27, 20, 18, 3, 0xF2A33A),
    (31, 24, 10, 1, 0xFBE3BD),
  ]

  static var svg: String {
    let rectangles = shapes.map { shape in
      let color = String(shape.color, radix: 16, uppercase: true)
      let padded = String(repeating: "0", count: 6 - color.count) + color
      let side = Int(shape.side)
      return
        "<rect x=\"\(Int(shape.x))\" y=\"\(Int(shape.y))\" width=\"\(side)\" height=\"\(side)\" "
        + "rx=\"\(Int(shape.radius))\" fill=\"#\(padded)\"/>"
    }
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\(rectangles.joined())</svg>\n"
  }

  /// The picture with so many pixels a side.
  static func png(side: Int) -> Data {
    var lines: [UInt8] = []
    for y in 0..<side {
      lines.append(0)
      for x in 0..<side { lines += pixel(x, y, scale: 64 / Double(side)) }
    }
    var length = compressBound(UInt(lines.count))
    var packed = [UInt8](repeating: 0, count: Int(length))
    compress(&packed, &length, lines, UInt(lines.count))
    let size = UInt32(side).bytes
    return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      + chunk("IHDR", size + size + [8, 6, 0, 0, 0]) + chunk("IDAT", Array(packed.prefix(Int(length))))
      + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> Data {
    let body = Array(name.utf8) + content
    let sum = UInt32(truncatingIfNeeded: crc32(0, body, UInt32(body.count)))
    return Data(UInt32(content.count).bytes + body + sum.bytes)
  }

  /// Red, green, blue and opacity, as the mean of sixteen places of the pixel.
  private static func pixel(_ x: Int, _ y: Int, scale: Double) -> [UInt8] {
    var sum = [0.0, 0, 0, 0]
    for place in 0..<16 {
      let px = (Double(x) + (Double(place % 4) + 0.5) / 4) * scale
      let py = (Double(y) + (Double(place / 4) + 0.5) / 4) * scale
      guard let shape = shapes.last(where: { covers($0, px, py) }) else { continue }
      for channel in 0..<3 { sum[channel] += Double(shape.color >> (16 - 8 * UInt32(channel)) & 255) }
      sum[3] += 1
    }
    guard sum[3] > 0 else { return [0, 0, 0, 0] }
    return sum[..<3].map { UInt8($0 / sum[3]) } + [UInt8(sum[3] / 16 * 255)]
  }

  private static func covers(
    _ shape: (x: Double, y: Double, side: Double, radius: Double, color: UInt32), _ x: Double, _ y: Double
  ) -> Bool {
    let half = shape.side / 2
    let dx = max(abs(x - shape.x - half) - half + shape.radius, 0)
    let dy = max(abs(y - shape.y - half) - half + shape.radius, 0)
    return dx * dx + dy * dy <= shape.radius * shape.radius
  }
}

extension UInt32 {
  /// The bytes, the highest first.
  fileprivate var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> (24 - 8 * UInt32($0))) } }
}
