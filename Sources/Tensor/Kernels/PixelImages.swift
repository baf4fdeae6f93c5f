import OneDNN

/// How images lie in memory as 8-bit pixels, and what makes their values the input of an encoder.
///
/// Encoders are fed from the pixels directly: an image of the size S is never held as S×S floating point numbers, only
/// what the network looks at, P×P. The results are those of ``Tensor/resized(height:width:_:alignCorners:)`` and
/// ``Tensor/cropped(_:height:width:)`` on normalised images, up to rounding.
public struct PixelImages: Sendable {
  public let height: Int
  public let width: Int
  /// 1 for grey, which is repeated to three channels, or 3.
  public let channels: Int
  /// value · scale + shift is (value/255 − mean) / deviation, for each of three channels.
  private let scale: [Float]
  private let shift: [Float]

  /// - Parameters:
  ///   - mean: three numbers, in units of value/255.
  ///   - deviation: three numbers above 0.
  public init(height: Int, width: Int, channels: Int, mean: [Float], deviation: [Float]) throws {
    guard channels == 1 || channels == 3, height > 0, width > 0, mean.count == 3, deviation.count == 3 else {
      throw TensorError(
        "images",
        "\(height)×\(width)×\(channels) pixels, normalised by \(mean.count) means: expected 1 or 3"
          + " channels and three means")
    }
    self.height = height
    self.width = width
    self.channels = channels
    scale = deviation.map { 1 / (255 * $0) }
    shift = zip(mean, deviation).map { -$0 / $1 }
  }

  /// Bytes of one image.
  public var bytes: Int { height * width * channels }

  /// The whole images as N×3×`side`×`side`.
  ///
  /// - Parameter images: each of ``bytes`` bytes, height × width × channels.
  public func resized(
    _ images: [UnsafePointer<UInt8>], side: Int, _ interpolation: Interpolation, alignCorners: Bool
  ) throws -> Tensor {
    if side == height, side == width {
      return try patches(
        images, [PatchPosition](repeating: PatchPosition(row: 0, column: 0), count: images.count), side: side)
    }
    let resize = Resize(height: side, width: side, interpolation: interpolation, alignCorners: alignCorners)
    let (rows, columns) = (resize.matrix(height, side), resize.matrix(width, side))
    let result = try Tensor.empty([images.count, 3, side, side])
    let target = result.pointer
    let (line, taps) = (width * channels, rows.inputs.count / side)
    let work = taps * (line + 3 * side)
    ThreadTeam.parallel(images.count * side, grain: max(1, Self.leastWork / work)) { range in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: line) { blended in
        guard let blended = blended.baseAddress else { return }
        for position in range {
          rows.blend(position % side, images[position / side], line, into: blended)
          narrow(blended, columns, into: target + position * 3 * side)
        }
      }
    }
    return result
  }

  /// One patch of each image at its position, N×3×`side`×`side`; no interpolation.
  ///
  /// - Throws: ``TensorError`` when a patch is not within its image.
  public func patches(
    _ images: [UnsafePointer<UInt8>], _ positions: [PatchPosition], side: Int
  ) throws -> Tensor {
    for (image, position) in positions.enumerated() {
      guard position.row >= 0, position.row + side <= height, position.column >= 0,
        position.column + side <= width
      else {
        throw TensorError(
          "cut",
          "a \(side)×\(side) patch at (\(position.row), \(position.column)) of image \(image + 1) of"
            + " \(height)×\(width) pixels")
      }
    }
    let result = try Tensor.empty([images.count, 3, side, side])
    let target = result.pointer
    // A factor for every value of a line, so that one loop serves the channels in turn.
    let factors = (0..<3 * side).map { scale[$0 % 3] }
    let offsets = (0..<3 * side).map { shift[$0 % 3] }
    let grain = max(1, Self.leastWork / (3 * side))
    factors.withUnsafeBufferPointer { factors in
      offsets.withUnsafeBufferPointer { offsets in
        ThreadTeam.parallel(images.count * side, grain: grain) { range in
          for line in range {
            let (image, row) = (line / side, line % side)
            let position = positions[image]
            let first = ((position.row + row) * width + position.column) * channels
            let (source, output) = (images[image] + first, target + line * 3 * side)
            if channels == 3 {
              for i in 0..<3 * side { output[i] = Float(source[i]) * factors[i] + offsets[i] }
            } else {
              for i in 0..<side {
                let value = Float(source[i])
                output[3 * i] = value * factors[0] + offsets[0]
                output[3 * i + 1] = value * factors[1] + offsets[1]
                output[3 * i + 2] = value * factors[2] + offsets[2]
              }
            }
          }
        }
      }
    }
    return result
  }

  /// Multiplications that are worth a thread.
  private static let leastWork = 1 << 15

  /// One line of `channels` values a pixel, resampled by `columns` and normalised to three channels.
  private func narrow(
    _ line: UnsafePointer<Float>, _ columns: ResampleMatrix, into output: UnsafeMutablePointer<Float>
  ) {
    let (a, b, c) = (scale[0], scale[1], scale[2])
    let (u, v, w) = (shift[0], shift[1], shift[2])
    let taps = columns.inputs.count / columns.outputs
    columns.inputs.withUnsafeBufferPointer { inputs in
      columns.weights.withUnsafeBufferPointer { weights in
        for i in 0..<columns.outputs {
          if channels == 1 {
            var sum: Float = 0
            for tap in i * taps..<(i + 1) * taps { sum += line[inputs[tap]] * weights[tap] }
            output[3 * i] = sum * a + u
            output[3 * i + 1] = sum * b + v
            output[3 * i + 2] = sum * c + w
          } else {
            var sums: (Float, Float, Float) = (0, 0, 0)
            for tap in i * taps..<(i + 1) * taps {
              let (pixel, weight) = (line + 3 * inputs[tap], weights[tap])
              sums.0 += pixel[0] * weight
              sums.1 += pixel[1] * weight
              sums.2 += pixel[2] * weight
            }
            output[3 * i] = sums.0 * a + u
            output[3 * i + 1] = sums.1 * b + v
            output[3 * i + 2] = sums.2 * c + w
          }
        }
      }
    }
  }
}

extension ResampleMatrix {
  /// The `count` values of one output row from rows of 8-bit pixels.
  fileprivate func blend(
    _ output: Int, _ image: UnsafePointer<UInt8>, _ count: Int, into line: UnsafeMutablePointer<Float>
  ) {
    let first = starts[output]
    let taps = starts[output + 1] - first
    func row(_ tap: Int) -> UnsafePointer<UInt8> { image + inputs[first + tap] * count }
    if taps == 4 {
      let (a, b, c, d) = (row(0), row(1), row(2), row(3))
      let (p, q, r, s) = (weights[first], weights[first + 1], weights[first + 2], weights[first + 3])
      for i in 0..<count {
        line[i] = Float(a[i]) * p + Float(b[i]) * q + Float(c[i]) * r + Float(d[i]) * s
      }
      return
    }
    let (a, p) = (row(0), weights[first])
    if taps == 2 {
      let (b, q) = (row(1), weights[first + 1])
      for i in 0..<count { line[i] = Float(a[i]) * p + Float(b[i]) * q }
      return
    }
    for i in 0..<count { line[i] = Float(a[i]) * p }
    for tap in 1..<max(taps, 1) {
      let (b, q) = (row(tap), weights[first + tap])
      for i in 0..<count { line[i] += Float(b[i]) * q }
    }
  }
}
