import CGD
import Foundation
import Support

/// Writes pictures of one size one after the other into an animated GIF that is repeated for ever.
///
/// Each picture has a palette of its own: its own colours where these are at most 256, as those of grey pictures are, else
/// 256 that libgd chooses. The same pictures give the same bytes.
struct AnimatedGIF {
  /// The most pixels of all pictures together.
  static let mostPixels = 400_000_000
  /// Hundredths of a second in a second, the unit of the format.
  private static let ticks = 100.0

  private var bytes = Data()
  private var count = 0
  private let framesPerSecond: Double

  /// - Parameter framesPerSecond: 1 to 50; what the format's hundredths cannot say evens out over the pictures.
  init(framesPerSecond: Double) { self.framesPerSecond = framesPerSecond }

  /// Adds a picture; a point is a pixel.
  ///
  /// Throws ``FigureError`` for a size that no picture can have, `Interrupted` when a stop was asked for.
  mutating func add(_ list: DisplayList) throws {
    let rasterizer = try Rasterizer(size: list.size, dpi: 72, background: list.background)
    try rasterizer.draw(list)
    let palette = try rasterizer.palette()
    defer { gdImageDestroy(palette) }
    var size: Int32 = 0
    if bytes.isEmpty { try append(gdImageGifAnimBeginPtr(palette, &size, 0, 0), &size) }
    // Browsers take delays below 2 for none at all, and wait much longer.
    let delay = max(tick(count + 1) - tick(count), 2)
    try append(
      gdImageGifAnimAddPtr(palette, &size, 1, 0, 0, Int32(delay), Int32(gdDisposalNone), nil), &size)
    count += 1
  }

  /// The file.
  mutating func finished() throws(FigureError) -> Data {
    var size: Int32 = 0
    try append(gdImageGifAnimEndPtr(&size), &size)
    return bytes
  }

  private func tick(_ number: Int) -> Int { Int((Double(number) * Self.ticks / framesPerSecond).rounded()) }

  private mutating func append(_ piece: UnsafeMutableRawPointer?, _ size: inout Int32) throws(FigureError) {
    guard let piece else { throw FigureError("libgd could not write a GIF") }
    defer { gdFree(piece) }
    bytes.append(Data(bytes: piece, count: Int(size)))
  }
}

extension Rasterizer {
  private static let mostColors = 256

  /// What was drawn with at most 256 colours; who asks frees it.
  fileprivate func palette() throws -> gdImagePtr {
    if let exact = try exactPalette() { return exact }
    // Without dithering: its dots would swarm from picture to picture.
    guard let chosen = gdImageCreatePaletteFromTrueColor(image, 0, Int32(Self.mostColors)) else {
      throw FigureError("no memory for a picture of \(width)×\(height) pixels")
    }
    return chosen
  }

  /// What was drawn, in its own colours; nil where they are too many.
  private func exactPalette() throws -> gdImagePtr? {
    guard let result = gdImageCreate(Int32(width), Int32(height)) else {
      throw FigureError("no memory for a picture of \(width)×\(height) pixels")
    }
    var places: [Int32: UInt8] = [:]
    var last: (color: Int32, place: UInt8)?
    for y in 0..<height {
      guard let source = image.pointee.tpixels?[y], let target = result.pointee.pixels?[y] else { break }
      for x in 0..<width {
        let color = source[x] & 0xFFFFFF
        if let last, last.color == color {
          target[x] = last.place
          continue
        }
        let place: UInt8
        if let known = places[color] {
          place = known
        } else {
          guard places.count < Self.mostColors else {
            gdImageDestroy(result)
            return nil
          }
          place = UInt8(
            clamping: gdImageColorAllocate(result, color >> 16 & 255, color >> 8 & 255, color & 255))
          places[color] = place
        }
        target[x] = place
        last = (color, place)
      }
    }
    return result
  }
}
