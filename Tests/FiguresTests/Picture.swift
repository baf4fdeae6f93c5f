import CGD
import Figures
import Foundation

/// A decoded PNG, to look at single pixels.
struct Picture: Equatable {
  let width: Int
  let height: Int
  private let pixels: [Int32]

  init(_ file: Data) throws {
    var bytes = [UInt8](file)
    let read = file.prefix(4) == Data("RIFF".utf8) ? gdImageCreateFromWebpPtr : gdImageCreateFromPngPtr
    guard let image = read(Int32(bytes.count), &bytes) else { throw FigureError("neither PNG nor WebP") }
    defer { gdImageDestroy(image) }
    let (w, h) = (Int(image.pointee.sx), Int(image.pointee.sy))
    (width, height) = (w, h)
    pixels = (0..<w * h).map { gdImageGetTrueColorPixel(image, Int32($0 % w), Int32($0 / w)) & 0xFFFFFF }
  }

  /// 0xRRGGBB.
  func color(_ x: Int, _ y: Int) -> Int32 { pixels[y * width + x] }

  /// 0 black … 255 white, the green channel.
  func level(_ x: Int, _ y: Int) -> Int { Int(color(x, y) >> 8 & 255) }

  /// True when any pixel of the rectangle is darker than `level`.
  func hasInk(_ xs: Range<Int>, _ ys: Range<Int>, below level: Int = 128) -> Bool {
    ys.contains { y in xs.contains { x in self.level(x, y) < level } }
  }

  /// The number of pixels of exactly this colour.
  func count(_ color: Int32) -> Int { pixels.count { $0 == color } }
}
