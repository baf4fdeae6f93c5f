extension RGBImage {
  /// A part of a picture in pixels; its edges can lie inside pixels.
  public struct Box: Sendable, Hashable {
    /// The edges, in pixels from the left and from the top.
    public var left, top, right, bottom: Double

    public init(left: Double, top: Double, right: Double, bottom: Double) {
      (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }
  }

  /// The picture resized with antialiasing, equal to Pillow's `resize` bit for bit.
  ///
  /// The method is that of Pillow's `Resample.c`: two passes, 8 bits in between, weights in 2⁻²² parts.
  ///
  /// The part `box` becomes the result, or the whole picture; pixels around it still count at its edges.
  /// Where a `window` is given, only these rows and columns of the result are computed and returned.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when a size is not positive or the box not inside the picture.
  public func resized(
    width newWidth: Int, height newHeight: Int, _ filter: ResampleFilter = .bilinear, box: Box? = nil,
    window: (rows: Range<Int>, columns: Range<Int>)? = nil
  ) throws -> RGBImage {
    let box = box ?? Box(left: 0, top: 0, right: Double(width), bottom: Double(height))
    let window = window ?? (0..<max(newHeight, 1), 0..<max(newWidth, 1))
    let sides = 1...Int(Int32.max)
    guard sides.contains(newWidth), sides.contains(newHeight) else {
      throw DatasetError.invalid("a picture cannot be resized to \(newWidth)×\(newHeight) pixels")
    }
    guard box.left >= 0, box.top >= 0, box.right <= Double(width), box.bottom <= Double(height),
      box.left < box.right, box.top < box.bottom
    else {
      throw DatasetError.invalid(
        "the part \(box.left), \(box.top), \(box.right), \(box.bottom) (left, top, right, bottom) is not inside the "
          + "\(width)×\(height) pixels of the picture")
    }
    guard (0..<newHeight).contains(window.rows), (0..<newWidth).contains(window.columns),
      !window.rows.isEmpty,
      !window.columns.isEmpty
    else {
      throw DatasetError.invalid(
        "rows \(window.rows) and columns \(window.columns) are not inside \(newWidth)×\(newHeight) pixels")
    }
    // Both passes are bounded, however long and narrow the picture is.
    let (wide, tall) = (max(width, window.columns.count), max(height, window.rows.count))
    guard window.columns.count <= ImageDecoder.mostPixels / tall,
      window.rows.count <= ImageDecoder.mostPixels / wide
    else {
      throw DatasetError.invalid(
        "a picture of \(width)×\(height) pixels resized to \(newWidth)×\(newHeight) would need more than "
          + "\(ImageDecoder.mostPixels) pixels at once")
    }
    let columns =
      newWidth == width && box.left == 0 && box.right == Double(width)
      ? nil
      : ResampleTaps(
        inputs: width, from: box.left, to: box.right, outputs: newWidth, wanted: window.columns, filter)
    let rows =
      newHeight == height && box.top == 0 && box.bottom == Double(height)
      ? nil
      : ResampleTaps(
        inputs: height, from: box.top, to: box.bottom, outputs: newHeight, wanted: window.rows, filter)
    // What is between the passes is rounded to bytes, so their order shows. This is how Pillow 13 chooses.
    let rowsFirst = newHeight < height && height - newHeight > 2 * (width - newWidth)
    let used = (rows: rows?.span ?? window.rows, columns: columns?.span ?? window.columns)
    let part = try cropped(
      left: used.columns.lowerBound, top: used.rows.lowerBound, width: used.columns.count,
      height: used.rows.count)
    func narrowed(_ image: RGBImage) -> RGBImage {
      columns.map { Resampler.narrow(image, left: used.columns.lowerBound, $0) } ?? image
    }
    func shortened(_ image: RGBImage) -> RGBImage {
      rows.map { Resampler.shorten(image, top: used.rows.lowerBound, $0) } ?? image
    }
    return rowsFirst ? narrowed(shortened(part)) : shortened(narrowed(part))
  }

  /// The whole picture resized as ``ImageTransform`` does it before it crops.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when the size is out of range.
  public func resized(_ resize: ImageTransform.Resize, _ filter: ResampleFilter = .bilinear) throws
    -> RGBImage
  {
    let sides =
      switch resize {
      case .shorterSide(let side): [side]
      case .exact(let height, let width): [height, width]
      }
    guard sides.allSatisfy((1...ImageTransform.longestSide).contains) else {
      throw DatasetError.invalid("sizes of pictures must be 1 to \(ImageTransform.longestSide) pixels")
    }
    let size = resize.size(height: height, width: width)
    return try resized(width: size.width, height: size.height, filter)
  }

  /// The part of `width` × `height` pixels from (`left`, `top`) on.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` when it is not inside the picture.
  public func cropped(left: Int, top: Int, width: Int, height: Int) throws -> RGBImage {
    guard left >= 0, top >= 0, width > 0, height > 0, width <= self.width, height <= self.height,
      left <= self.width - width, top <= self.height - height
    else {
      throw DatasetError.invalid(
        "a part of \(width)×\(height) pixels from column \(left &+ 1), row \(top &+ 1) on is not inside the "
          + "\(self.width)×\(self.height) pixels of the picture")
    }
    if width == self.width, height == self.height { return self }
    return RGBImage(width: width, height: height) { target in
      pixels.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        for row in 0..<height {
          (target + 3 * row * width).update(
            from: source + 3 * ((top + row) * self.width + left), count: 3 * width)
        }
      }
    }
  }

  /// The picture with left and right exchanged.
  public func flipped() -> RGBImage {
    RGBImage(width: width, height: height) { target in
      pixels.withUnsafeBufferPointer { source in
        for row in 0..<height {
          let line = 3 * row * width
          for x in 0..<width {
            let (to, from) = (line + 3 * x, line + 3 * (width - 1 - x))
            target[to] = source[from]
            target[to + 1] = source[from + 1]
            target[to + 2] = source[from + 2]
          }
        }
      }
    }
  }
}

extension Range<Int> {
  fileprivate func contains(_ other: Range<Int>) -> Bool {
    other.lowerBound >= lowerBound && other.upperBound <= upperBound
  }
}
