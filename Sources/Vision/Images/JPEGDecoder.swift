import CImageCodecs

/// Reads JPEG by libjpeg: baseline and progressive; grey, colour, and inks (CMYK, YCCK).
enum JPEGDecoder {
  /// The most pixels that a byte can stand for: a block of 8 × 8 pixels takes at least a bit in each scan of
  /// its component, and a component can be stored at a quarter of the picture's height and width.
  private static let mostPixelsPerByte = 8 * 64 * 16

  static func decode(_ bytes: UnsafeRawBufferPointer) throws -> RGBImage {
    let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    let header = try CodecCall.run { gf_jpeg_header(source, bytes.count, &$0, $1) }
    guard [1, 3, 4].contains(header.components) else {
      throw ImageProblem("is a JPEG of \(header.components) components, expected 1, 3 or 4")
    }
    let (width, height) = (Int(header.width), Int(header.height))
    try ImageDecoder.checkSize(
      width: width, height: height, bytes: bytes.count, mostPixelsPerByte: mostPixelsPerByte)
    return try RGBImage(width: width, height: height) { target in
      _ = try CodecCall.run { _, message in gf_jpeg_decode(source, bytes.count, header, target, message) }
    }
  }
}

/// Reads PNG by libpng: every colour type, bit depth and interlacing.
enum PNGDecoder {
  /// The most pixels that a byte can stand for: Deflate repeats at most 258 bytes for 2 bits, and a byte
  /// holds at most 8 pixels.
  private static let mostPixelsPerByte = 1032 * 8

  static func decode(_ bytes: UnsafeRawBufferPointer) throws -> RGBImage {
    let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    let header = try CodecCall.run { gf_png_header(source, bytes.count, &$0, $1) }
    let (width, height) = (Int(header.width), Int(header.height))
    try ImageDecoder.checkSize(
      width: width, height: height, bytes: bytes.count, mostPixelsPerByte: mostPixelsPerByte)
    return try RGBImage(width: width, height: height) { target in
      _ = try CodecCall.run { _, message in gf_png_decode(source, bytes.count, header, target, message) }
    }
  }
}

/// The gate of the calls into C.
private enum CodecCall {
  /// The header that `body` filled; throws the message that it left when it did not return 0.
  static func run(
    _ body: (inout gf_image_header, UnsafeMutablePointer<CChar>) -> Int32
  ) throws -> gf_image_header {
    var header = gf_image_header()
    var message = [CChar](repeating: 0, count: Int(GF_MESSAGE_SIZE))
    let status = message.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { body(&header, $0) } ?? -1
    }
    guard status == 0 else {
      let text = message.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
      throw text.hasPrefix("it ")
        ? ImageProblem(String(text.dropFirst(3))) : ImageProblem("is damaged: \(text)")
    }
    return header
  }
}
