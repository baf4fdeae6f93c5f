import CZlib
import Foundation

/// Writes true-colour PNG files.
///
/// libgd's files are as good, but libpng tries five filters for each row, which takes longer than all else that a figure is drawn by.
/// What figures are made of is alike from row to row, so the difference to the row above packs as well for most of them.
struct PNGFile {
  /// Takes half the time of level 6, for files that are 5 to 9 % larger.
  private static let level: Int32 = 3
  private static let partSize = 1 << 18

  private var file = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])

  /// The file of a picture.
  ///
  /// - Parameters:
  ///   - rows: libgd's true colours, as many rows as `height` of `width` each; opacity is left out.
  ///   - dpi: pixels per inch; nil where the file is to say nothing of it.
  /// - Throws: ``FigureError`` where memory is short.
  static func data(
    rows: UnsafeMutablePointer<UnsafeMutablePointer<Int32>?>, width: Int, height: Int, dpi: Int?
  ) throws(FigureError) -> Data {
    var png = PNGFile()
    // Eight bits a channel, red, green, blue.
    png.add("IHDR", Data(bytes(width) + bytes(height) + [8, 2, 0, 0, 0]))
    if let dpi {
      let perMetre = bytes(Int((Double(dpi) / 0.0254).rounded()))
      png.add("pHYs", Data(perMetre + perMetre + [1]))
    }
    try png.addPixels(rows, width, height)
    png.add("IEND", Data())
    return png.file
  }

  private static func bytes(_ number: Int) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private mutating func add(_ name: String, _ content: Data) {
    let body = Data(name.utf8) + content
    let sum = body.withUnsafeBytes {
      crc32_z(0, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
    }
    file.append(contentsOf: Self.bytes(content.count))
    file.append(body)
    file.append(contentsOf: Self.bytes(Int(sum)))
  }

  private mutating func addPixels(
    _ rows: UnsafeMutablePointer<UnsafeMutablePointer<Int32>?>, _ width: Int, _ height: Int
  ) throws(FigureError) {
    var stream = z_stream()
    guard deflateInit_(&stream, Self.level, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw FigureError("no memory to pack a PNG")
    }
    defer { deflateEnd(&stream) }
    let count = 3 * width
    let room = UnsafeMutablePointer<UInt8>.allocate(capacity: 3 * count + 1 + Self.partSize)
    defer { room.deallocate() }
    let (line, packed) = (room + 2 * count, room + 3 * count + 1)
    var (row, above) = (room, room + count)
    // Above the first row are zeros.
    above.initialize(repeating: 0, count: count)
    line[0] = 2
    stream.next_out = packed
    stream.avail_out = uInt(Self.partSize)
    for y in 0..<height {
      Self.split(rows[y], into: row, width)
      for i in 0..<count { line[i + 1] = row[i] &- above[i] }
      swap(&row, &above)
      stream.next_in = line
      stream.avail_in = uInt(count + 1)
      let isLast = y == height - 1
      var status = Z_OK
      repeat {
        status = deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
        if stream.avail_out == 0 {
          add("IDAT", Data(bytes: packed, count: Self.partSize))
          stream.next_out = packed
          stream.avail_out = uInt(Self.partSize)
        }
      } while status == Z_OK && (stream.avail_in > 0 || isLast)
      guard status == (isLast ? Z_STREAM_END : Z_OK) else { throw FigureError("zlib could not pack a PNG") }
    }
    add("IDAT", Data(bytes: packed, count: Self.partSize - Int(stream.avail_out)))
  }

  /// Red, green and blue of each pixel of a row.
  private static func split(
    _ pixels: UnsafeMutablePointer<Int32>?, into row: UnsafeMutablePointer<UInt8>, _ width: Int
  ) {
    guard let pixels else { return row.update(repeating: 0, count: 3 * width) }
    for x in 0..<width {
      let color = pixels[x]
      row[3 * x] = UInt8(truncatingIfNeeded: color >> 16)
      row[3 * x + 1] = UInt8(truncatingIfNeeded: color >> 8)
      row[3 * x + 2] = UInt8(truncatingIfNeeded: color)
    }
  }
}
