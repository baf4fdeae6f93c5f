import Foundation
import Support

/// Reads pictures as 8-bit RGB, with the values that Pillow's `Image.open(path).convert("RGB")` has.
///
/// Alpha is dropped, not blended; the first frame of an animation is the picture; 16-bit colour keeps its high
/// byte, and 16-bit grey above 255 is white. Only TIFF turns the picture as its orientation tag says, again as
/// Pillow does.
public enum ImageDecoder {
  /// The most pixels that a header may claim, twice what Pillow warns at; there it refuses as well.
  public static let mostPixels = 178_956_970

  /// The largest file that is read.
  public static let mostBytes = 1 << 30

  /// Reads and decodes a file.
  ///
  /// - Throws: ``ImageError`` in one line when the file is missing, no picture, damaged, cut off, or too large.
  public static func decode(contentsOf path: FilePath) throws -> RGBImage {
    try decode(contents(of: path), name: path.shown)
  }

  /// Decodes a file's bytes; `name` is what errors call it.
  ///
  /// - Throws: ``ImageError`` in one line when they are no picture, damaged, cut off, or too large.
  public static func decode(_ bytes: [UInt8], name: String) throws -> RGBImage {
    do {
      return try bytes.withUnsafeBytes { try decode($0) }
    } catch let problem as ImageProblem {
      throw ImageError(path: name, reason: problem.reason)
    }
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer) throws -> RGBImage {
    guard !bytes.isEmpty else { throw ImageProblem("is empty") }
    switch ImageFormat(bytes) {
    case .jpeg: return try JPEGDecoder.decode(bytes)
    case .png: return try PNGDecoder.decode(bytes)
    case .webp: return try WebPDecoder.decode(bytes)
    case .gif:
      var decoder = try GIFDecoder(bytes)
      return try decoder.image()
    case .bmp: return try BMPDecoder(bytes).image()
    case .tiff: return try TIFFDecoder.decode(bytes)
    case .netpbm: return try NetpbmDecoder(bytes).image()
    case nil:
      let known = ImageFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ImageProblem("is not a picture: it begins like none of \(known)")
    }
  }

  /// Throws unless a header's size can be decoded.
  static func checkSize(width: Int, height: Int) throws {
    guard width > 0, height > 0 else {
      throw ImageProblem("claims \(width)×\(height) pixels: there is nothing in it")
    }
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, area <= mostPixels else {
      throw ImageProblem("claims \(width)×\(height) pixels, more than the \(mostPixels) accepted")
    }
    try MemoryBudget.shared.require(3 * area)
  }

  /// Throws when `bytes` of compressed data cannot hold that many pixels: memory is not reserved for a claim.
  static func checkSize(width: Int, height: Int, bytes: Int, mostPixelsPerByte: Int) throws {
    try checkSize(width: width, height: height)
    guard width * height / mostPixelsPerByte <= bytes else {
      throw ImageProblem("claims \(width)×\(height) pixels, more than its \(bytes) bytes can hold")
    }
  }

  /// The number of pixels for which memory is reserved whatever the size of the file: a canvas may be mostly empty, a
  /// picture of one colour.
  private static let pixelsAnyFileMayClaim = 1 << 22

  /// Throws as ``checkSize(width:height:bytes:mostPixelsPerByte:)`` does, but only large claims must be in
  /// proportion to the file: it is for formats that can say little of many pixels.
  static func checkClaim(width: Int, height: Int, bytes: Int, mostPixelsPerByte: Int) throws {
    try checkSize(width: width, height: height)
    guard width * height > pixelsAnyFileMayClaim else { return }
    try checkSize(width: width, height: height, bytes: bytes, mostPixelsPerByte: mostPixelsPerByte)
  }

  private static func contents(of path: FilePath) throws -> [UInt8] {
    do {
      // Pictures of a data set are often links to where they lie; which folder a script may name was decided before.
      return try FileAccess.ofProgram { try InputFile.bytes(of: path, limit: mostBytes) }
    } catch let error as FileError {
      throw ImageError(error, path: path)
    }
  }
}
