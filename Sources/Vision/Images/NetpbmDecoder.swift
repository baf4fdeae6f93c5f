/// Reads Netpbm's formats as Pillow does: PBM, PGM and PPM in text (P1 to P3) and in bytes (P4 to P6), and
/// grey portable float maps (Pf).
struct NetpbmDecoder {
  private enum Kind { case bits, grey, color, float }

  private let kind: Kind
  private let isText: Bool
  private let width: Int
  private let height: Int
  /// The number that stands for white; a float map's is negative where its bytes are little-endian.
  private let scale: Double
  private var reader: NetpbmReader

  /// True when `bytes` begin as one of these formats does.
  static func recognises(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 3, bytes[0] == UInt8(ascii: "P"),
      NetpbmReader.isBlank(bytes[2]) || bytes[2] == UInt8(ascii: "#")
    else { return false }
    return (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[1]) || bytes[1] == UInt8(ascii: "f")
  }

  init(_ bytes: UnsafeRawBufferPointer) throws {
    let magic = bytes[1]
    switch magic {
    case UInt8(ascii: "1"), UInt8(ascii: "4"): kind = .bits
    case UInt8(ascii: "2"), UInt8(ascii: "5"): kind = .grey
    case UInt8(ascii: "3"), UInt8(ascii: "6"): kind = .color
    default: kind = .float
    }
    isText = magic <= UInt8(ascii: "3")
    reader = NetpbmReader(bytes, at: 2)
    width = try reader.number("width")
    height = try reader.number("height")
    switch kind {
    case .bits: scale = 1
    case .float:
      scale = try reader.decimal("scale")
      guard scale.isFinite, scale != 0 else { throw ImageProblem("is damaged: its scale is \(scale)") }
    case .grey, .color:
      let largest = try reader.number("largest value")
      guard (1...65535).contains(largest) else {
        throw ImageProblem("has \(largest) for its largest value, expected 1 to 65535")
      }
      scale = Double(largest)
    }
    try ImageDecoder.checkSize(width: width, height: height)
    // A value takes a byte at least, eight of one bit one; so memory is not reserved for a claim.
    let samples = width * height * (kind == .color ? 3 : 1)
    guard (kind == .bits && !isText ? (width + 7) / 8 * height : samples) <= reader.left else {
      throw ImageProblem.cutOff
    }
  }

  func image() throws -> RGBImage {
    try RGBImage(width: width, height: height) { target in
      var reader = reader
      switch kind {
      case .bits: try readBits(&reader, target)
      case .float: try readFloats(&reader, target)
      case .grey, .color: try readLevels(&reader, target)
      }
    }
  }

  private func put(_ level: UInt8, _ pixel: Int, _ target: UnsafeMutablePointer<UInt8>) {
    for channel in 0..<3 { target[3 * pixel + channel] = level }
  }

  /// Reads pixels of one bit, where 1 is black.
  private func readBits(_ reader: inout NetpbmReader, _ target: UnsafeMutablePointer<UInt8>) throws {
    if isText {
      for pixel in 0..<width * height { put(try reader.bit() ? 0 : 255, pixel, target) }
      return
    }
    for row in 0..<height {
      let bytes = try reader.take((width + 7) / 8)
      for x in 0..<width {
        put(bytes[x >> 3] >> (7 - UInt8(x & 7)) & 1 == 1 ? 0 : 255, row * width + x, target)
      }
    }
  }

  private func readLevels(_ reader: inout NetpbmReader, _ target: UnsafeMutablePointer<UInt8>) throws {
    let largest = Int(scale)
    // The level that a value becomes is computed once for each that can occur.
    let white = kind == .grey && largest > 255 ? 65535.0 : 255
    let levels = (0...(largest > 255 ? 65535 : 255)).map { value in
      // Wide grey has 16 bits in Pillow, and what is above 255 is white when it becomes colour.
      UInt8(min((Double(value) / scale * white).rounded(.toNearestOrEven), 255))
    }
    let isWide = largest > 255
    for sample in 0..<width * height * (kind == .color ? 3 : 1) {
      let value: Int
      if isText {
        value = try reader.number("value")
        guard value <= largest else {
          throw ImageProblem("is damaged: a value is \(value), and the largest is said to be \(largest)")
        }
      } else {
        value = isWide ? Int(try reader.byte()) << 8 | Int(try reader.byte()) : Int(try reader.byte())
      }
      if kind == .color { target[sample] = levels[value] } else { put(levels[value], sample, target) }
    }
  }

  /// Reads rows of floats, which are stored from the bottom up.
  private func readFloats(_ reader: inout NetpbmReader, _ target: UnsafeMutablePointer<UInt8>) throws {
    for row in (0..<height).reversed() {
      let bytes = try reader.take(4 * width)
      for x in 0..<width {
        let stored = bytes.loadUnaligned(fromByteOffset: 4 * x, as: UInt32.self)
        let level = Float(bitPattern: scale < 0 ? UInt32(littleEndian: stored) : UInt32(bigEndian: stored))
        put(level > 0 ? UInt8(min(level, 255)) : 0, row * width + x, target)
      }
    }
  }
}

/// Reads the words and bytes of a Netpbm file.
struct NetpbmReader {
  private let bytes: UnsafeRawBufferPointer
  private var position: Int

  init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  var left: Int { bytes.count - position }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw ImageProblem.cutOff }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard count <= left else { throw ImageProblem.cutOff }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// A whole number in decimal digits; `what` is what errors call it.
  mutating func number(_ what: String) throws -> Int {
    let word = try word()
    guard word.count <= 9, let value = Int(word), value >= 0 else {
      throw ImageProblem("is damaged: its \(what) is no whole number")
    }
    return value
  }

  mutating func decimal(_ what: String) throws -> Double {
    guard let value = Double(try word()) else { throw ImageProblem("is damaged: its \(what) is no number") }
    return value
  }

  /// A 0 or 1, with or without blanks before it.
  mutating func bit() throws -> Bool {
    while true {
      let byte = try byte()
      switch byte {
      case UInt8(ascii: "0"): return false
      case UInt8(ascii: "1"): return true
      case UInt8(ascii: "#"): try skipComment()
      default:
        guard Self.isBlank(byte) else { throw ImageProblem("is damaged: a pixel is neither 0 nor 1") }
      }
    }
  }

  /// The next word and the one blank behind it. A comment reaches from # to the end of the line.
  private mutating func word() throws -> String {
    var word: [UInt8] = []
    while position < bytes.count {
      let byte = try byte()
      if byte == UInt8(ascii: "#") {
        try skipComment()
      } else if !Self.isBlank(byte) {
        guard word.count < 24 else { break }
        word.append(byte)
      } else if !word.isEmpty {
        break
      }
    }
    guard !word.isEmpty else { throw ImageProblem.cutOff }
    return String(decoding: word, as: UTF8.self)
  }

  private mutating func skipComment() throws {
    while position < bytes.count {
      let byte = try byte()
      if byte == 10 || byte == 13 { return }
    }
  }
}
