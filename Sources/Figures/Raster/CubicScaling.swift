import Foundation

/// Photographs in another size, by Mitchell and Netravali's cubic (1988) with B = C = 1/3.
///
/// A pixel is a square whose number is that of its centre, so that what lies at a share of the width lies there in any size;
/// libgd's own scaling shifts enlarged pictures by half a pixel. What lies beyond the rim counts as nothing.
enum CubicScaling {
  /// What each new pixel along one axis is made of.
  private struct Taps {
    let first: [Int]
    /// `count` weights a pixel, whose sum is 1.
    let weights: [Float]
    let count: Int

    init(from size: Int, to target: Int) {
      let step = Double(size) / Double(target)
      // A picture that shrinks is smoothed over all that falls into a pixel.
      let spread = max(step, 1)
      count = min(Int((4 * spread).rounded(.up)) + 1, size)
      var first: [Int] = []
      var weights: [Float] = []
      for pixel in 0..<target {
        let center = (Double(pixel) + 0.5) * step - 0.5
        let start = min(max(Int((center - 2 * spread).rounded(.up)), 0), size - count)
        let values = (start..<start + count).map { CubicScaling.weight((Double($0) - center) / spread) }
        let sum = values.reduce(0, +)
        first.append(start)
        weights += values.map { Float($0 / sum) }
      }
      (self.first, self.weights) = (first, weights)
    }
  }

  private static func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    if x < 1 { return (7 * x * x * x - 12 * x * x + 16.0 / 3) / 6 }
    if x < 2 { return (-7.0 / 3 * x * x * x + 12 * x * x - 20 * x + 32.0 / 3) / 6 }
    return 0
  }

  /// The picture with `width`×`height` pixels.
  static func scaled(_ pixels: Pixels, width: Int, height: Int) throws(FigureError) -> Pixels {
    let (across, down) = (Taps(from: pixels.width, to: width), Taps(from: pixels.height, to: height))
    let channels = pixels.channels
    // Rows first: height of the picture × new width.
    var rows = [Float](repeating: 0, count: pixels.height * width * channels)
    for y in 0..<pixels.height {
      for x in 0..<width {
        let to = (y * width + x) * channels
        for tap in 0..<across.count {
          let weight = across.weights[x * across.count + tap]
          let from = (y * pixels.width + across.first[x] + tap) * channels
          for channel in 0..<channels { rows[to + channel] += weight * Float(pixels.bytes[from + channel]) }
        }
      }
    }
    let length = width * channels
    var bytes = [UInt8](repeating: 0, count: height * length)
    var sums = [Float](repeating: 0, count: length)
    for y in 0..<height {
      for i in 0..<length { sums[i] = 0 }
      for tap in 0..<down.count {
        let weight = down.weights[y * down.count + tap]
        let from = (down.first[y] + tap) * length
        for i in 0..<length { sums[i] += weight * rows[from + i] }
      }
      for i in 0..<length { bytes[y * length + i] = UInt8(min(max(sums[i].rounded(), 0), 255)) }
    }
    return try Pixels(width: width, height: height, channels: channels, bytes: bytes)
  }
}
