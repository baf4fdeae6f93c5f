/// Makes colours from brightness and differences (JFIF's YCbCr) with the rounding of Pillow's
/// `convert("RGB")`.
///
/// Products are kept in parts of 64, half a part is added before the rest is cut off, and sums are rounded down. That
/// gives Pillow 13's values for all 3 × 65,536 combinations that were tried.
enum YCbCr {
  private static let red = products(1.402)
  private static let greenBlue = products(-0.34414)
  private static let greenRed = products(-0.71414)
  private static let blue = products(1.772)

  private static func products(_ factor: Double) -> [Int32] {
    (0..<256).map { Int32((factor * Double($0 - 128) * 64 + 0.5).rounded(.towardZero)) }
  }

  @inline(__always)
  static func toRGB(_ y: UInt8, _ cb: UInt8, _ cr: UInt8, _ target: UnsafeMutablePointer<UInt8>) {
    let (light, cb, cr) = (Int32(y), Int(cb), Int(cr))
    target[0] = UInt8(clamping: light + red[cr] >> 6)
    target[1] = UInt8(clamping: light + (greenBlue[cb] + greenRed[cr]) >> 6)
    target[2] = UInt8(clamping: light + blue[cb] >> 6)
  }
}
