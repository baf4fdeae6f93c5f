import CGD
import Foundation
import Support

extension DisplayList {
  /// The list as a PNG file at `dpi` pixels per inch. The same list gives the same bytes.
  ///
  /// Throws ``FigureError`` for a size that no picture can have, `Interrupted` when a stop was asked for.
  public func png(dpi: Int = 300) throws -> Data { try rasterized(dpi).png() }

  fileprivate func rasterized(_ dpi: Int) throws -> Rasterizer {
    let rasterizer = try Rasterizer(size: size, dpi: dpi, background: background)
    try rasterizer.draw(self)
    return rasterizer
  }
}

extension PictureFormat {
  /// Pictures of pixels, without loss.
  public static let png = PictureFormat(name: "PNG", ending: "png", mediaType: "image/png") { list, dpi in
    try list.png(dpi: dpi)
  }

  /// Pictures of pixels, for photographs.
  public static let jpeg = PictureFormat(
    name: "JPEG", ending: "jpg", alias: "jpeg", mediaType: "image/jpeg"
  ) { list, dpi in try list.rasterized(dpi).jpeg() }

  /// Pictures of pixels, without loss and smaller; the format has no place for their resolution.
  public static let webp = PictureFormat(name: "WebP", ending: "webp", mediaType: "image/webp") { list, dpi in
    try list.rasterized(dpi).webp()
  }
}

extension Rasterizer {
  /// Above it files grow faster than anybody sees a difference.
  private static let jpegQuality: Int32 = 95
  /// `gdWebpLossless` of libgd.
  private static let webpLossless: Int32 = 101
  /// libwebp takes no sides beyond it.
  private static let longestWebpSide = 16383

  func png() throws(FigureError) -> Data {
    guard let rows = image.pointee.tpixels else { throw FigureError("libgd has a picture without pixels") }
    return try PNGFile.data(rows: rows, width: width, height: height, dpi: dpi)
  }

  fileprivate func jpeg() throws(FigureError) -> Data {
    var count: Int32 = 0
    return try Rasterizer.data(gdImageJpegPtr(image, &count, Self.jpegQuality), count, "JPEG")
  }

  fileprivate func webp() throws(FigureError) -> Data {
    guard max(width, height) <= Self.longestWebpSide else {
      throw FigureError("a WebP has at most \(Self.longestWebpSide) pixels a side, not \(width)×\(height)")
    }
    var count: Int32 = 0
    return try Rasterizer.data(gdImageWebpPtrEx(image, &count, Self.webpLossless), count, "WebP")
  }

  fileprivate static func data(
    _ bytes: UnsafeMutableRawPointer?, _ count: Int32, _ name: String
  ) throws(FigureError) -> Data {
    guard let bytes else { throw FigureError("libgd could not write a \(name)") }
    defer { gdFree(bytes) }
    return Data(bytes: bytes, count: Int(count))
  }
}

extension Pixels {
  /// The pixels alone as a PNG file.
  func png() throws(FigureError) -> Data {
    // Photographs pack better by the best of all filters, which libpng looks for in each row.
    try encoded("PNG") { image, count in gdImagePngPtrEx(image, &count, 6) }
  }

  /// The pixels alone as a JPEG file, for pages that show many.
  /// - Parameter quality: 1…100.
  public func jpeg(quality: Int32 = 88) throws(FigureError) -> Data {
    try encoded("JPEG") { image, count in gdImageJpegPtr(image, &count, quality) }
  }

  private func encoded(
    _ name: String, _ encode: (gdImagePtr, inout Int32) -> UnsafeMutableRawPointer?
  ) throws(FigureError) -> Data {
    guard let image = gdImageCreateTrueColor(Int32(width), Int32(height)) else {
      throw FigureError("no memory for a picture of \(width)×\(height) pixels")
    }
    defer { gdImageDestroy(image) }
    for y in 0..<height {
      guard let row = image.pointee.tpixels?[y] else { continue }
      for x in 0..<width { row[x] = color(y * width + x) }
    }
    var count: Int32 = 0
    return try Rasterizer.data(encode(image, &count), count, name)
  }

  /// gd's true colour of a pixel, counted row by row.
  @inline(__always)
  func color(_ pixel: Int) -> Int32 {
    if channels == 1 { return Int32(bytes[pixel]) * 0x010101 }
    let i = 3 * pixel
    return Int32(bytes[i]) << 16 | Int32(bytes[i + 1]) << 8 | Int32(bytes[i + 2])
  }
}
