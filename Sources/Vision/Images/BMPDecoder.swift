/// Reads Windows and OS/2 bitmaps of 1, 4, 8, 16, 24 and 32 bits, run-length coded or not.
struct BMPDecoder {
  private static let uncompressed = 0
  private static let runLength8 = 1
  private static let runLength4 = 2
  private static let bitFields = 3
  /// The most rows that a byte of run lengths can stand for.
  private static let mostRowsPerByte = 64
  /// The most pixels that a byte of run lengths can stand for: two bytes are a run of at most 255 pixels, and
  /// rows may end early.
  private static let mostRunPixelsPerByte = 256

  private let bytes: UnsafeRawBufferPointer
  private let width: Int
  private let height: Int
  private let isBottomUp: Bool
  private let bits: Int
  private let compression: Int
  /// The masks of bit fields, in the order red, green, blue.
  private var masks: [Int] = []
  /// The palette, 256 × red, green, blue; indices that the file does not define are black.
  private var palette = [UInt8](repeating: 0, count: 3 * 256)
  private var start: Int

  init(_ bytes: UnsafeRawBufferPointer) throws {
    self.bytes = bytes
    var reader = ByteReader(bytes, at: 10)
    start = try reader.int32()
    let headerSize = try reader.int32()
    var colors = 0
    let entry: Int
    switch headerSize {
    case 12:
      (width, height, isBottomUp) = (try reader.int16(), try reader.int16(), true)
      try reader.skip(2)
      (bits, compression, entry) = (try reader.int16(), Self.uncompressed, 3)
    case 40, 52, 56, 64, 108, 124:
      width = Int(Int32(truncatingIfNeeded: try reader.int32()))
      let signed = Int(Int32(truncatingIfNeeded: try reader.int32()))
      (height, isBottomUp) = (abs(signed), signed > 0)
      try reader.skip(2)
      (bits, compression, entry) = (try reader.int16(), try reader.int32(), 4)
      try reader.skip(12)
      colors = try reader.int32()
      try reader.skip(4)
      // Short headers are followed by the masks, and longer ones contain them, which is the same place.
      if compression == Self.bitFields { masks = try (0..<3).map { _ in try reader.int32() } }
    default:
      throw ImageProblem("is a BMP with a header of \(headerSize) bytes, which is none of the known ones")
    }
    guard [1, 4, 8, 16, 24, 32].contains(bits) else {
      throw ImageProblem("is a BMP of \(bits) bits a pixel, expected 1, 4, 8, 16, 24 or 32")
    }
    try ImageDecoder.checkSize(width: width, height: height)
    let end = 14 + headerSize + (headerSize == 40 ? 4 * masks.count : 0)
    guard bits <= 8 else {
      if start == 0 { start = end }
      return
    }
    if colors == 0 { colors = 1 << bits }
    guard colors <= 1 << 16 else { throw ImageProblem("is a BMP with a palette of \(colors) colours") }
    // Some programs leave the palette out of the offset.
    if start == 14 + headerSize { start += entry * colors }
    var table = ByteReader(bytes, at: 14 + headerSize)
    for index in 0..<min(colors, 256) {
      let color = try table.take(entry)
      for channel in 0..<3 { palette[3 * index + channel] = color[2 - channel] }
    }
    if start == 0 { start = 14 + headerSize + entry * colors }
  }

  func image() throws -> RGBImage {
    switch compression {
    case Self.uncompressed, Self.bitFields:
      let layout = try Layout(bits: bits, masks: masks)
      let stride = (width * bits + 31) / 32 * 4
      // The last row's padding is often missing.
      let needed = stride * (height - 1) + (width * bits + 7) / 8
      guard start >= 14, needed <= bytes.count - start else { throw ImageProblem.cutOff }
      return RGBImage(width: width, height: height) { target in
        for row in 0..<height {
          let line = UnsafeRawBufferPointer(rebasing: bytes[(start + row * stride)...])
          let place = target + 3 * width * (isBottomUp ? height - 1 - row : row)
          read(line, layout, to: place)
        }
      }
    case Self.runLength8 where bits == 8, Self.runLength4 where bits == 4:
      // Four bytes skip at most 255 rows: memory is not reserved for a claim.
      guard height / Self.mostRowsPerByte <= bytes.count else {
        throw ImageProblem("claims \(width)×\(height) pixels, more than its \(bytes.count) bytes can hold")
      }
      try ImageDecoder.checkClaim(
        width: width, height: height, bytes: bytes.count, mostPixelsPerByte: Self.mostRunPixelsPerByte)
      return try indexed(runLengths())
    default: throw ImageProblem("is a BMP with compression \(compression) at \(bits) bits, which is not read")
    }
  }

