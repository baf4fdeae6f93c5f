import CImageCodecs

/// What the samples of a TIFF's pixels are.
struct TIFFLayout {
  enum Color {
    case grey(isInverted: Bool)
    /// Indices of a palette, 256 × red, green, blue.
    case palette([UInt8])
    case rgb
    case inks
    /// Brightness and two differences of colour, each for every pixel.
    case differences
  }

  enum SampleFormat { case unsigned, signed, float }

  let color: Color
  /// The bits of each sample: 1, 2, 4, 8, 16 or 32.
  let bits: Int
  let format: SampleFormat
  /// The number of samples of a pixel.
  let samples: Int
  /// Whether a pixel's samples are neighbours; otherwise each kind of sample has a plane of its own.
  let isContiguous: Bool
  /// The sample by which the colours were multiplied; nil where there is none.
  private(set) var associatedAlpha: Int?

  /// The number of samples of a pixel that make its colour.
  var colorSamples: Int {
    switch color {
    case .grey, .palette: 1
    case .rgb, .differences: 3
    case .inks: 4
    }
  }

  init(_ file: TIFFFile, photometric: Int, isContiguous: Bool) throws {
    let bits = file.short(TIFFTAG_BITSPERSAMPLE) ?? 1
    samples = file.short(TIFFTAG_SAMPLESPERPIXEL) ?? 1
    self.bits = bits
    self.isContiguous = isContiguous
    switch file.short(TIFFTAG_SAMPLEFORMAT) ?? 1 {
    case Int(SAMPLEFORMAT_INT): format = .signed
    case Int(SAMPLEFORMAT_IEEEFP): format = .float
    default: format = .unsigned
    }
    switch photometric {
    case Int(PHOTOMETRIC_MINISWHITE):
      // Pillow does not turn over the wide ones.
      color = .grey(isInverted: bits <= 8)
    case Int(PHOTOMETRIC_MINISBLACK): color = .grey(isInverted: false)
    case Int(PHOTOMETRIC_PALETTE): color = .palette(try Self.palette(file, bits: bits))
    case Int(PHOTOMETRIC_RGB): color = .rgb
    case Int(PHOTOMETRIC_SEPARATED): color = .inks
    case Int(PHOTOMETRIC_YCBCR): color = .differences
    default: throw ImageProblem("is a TIFF of photometric interpretation \(photometric), which is not read")
    }
    try check()
    if file.extraSamples.first == UInt16(EXTRASAMPLE_ASSOCALPHA), samples > colorSamples {
      associatedAlpha = colorSamples
    }
  }

  private func check() throws {
    let isKnown =
      switch (color, format) {
      case (.grey, .float): bits == 32
      case (.grey, _): [1, 2, 4, 8, 16, 32].contains(bits)
      case (.palette, .unsigned): [1, 2, 4, 8].contains(bits)
      case (.rgb, .unsigned), (.inks, .unsigned): bits == 8 || bits == 16
      case (.differences, .unsigned): bits == 8
      default: false
      }
    guard isKnown else { throw ImageProblem("is a TIFF of \(bits)-bit samples of a kind that is not read") }
    guard (colorSamples...8).contains(samples) else {
      throw ImageProblem("is a TIFF of \(samples) samples a pixel, expected \(colorSamples) to 8")
    }
  }

  private static func palette(_ file: TIFFFile, bits: Int) throws -> [UInt8] {
    guard bits <= 8, let planes = file.colorMap(1 << bits) else {
      throw ImageProblem("is damaged: its palette is missing")
    }
    return (0..<256).flatMap { index in
      planes.map { index < $0.count ? UInt8(truncatingIfNeeded: $0[index] >> 8) : 0 }
    }
  }
}
