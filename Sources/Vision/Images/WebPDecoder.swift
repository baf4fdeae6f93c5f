import CImageCodecs

/// Reads WebP by libwebp: lossy, lossless, and the first frame of animations.
enum WebPDecoder {
  /// The most pixels that a byte can stand for. A picture of one colour takes no more than its header,
  /// whatever its size; one of 4 million pixels is read.
  private static let mostPixelsPerByte = 8192

  static func decode(_ bytes: UnsafeRawBufferPointer) throws -> RGBImage {
    let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    var features = WebPBitstreamFeatures()
    let status = WebPGetFeatures(source, bytes.count, &features)
    guard status == VP8_STATUS_OK else { throw problem(status) }
    let (width, height) = (Int(features.width), Int(features.height))
    try ImageDecoder.checkClaim(
      width: width, height: height, bytes: bytes.count, mostPixelsPerByte: mostPixelsPerByte)
    return features.has_animation != 0
      ? try firstFrame(bytes, width: width, height: height)
      : try still(bytes, width: width, height: height)
  }

  private static func still(_ bytes: UnsafeRawBufferPointer, width: Int, height: Int) throws -> RGBImage {
    var configuration = WebPDecoderConfig()
    guard WebPInitDecoderConfig(&configuration) != 0 else {
      throw ImageProblem("cannot be read by this libwebp")
    }
    configuration.output.colorspace = MODE_RGB
    configuration.output.is_external_memory = 1
    return try RGBImage(width: width, height: height) { target in
      configuration.output.u.RGBA = WebPRGBABuffer(
        rgba: target, stride: Int32(width * 3), size: width * height * 3)
      let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      let status = WebPDecode(source, bytes.count, &configuration)
      guard status == VP8_STATUS_OK else { throw problem(status) }
    }
  }

  /// The canvas as it is shown first: what the frame does not cover is black.
  private static func firstFrame(
    _ bytes: UnsafeRawBufferPointer, width: Int, height: Int
  ) throws -> RGBImage {
    var options = WebPAnimDecoderOptions()
    guard WebPAnimDecoderOptionsInit(&options) != 0 else {
      throw ImageProblem("cannot be read by this libwebp")
    }
    options.color_mode = MODE_RGBA
    options.use_threads = 0
    var data = WebPData(bytes: bytes.assumingMemoryBound(to: UInt8.self).baseAddress, size: bytes.count)
    guard let decoder = WebPAnimDecoderNew(&data, &options) else {
      throw ImageProblem("is damaged: its animation cannot be read")
    }
    defer { WebPAnimDecoderDelete(decoder) }
    var canvas: UnsafeMutablePointer<UInt8>?
    var time: Int32 = 0
    guard WebPAnimDecoderGetNext(decoder, &canvas, &time) != 0, let canvas else {
      throw ImageProblem("is damaged: its first frame cannot be read")
    }
    return RGBImage(width: width, height: height) { target in
      for pixel in 0..<width * height {
        for channel in 0..<3 { target[3 * pixel + channel] = canvas[4 * pixel + channel] }
      }
    }
  }

  private static func problem(_ status: VP8StatusCode) -> ImageProblem {
    switch status {
    case VP8_STATUS_NOT_ENOUGH_DATA, VP8_STATUS_SUSPENDED: .cutOff
    case VP8_STATUS_UNSUPPORTED_FEATURE: ImageProblem("uses a feature that libwebp does not read")
    case VP8_STATUS_OUT_OF_MEMORY: ImageProblem("needs more memory than there is")
    default: ImageProblem("is damaged: libwebp finds an error in its data")
    }
  }
}
