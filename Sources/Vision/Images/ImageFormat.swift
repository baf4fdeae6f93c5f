/// The picture formats that are read, told apart by their first bytes: names of files mislead.
public enum ImageFormat: String, Sendable, CaseIterable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"
  case gif = "GIF"
  case bmp = "BMP"
  case tiff = "TIFF"
  case netpbm = "Netpbm (PPM, PGM, PBM)"

  /// The format of a file that begins with `bytes`; nil when it is none of these.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    func begins(_ signature: [UInt8], at offset: Int = 0) -> Bool {
      bytes.count >= offset + signature.count
        && zip(bytes[offset...], signature).allSatisfy { $0 == $1 }
    }
    if begins([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if begins([0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A]) {
      self = .png
    } else if begins(Array("RIFF".utf8)), begins(Array("WEBP".utf8), at: 8) {
      self = .webp
    } else if begins(Array("GIF87a".utf8)) || begins(Array("GIF89a".utf8)) {
      self = .gif
    } else if begins(Array("BM".utf8)) {
      self = .bmp
    } else if begins([0x49, 0x49, 42, 0]) || begins([0x4D, 0x4D, 0, 42]) || begins([0x49, 0x49, 43, 0])
      || begins([0x4D, 0x4D, 0, 43])
    {
      self = .tiff
    } else if NetpbmDecoder.recognises(bytes) {
      self = .netpbm
    } else {
      return nil
    }
  }

  /// The endings of file names, without the dot, that a folder of pictures is searched for.
  ///
  /// They are those of torchvision, and the other ones of formats that are read.
  public static let extensions = [
    "jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp", "gif", "jpe", "pbm", "pnm", "dib",
    "jfif",
  ]
}
