/// Reads the first frame of a GIF on its canvas.
struct GIFDecoder {
  private let bytes: UnsafeRawBufferPointer
  private var reader: ByteReader
  private var width: Int
  private var height: Int
  /// The palette, 256 × red, green, blue; nil where the file has none.
  private var palette: [UInt8]?
  /// The index of what the frame does not cover.
  private var background: UInt8 = 0

  init(_ bytes: UnsafeRawBufferPointer) throws {
    self.bytes = bytes
    reader = ByteReader(bytes, at: 6)
    (width, height) = (try reader.int16(), try reader.int16())
    let flags = try reader.byte()
    try reader.skip(2)
    if flags & 0x80 != 0 { palette = try Self.palette(flags, &reader) }
  }

  /// What a frame says before its pixels.
  private struct Frame {
    let left: Int
    let top: Int
    let width: Int
    let height: Int
    let isInterlaced: Bool
  }

  mutating func image() throws -> RGBImage {
    let frame = try findFrame()
    // A frame may be larger than the canvas, which then grows.
    width = max(width, frame.left + frame.width)
    height = max(height, frame.top + frame.height)
    try ImageDecoder.checkClaim(
      width: width, height: height, bytes: bytes.count, mostPixelsPerByte: LZWReader.mostPixelsPerByte)
    try ImageDecoder.checkSize(
      width: frame.width, height: frame.height, bytes: bytes.count,
      mostPixelsPerByte: LZWReader.mostPixelsPerByte)
    let codeSize = Int(try reader.byte())
    guard (1...8).contains(codeSize) else {
      throw ImageProblem("is damaged: its codes start at \(codeSize) bits")
    }
    var lzw = try LZWReader(reader, codeSize: codeSize)
    // An index of the palette for each pixel, spread to colours afterwards.
    var indices = [UInt8](repeating: background, count: width * height)
    try indices.withUnsafeMutableBufferPointer { indices in
      for row in Self.rows(frame) {
        let start = (frame.top + row) * width + frame.left
        try lzw.read(UnsafeMutableBufferPointer(rebasing: indices[start..<start + frame.width]))
      }
    }
    let colors = palette ?? (0..<256).flatMap { [UInt8($0), UInt8($0), UInt8($0)] }
    return RGBImage(width: width, height: height) { target in
      for pixel in indices.indices {
        let color = 3 * Int(indices[pixel])
        for channel in 0..<3 { target[3 * pixel + channel] = colors[color + channel] }
      }
    }
  }

  private mutating func findFrame() throws -> Frame {
    while true {
      switch try reader.byte() {
      case 0x21:
        let kind = try reader.byte()
        try readExtension(kind)
      case 0x2C:
        let (left, top) = (try reader.int16(), try reader.int16())
        let (width, height) = (try reader.int16(), try reader.int16())
        let flags = try reader.byte()
        if flags & 0x80 != 0 { palette = try Self.palette(flags, &reader) }
        return Frame(left: left, top: top, width: width, height: height, isInterlaced: flags & 0x40 != 0)
      case 0x3B: throw ImageProblem("is a GIF without a picture")
      default: continue
      }
    }
  }

  private mutating func readExtension(_ kind: UInt8) throws {
    var isFirst = true
    while true {
      let block = try reader.take(Int(reader.byte()))
      if block.isEmpty { return }
      if kind == 0xF9, isFirst, block.count >= 4, block[0] & 1 != 0 { background = block[3] }
      isFirst = false
    }
  }

  private static func palette(_ flags: UInt8, _ reader: inout ByteReader) throws -> [UInt8] {
    let colors = try reader.take(3 << (Int(flags & 7) + 1))
    return Array(colors) + [UInt8](repeating: 0, count: 3 * 256 - colors.count)
  }

  /// The rows of a frame in the order in which they are stored.
  private static func rows(_ frame: Frame) -> [Int] {
    guard frame.isInterlaced else { return Array(0..<frame.height) }
    return [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { first, step in
      Array(stride(from: first, to: frame.height, by: step))
    }
  }
}

/// Reads the palette indices of a GIF frame, which are Lempel–Ziv–Welch codes in blocks of at most 255 bytes.
private struct LZWReader {
  private static let mostCodes = 4096
  /// The most pixels that a byte can stand for: a code has at least 3 bits and stands for no more pixels than
  /// there are codes.
  static let mostPixelsPerByte = 8 * mostCodes / 3

  private var blocks: ByteReader
  private var leftInBlock = 0
  private var buffer: UInt32 = 0
  private var bitsInBuffer = 0
  private let clear: Int
  private let firstSize: Int
  private var size: Int
  private var next: Int
  private var previous: Int?
  private var prefix = [UInt16](repeating: 0, count: mostCodes)
  private var suffix = [UInt8](repeating: 0, count: mostCodes)
  /// The last code's indices that are not yet taken, last first.
  private var pending: [UInt8] = []

  init(_ reader: ByteReader, codeSize: Int) throws {
    blocks = reader
    clear = 1 << codeSize
    firstSize = codeSize + 1
    size = firstSize
    next = clear + 2
    for code in 0..<clear { suffix[code] = UInt8(code) }
    pending.reserveCapacity(Self.mostCodes)
  }

  /// Fills `row` with the next indices.
  mutating func read(_ row: UnsafeMutableBufferPointer<UInt8>) throws {
    var place = 0
    while place < row.count {
      if let index = pending.popLast() {
        row[place] = index
        place += 1
      } else {
        try readString()
      }
    }
  }

  private mutating func readString() throws {
    let code = try readCode()
    if code == clear {
      (size, next, previous) = (firstSize, clear + 2, nil)
      return
    }
    guard code != clear + 1 else { throw endsEarly }
    guard let last = previous else {
      guard code < clear else { throw damaged }
      pending.append(suffix[code])
      previous = code
      return
    }
    guard code <= next, code < next || next < Self.mostCodes else { throw damaged }
    // A code that is about to be defined is the last string and its own first index.
    var walk = code == next ? last : code
    if code == next { pending.append(0) }
    while walk > clear {
      pending.append(suffix[walk])
      walk = Int(prefix[walk])
    }
    let first = suffix[walk]
    pending.append(first)
    if code == next { pending[0] = first }
    if next < Self.mostCodes {
      prefix[next] = UInt16(last)
      suffix[next] = first
      next += 1
      if next == 1 << size, size < 12 { size += 1 }
    }
    previous = code
  }

  private mutating func readCode() throws -> Int {
    while bitsInBuffer < size {
      if leftInBlock == 0 {
        leftInBlock = Int(try blocks.byte())
        guard leftInBlock > 0 else { throw endsEarly }
      }
      buffer |= UInt32(try blocks.byte()) << UInt32(bitsInBuffer)
      leftInBlock -= 1
      bitsInBuffer += 8
    }
    defer {
      buffer >>= UInt32(size)
      bitsInBuffer -= size
    }
    return Int(buffer) & (1 << size - 1)
  }

  private var endsEarly: ImageProblem { ImageProblem("is damaged: its pixels end before the picture does") }
  private var damaged: ImageProblem { ImageProblem("is damaged: it holds an undefined code") }
}
