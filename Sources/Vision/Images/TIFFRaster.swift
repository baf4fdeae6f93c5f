import CImageCodecs
import Support

/// Reads the strips or tiles of a TIFF and turns their samples into 8-bit colours.
struct TIFFRaster {
  /// The most bytes of a strip or tile.
  private static let mostBytes = 1 << 30

  private let file: TIFFFile
  private let layout: TIFFLayout
  private let width: Int
  private let height: Int
  private let isTiled: Bool
  /// The size of a strip or tile in pixels.
  private let block: (width: Int, height: Int)
  private let blockBytes: Int

  init(_ file: TIFFFile, _ layout: TIFFLayout, width: Int, height: Int) throws {
    self.file = file
    self.layout = layout
    self.width = width
    self.height = height
    isTiled = TIFFIsTiled(file.handle) != 0
    if isTiled {
      block = (file.long(TIFFTAG_TILEWIDTH) ?? 0, file.long(TIFFTAG_TILELENGTH) ?? 0)
      blockBytes = Int(TIFFTileSize(file.handle))
    } else {
      block = (width, min(file.long(TIFFTAG_ROWSPERSTRIP) ?? height, height))
      blockBytes = Int(TIFFStripSize(file.handle))
    }
    try ImageDecoder.checkSize(width: block.width, height: block.height)
    guard blockBytes > 0, blockBytes <= Self.mostBytes, blockBytes >= rowBytes * block.height else {
      throw ImageProblem("is damaged: a strip or tile of \(blockBytes) bytes does not fit its pixels")
    }
  }

  /// The bytes of one row of a strip or tile, in one plane.
  private var rowBytes: Int {
    (block.width * (layout.isContiguous ? layout.samples : 1) * layout.bits + 7) / 8
  }

  func read(into target: UnsafeMutablePointer<UInt8>) throws {
    let used = layout.associatedAlpha.map { $0 + 1 } ?? layout.colorSamples
    let planes = layout.isContiguous ? 1 : used
    var buffers = [[UInt8]](repeating: [UInt8](repeating: 0, count: blockBytes), count: planes)
    var levels = [UInt8](repeating: 0, count: used * block.width)
    for top in stride(from: 0, to: height, by: block.height) {
      for left in stride(from: 0, to: width, by: block.width) {
        try Cancellation.check()
        let rows = min(block.height, height - top)
        let columns = min(block.width, width - left)
        for plane in 0..<planes { try fill(&buffers[plane], left: left, top: top, plane: plane, rows: rows) }
        for row in 0..<rows {
          for sample in 0..<used {
            let buffer = layout.isContiguous ? 0 : sample
            buffers[buffer].withUnsafeBytes { bytes in
              levels.withUnsafeMutableBufferPointer { levels in
                guard let base = levels.baseAddress else { return }
                unpack(
                  UnsafeRawBufferPointer(rebasing: bytes[(row * rowBytes)...]), sample: sample, columns,
                  to: base + sample * block.width)
              }
            }
          }
          levels.withUnsafeBufferPointer { levels in
            guard let base = levels.baseAddress else { return }
            convert(base, columns, to: target + 3 * ((top + row) * width + left))
          }
        }
      }
    }
  }

  /// Reads the strip or tile at a pixel.
  private func fill(_ buffer: inout [UInt8], left: Int, top: Int, plane: Int, rows: Int) throws {
    let (x, y, sample) = (UInt32(left), UInt32(top), UInt16(plane))
    let got =
      isTiled
      ? TIFFReadEncodedTile(
        file.handle, TIFFComputeTile(file.handle, x, y, 0, sample), &buffer, tmsize_t(blockBytes))
      : TIFFReadEncodedStrip(
        file.handle, TIFFComputeStrip(file.handle, y, sample), &buffer, tmsize_t(blockBytes))
    guard got >= 0 else { throw file.problem }
    guard got >= rows * rowBytes else { throw ImageProblem.cutOff }
  }

  /// Writes one kind of sample of a row as levels from 0 to 255, or as indices of the palette.
  private func unpack(
    _ row: UnsafeRawBufferPointer, sample: Int, _ columns: Int, to target: UnsafeMutablePointer<UInt8>
  ) {
    let step = layout.isContiguous ? layout.samples : 1
    let first = layout.isContiguous ? sample : 0
    switch layout.bits {
    case 8: for x in 0..<columns { target[x] = row[x * step + first] }
    case 16:
      let isSigned = layout.format == .signed
      let isGrey = layout.colorSamples == 1
      for x in 0..<columns {
        let value = row.loadUnaligned(fromByteOffset: 2 * (x * step + first), as: UInt16.self)
        // Wide grey is cut off at 255, wide colour keeps its high byte: as in Pillow.
        target[x] =
          !isGrey
          ? UInt8(value >> 8)
          : isSigned
            ? UInt8(clamping: Int16(bitPattern: value)) : UInt8(clamping: value)
      }
    case 32:
      for x in 0..<columns {
        let value = row.loadUnaligned(fromByteOffset: 4 * (x * step + first), as: UInt32.self)
        if layout.format == .float {
          let level = Float(bitPattern: value)
          target[x] = level > 0 ? UInt8(min(level, 255)) : 0
        } else {
          target[x] = UInt8(clamping: Int32(bitPattern: value))
        }
      }
    default:
      let bits = layout.bits
      let mask = 1 << bits - 1
      var scale = 255 / mask
      if case .palette = layout.color { scale = 1 }
      for x in 0..<columns {
        let bit = (x * step + first) * bits
        target[x] = UInt8((Int(row[bit >> 3]) >> (8 - bits - bit & 7) & mask) * scale)
      }
    }
  }

  private func convert(
    _ levels: UnsafePointer<UInt8>, _ columns: Int, to target: UnsafeMutablePointer<UInt8>
  ) {
    let plane = block.width
    switch layout.color {
    case .grey(let isInverted):
      let flip: UInt8 = isInverted ? 255 : 0
      for x in 0..<columns {
        let level = levels[x] ^ flip
        (target[3 * x], target[3 * x + 1], target[3 * x + 2]) = (level, level, level)
      }
    case .palette(let colors):
      for x in 0..<columns {
        for channel in 0..<3 { target[3 * x + channel] = colors[3 * Int(levels[x]) + channel] }
      }
    case .rgb:
      for x in 0..<columns {
        for channel in 0..<3 { target[3 * x + channel] = levels[channel * plane + x] }
      }
    case .inks:
      for x in 0..<columns {
        let light = Int(255 - levels[3 * plane + x])
        for channel in 0..<3 {
          // This is ink · light / 255, rounded.
          let product = Int(levels[channel * plane + x]) * light + 128
          target[3 * x + channel] = UInt8(light - ((product >> 8) + product) >> 8)
        }
      }
    case .differences:
      for x in 0..<columns {
        YCbCr.toRGB(levels[x], levels[plane + x], levels[2 * plane + x], target + 3 * x)
      }
    }
    if let alpha = layout.associatedAlpha, layout.colorSamples != 4 {
      divide(target, by: levels + alpha * plane, columns)
    }
  }

  /// Takes the multiplication by alpha back.
  private func divide(
    _ target: UnsafeMutablePointer<UInt8>, by alpha: UnsafePointer<UInt8>, _ columns: Int
  ) {
    for x in 0..<columns {
      let share = Int(alpha[x])
      for channel in 0..<3 {
        target[3 * x + channel] =
          share == 0 ? 0 : UInt8(min(Int(target[3 * x + channel]) * 255 / share, 255))
      }
    }
  }
}
