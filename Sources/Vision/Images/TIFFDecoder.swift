import CImageCodecs

/// Reads the first picture of a TIFF by libtiff: strips and tiles, every compression that libtiff has; grey, palette,
/// colour and inks of 1 to 32 bits.
enum TIFFDecoder {
  /// The most pixels that a byte can stand for: no compression of whole bytes does better; Deflate gives
  /// 1032.
  private static let mostPixelsPerByte = 8192

  static func decode(_ bytes: UnsafeRawBufferPointer) throws -> RGBImage {
    let file = try TIFFFile(bytes)
    guard let width = file.long(TIFFTAG_IMAGEWIDTH), let height = file.long(TIFFTAG_IMAGELENGTH) else {
      throw ImageProblem("is damaged: it does not say its size")
    }
    try ImageDecoder.checkSize(width: width, height: height)
    let compression = file.short(TIFFTAG_COMPRESSION) ?? 1
    var photometric = file.short(TIFFTAG_PHOTOMETRIC) ?? Int(PHOTOMETRIC_MINISWHITE)
    let isContiguous = file.short(TIFFTAG_PLANARCONFIG) != Int(PLANARCONFIG_SEPARATE)
    if photometric == Int(PHOTOMETRIC_YCBCR), compression == Int(COMPRESSION_JPEG), isContiguous {
      file.convertsJPEGColors()
      photometric = Int(PHOTOMETRIC_RGB)
    }
    let image: RGBImage
    // Samples that are stored as they are need no conversion of libtiff's, whose rounding is another.
    let isPlain =
      photometric == Int(PHOTOMETRIC_YCBCR) && compression == Int(COMPRESSION_NONE) && isContiguous
      && file.colorSubsampling == (1, 1)
    if photometric == Int(PHOTOMETRIC_YCBCR) && !isPlain || compression == Int(COMPRESSION_OJPEG) {
      try ImageDecoder.checkClaim(
        width: width, height: height, bytes: bytes.count, mostPixelsPerByte: mostPixelsPerByte)
      image = try converted(file, width: width, height: height)
    } else {
      let layout = try TIFFLayout(file, photometric: photometric, isContiguous: isContiguous)
      let bits = layout.bits * layout.samples
      if compression == Int(COMPRESSION_NONE) {
        guard width * bits / 8 * height <= bytes.count else { throw ImageProblem.cutOff }
      } else if bits >= 8 {
        // A blank page of one bit a pixel may take a bit for each row.
        try ImageDecoder.checkClaim(
          width: width, height: height, bytes: bytes.count, mostPixelsPerByte: mostPixelsPerByte)
      }
      image = try RGBImage(width: width, height: height) { target in
        try TIFFRaster(file, layout, width: width, height: height).read(into: target)
      }
    }
    return image.oriented(file.short(TIFFTAG_ORIENTATION) ?? 1)
  }

  /// The picture by libtiff's own conversion, which knows how colour differences are stored.
  private static func converted(_ file: TIFFFile, width: Int, height: Int) throws -> RGBImage {
    var raster = [UInt32](repeating: 0, count: width * height)
    // The orientation that is asked for is the stored one, so that nothing is turned here.
    let orientation = Int32(file.short(TIFFTAG_ORIENTATION) ?? 1)
    guard
      TIFFReadRGBAImageOriented(file.handle, UInt32(width), UInt32(height), &raster, orientation, 1) == 1
    else { throw file.problem }
    return RGBImage(width: width, height: height) { target in
      for (pixel, value) in raster.enumerated() {
        target[3 * pixel] = UInt8(truncatingIfNeeded: value)
        target[3 * pixel + 1] = UInt8(truncatingIfNeeded: value >> 8)
        target[3 * pixel + 2] = UInt8(truncatingIfNeeded: value >> 16)
      }
    }
  }
}

extension RGBImage {
  /// The picture turned upright, by the number (1 to 8) of a TIFF or EXIF orientation tag; others turn nothing.
  func oriented(_ orientation: Int) -> RGBImage {
    guard (2...8).contains(orientation) else { return self }
    let isTransposed = orientation >= 5
    let (w, h) = isTransposed ? (height, width) : (width, height)
    return RGBImage(width: w, height: h) { target in
      for y in 0..<h {
        for x in 0..<w {
          let (row, column) =
            switch orientation {
            case 2: (y, width - 1 - x)
            case 3: (height - 1 - y, width - 1 - x)
            case 4: (height - 1 - y, x)
            case 5: (x, y)
            case 6: (height - 1 - x, y)
            case 7: (height - 1 - x, width - 1 - y)
            default: (x, width - 1 - y)
            }
          for channel in 0..<3 {
            target[3 * (y * w + x) + channel] = pixels[3 * (row * width + column) + channel]
          }
        }
      }
    }
  }
}
