import Foundation

/// How different two pictures look.
///
/// Both are blurred a little, as a hair's breadth of another anti-aliasing is not seen, and compared pixel by pixel in CIE L*a*b*,
/// whose distances are about what an eye tells apart: 2 beside each other, 10 at a glance.
struct PerceivedDifference {
  /// The mean distance of all pixels.
  let mean: Double
  /// The share of the pixels whose distance is above 10.
  let striking: Double
  /// The greatest mean distance of a square of six by six pixels, about a letter or a marker.
  let worst: Double

  /// - Throws: ``DifferentSize`` where the pictures cannot be laid over each other.
  init(_ a: Picture, _ b: Picture) throws {
    guard a.width == b.width, a.height == b.height else {
      throw DifferentSize(a: (a.width, a.height), b: (b.width, b.height))
    }
    let (left, right) = (Self.blurred(Self.lab(a), a), Self.blurred(Self.lab(b), b))
    var (sum, count) = (0.0, 0)
    let across = (a.width + 5) / 6
    var squares = [Double](repeating: 0, count: across * ((a.height + 5) / 6))
    for (i, (p, q)) in zip(left, right).enumerated() {
      let distance = ((p - q) * (p - q)).sum().squareRoot()
      sum += distance
      if distance > 10 { count += 1 }
      squares[i / a.width / 6 * across + i % a.width / 6] += distance / 36
    }
    worst = squares.max() ?? 0
    mean = sum / Double(left.count)
    striking = Double(count) / Double(left.count)
  }

  struct DifferentSize: Error, CustomStringConvertible {
    let a: (Int, Int)
    let b: (Int, Int)
    var description: String { "\(a.0)×\(a.1) pixels, expected \(b.0)×\(b.1)" }
  }

  /// L*, a* and b* of each pixel, row by row.
  static func lab(_ picture: Picture) -> [SIMD3<Double>] {
    var known: [Int32: SIMD3<Double>] = [:]
    return (0..<picture.width * picture.height).map { i in
      let color = picture.color(i % picture.width, i / picture.width)
      if let value = known[color] { return value }
      let value = lab(color)
      known[color] = value
      return value
    }
  }

  /// L*, a* and b* of 0xRRGGBB, for the white of sRGB (D65).
  static func lab(_ color: Int32) -> SIMD3<Double> {
    func linear(_ shift: Int32) -> Double {
      let c = Double(color >> shift & 255) / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    let (r, g, b) = (linear(16), linear(8), linear(0))
    func root(_ t: Double) -> Double { t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116 }
    let x = root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
    let y = root(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
    let z = root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
    return SIMD3(116 * y - 16, 500 * (x - y), 200 * (y - z))
  }

  /// Means over three by three pixels.
  private static func blurred(_ values: [SIMD3<Double>], _ picture: Picture) -> [SIMD3<Double>] {
    let (width, height) = (picture.width, picture.height)
    return values.indices.map { i in
      var (sum, count) = (SIMD3<Double>(), 0.0)
      for y in max(i / width - 1, 0)...min(i / width + 1, height - 1) {
        for x in max(i % width - 1, 0)...min(i % width + 1, width - 1) {
          sum += values[y * width + x]
          count += 1
        }
      }
      return sum / count
    }
  }
}
