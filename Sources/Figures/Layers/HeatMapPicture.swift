import Support

/// A heat map laid over an image, as one picture: what is drawn needs no transparent pixels then, which formats treat
/// in their own ways.
struct HeatMapPicture {
  let values: [Double]
  let rows: Int
  let columns: Int
  let color: (Double) -> Color
  /// How much the map covers at a value, 0…1.
  let opacity: (Double) -> Double

  /// The image with the map over it, at the image's resolution or a multiple of it that shows each cell.
  func over(_ image: Pixels, smooth: Bool) throws -> Pixels {
    let most = 4096
    var factor = 1
    while image.width * factor < columns || image.height * factor < rows { factor += 1 }
    factor = min(factor, max(most / max(image.width, image.height), 1))
    let (width, height) = (image.width * factor, image.height * factor)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * width * height)
    for y in 0..<height {
      try Cancellation.check()
      for x in 0..<width {
        let below = image.shade(x / factor, y / factor)
        let value = smooth ? interpolated(x, y, width, height) : nearest(x, y, width, height)
        let mixed = value.isFinite ? below.mixed(with: color(value).opacity(1), opacity(value)) : below
        bytes.append(mixed.red)
        bytes.append(mixed.green)
        bytes.append(mixed.blue)
      }
    }
    return try Pixels(width: width, height: height, channels: 3, bytes: bytes)
  }

  private func nearest(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Double {
    values[y * rows / height * columns + x * columns / width]
  }

  /// The value between the centres of four cells; beyond the outer centres it is theirs.
  private func interpolated(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Double {
    let u = ((Double(x) + 0.5) / Double(width) * Double(columns) - 0.5).clamped(0, Double(columns - 1))
    let v = ((Double(y) + 0.5) / Double(height) * Double(rows) - 0.5).clamped(0, Double(rows - 1))
    let (left, top) = (Int(u), Int(v))
    let (right, bottom) = (min(left + 1, columns - 1), min(top + 1, rows - 1))
    let (s, t) = (u - Double(left), v - Double(top))
    let upper = values[top * columns + left] * (1 - s) + values[top * columns + right] * s
    let lower = values[bottom * columns + left] * (1 - s) + values[bottom * columns + right] * s
    return upper * (1 - t) + lower * t
  }
}

extension Pixels {
  /// The colour of a pixel.
  func shade(_ x: Int, _ y: Int) -> Color {
    let i = (y * width + x) * channels
    return channels == 3
      ? Color(red: bytes[i], green: bytes[i + 1], blue: bytes[i + 2])
      : Color(red: bytes[i], green: bytes[i], blue: bytes[i])
  }
}
