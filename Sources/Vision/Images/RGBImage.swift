/// A picture of 8-bit red, green and blue, row by row from the top left.
public struct RGBImage: Sendable, Equatable {
  /// Columns of pixels.
  public let width: Int
  /// Rows of pixels.
  public let height: Int
  /// The levels, height × width × 3.
  public let pixels: [UInt8]

  /// A picture of these levels.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when the number of bytes is not height · width · 3.
  public init(width: Int, height: Int, pixels: [UInt8]) throws {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow,
      pixels.count == area.multipliedReportingOverflow(by: 3).partialValue
    else {
      throw DatasetError.invalid("\(pixels.count) bytes are no picture of \(width)×\(height) pixels")
    }
    self.init(width: width, height: height, checked: pixels)
  }

  /// A picture of a size that is known to fit the levels.
  init(width: Int, height: Int, checked pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// A picture whose bytes `body` writes, every one; width and height are positive and their product is no larger than
  /// ``ImageDecoder/mostPixels``.
  package init(width: Int, height: Int, _ body: (UnsafeMutablePointer<UInt8>) throws -> Void) rethrows {
    let count = width * height * 3
    pixels = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      try body(base)
      initialized = count
    }
    self.width = width
    self.height = height
  }
}
