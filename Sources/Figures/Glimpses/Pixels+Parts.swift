extension Pixels {
  /// A square part, which is moved into the image where it would stick out.
  /// - Parameters:
  ///   - row: the top row, from 0.
  ///   - column: the left column, from 0.
  ///   - side: rows and columns of the part.
  public func patch(row: Int, column: Int, side: Int) throws(FigureError) -> Pixels {
    let (h, w) = (min(max(side, 1), height), min(max(side, 1), width))
    let top = min(max(row, 0), height - h)
    let left = min(max(column, 0), width - w)
    var part: [UInt8] = []
    part.reserveCapacity(h * w * channels)
    for y in top..<top + h {
      let start = (y * width + left) * channels
      part += bytes[start..<start + w * channels]
    }
    return try Pixels(width: w, height: h, channels: channels, bytes: part)
  }

  /// The image at `side` × `side` pixels, each the mean of those that it stands for; one that is smaller stays.
  public func reduced(to side: Int) throws(FigureError) -> Pixels {
    let (h, w) = (min(max(side, 1), height), min(max(side, 1), width))
    if h == height, w == width { return self }
    var result: [UInt8] = []
    result.reserveCapacity(h * w * channels)
    for y in 0..<h {
      let rows = y * height / h..<max((y + 1) * height / h, y * height / h + 1)
      for x in 0..<w {
        let columns = x * width / w..<max((x + 1) * width / w, x * width / w + 1)
        for channel in 0..<channels {
          var sum = 0
          for row in rows {
            for column in columns { sum += Int(bytes[(row * width + column) * channels + channel]) }
          }
          let count = rows.count * columns.count
          result.append(UInt8(clamping: (sum + count / 2) / count))
        }
      }
    }
    return try Pixels(width: w, height: h, channels: channels, bytes: result)
  }
}