  /// How a pixel's bits become colours.
  private enum Layout {
    case palette
    /// Bytes of a colour each, with the offsets of red, green, blue in a pixel's bytes.
    case bytes(red: Int, green: Int, blue: Int)
    /// Five bits each of red and blue, and this many of green.
    case packed(greenBits: Int)

    init(bits: Int, masks: [Int]) throws {
      switch (bits, masks) {
      case (1, []), (4, []), (8, []): self = .palette
      case (16, []), (16, [0x7C00, 0x3E0, 0x1F]): self = .packed(greenBits: 5)
      case (16, [0xF800, 0x7E0, 0x1F]): self = .packed(greenBits: 6)
      case (24, []), (32, []), (24, [0xFF0000, 0xFF00, 0xFF]), (32, [0xFF0000, 0xFF00, 0xFF]),
        (32, [0, 0, 0]):
        self = .bytes(red: 2, green: 1, blue: 0)
      case (32, [0xFF00_0000, 0xFF_0000, 0xFF00]): self = .bytes(red: 3, green: 2, blue: 1)
      case (32, [0xFF00_0000, 0xFF00, 0xFF]): self = .bytes(red: 3, green: 1, blue: 0)
      case (32, [0xFF, 0xFF00, 0xFF0000]): self = .bytes(red: 0, green: 1, blue: 2)
      default: throw ImageProblem("is a BMP of \(bits) bits with unusual bit fields")
      }
    }
  }

  private func read(
    _ line: UnsafeRawBufferPointer, _ layout: Layout, to target: UnsafeMutablePointer<UInt8>
  ) {
    switch layout {
    case .palette:
      let mask = (1 << bits) - 1
      for x in 0..<width {
        let bit = x * bits
        put(Int(line[bit >> 3]) >> (8 - bits - bit & 7) & mask, target + 3 * x)
      }
    case .bytes(let red, let green, let blue):
      let size = bits / 8
      for x in 0..<width {
        target[3 * x] = line[size * x + red]
        target[3 * x + 1] = line[size * x + green]
        target[3 * x + 2] = line[size * x + blue]
      }
    case .packed(let greenBits):
      let greens = (1 << greenBits) - 1
      for x in 0..<width {
        let pixel = Int(line[2 * x]) | Int(line[2 * x + 1]) << 8
        target[3 * x] = UInt8((pixel >> (5 + greenBits) & 31) * 255 / 31)
        target[3 * x + 1] = UInt8((pixel >> 5 & greens) * 255 / greens)
        target[3 * x + 2] = UInt8((pixel & 31) * 255 / 31)
      }
    }
  }

  private func put(_ index: Int, _ target: UnsafeMutablePointer<UInt8>) {
    for channel in 0..<3 { target[channel] = palette[3 * index + channel] }
  }

  private func indexed(_ indices: [UInt8]) -> RGBImage {
    RGBImage(width: width, height: height) { target in
      for row in 0..<height {
        let line = width * (isBottomUp ? height - 1 - row : row)
        for x in 0..<width { put(Int(indices[row * width + x]), target + 3 * (line + x)) }
      }
    }
  }

  /// The palette index of every pixel, in the order of the file.
  private func runLengths() throws -> [UInt8] {
    var result = [UInt8](repeating: 0, count: width * height)
    var reader = ByteReader(bytes, at: start)
    var (place, x) = (0, 0)
    let halves = compression == Self.runLength4
    while place < result.count {
      let (count, value) = (Int(try reader.byte()), try reader.byte())
      switch (count, value) {
      case (0, 0):
        if place % width != 0 { place += width - place % width }
        x = 0
      case (0, 1): throw ImageProblem("is damaged: its pixels end before the picture does")
      case (0, 2):
        let (right, up) = (Int(try reader.byte()), Int(try reader.byte()))
        place += right + up * width
        x = place % width
      case (0, _):
        let pixels = Int(value)
        let source = try reader.take(halves ? (pixels + 1) / 2 : pixels)
        for i in 0..<min(pixels, result.count - place) {
          result[place + i] = halves ? source[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15 : source[i]
        }
        place += pixels
        x += pixels
        if reader.position % 2 != 0, reader.left > 0 { try reader.skip(1) }
      default:
        // What does not fit into the row is left out.
        let pixels = min(count, max(width - x, 0), result.count - place)
        for i in 0..<pixels {
          result[place + i] = halves ? value >> (i % 2 == 0 ? 4 : 0) & 15 : value
        }
        place += pixels
        x += pixels
      }
    }
    return result
  }
}
