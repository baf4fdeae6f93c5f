/// Makes the two passes of a resize. Both add up runs of 16 bytes, each times a weight.
enum Resampler {
  private typealias Bytes = SIMD16<UInt8>

  /// The columns of `image` resampled; its first column is column `left` of the numbers in `taps`.
  static func narrow(_ image: RGBImage, left: Int, _ taps: ResampleTaps) -> RGBImage {
    let (width, outputs) = (image.width, taps.outputs)
    return RGBImage(width: outputs, height: image.height) { target in
      image.pixels.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        // Four rows are done at a time, their pixels side by side with a fourth byte, so that a column has 16
        // bytes.
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * width) { columns in
          guard let columns = columns.baseAddress else { return }
          var row = 0
          while row < image.height {
            let count = min(4, image.height - row)
            for lane in 0..<4 {
              let line = source + 3 * width * (row + min(lane, count - 1))
              for x in 0..<width {
                let pixel = line + 3 * x
                columns[4 * x + lane] = UInt32(pixel[0]) | UInt32(pixel[1]) << 8 | UInt32(pixel[2]) << 16
              }
            }
            let base = UnsafeRawPointer(columns)
            for output in 0..<outputs {
              let sum = weigh(base + 16 * (taps.first[output] - left), stride: 16, taps, output)
              for lane in 0..<count {
                let pixel = target + 3 * ((row + lane) * outputs + output)
                pixel[0] = sum[4 * lane]
                pixel[1] = sum[4 * lane + 1]
                pixel[2] = sum[4 * lane + 2]
              }
            }
            row += count
          }
        }
      }
    }
  }

  /// The rows of `image` resampled; its first row is row `top` of the numbers in `taps`.
  static func shorten(_ image: RGBImage, top: Int, _ taps: ResampleTaps) -> RGBImage {
    let stride = 3 * image.width
    return RGBImage(width: image.width, height: taps.outputs) { target in
      image.pixels.withUnsafeBytes { source in
        guard let source = source.baseAddress else { return }
        for output in 0..<taps.outputs {
          let base = source + (taps.first[output] - top) * stride
          let line = UnsafeMutableRawPointer(target + output * stride)
          var x = 0
          while x + 16 <= stride {
            line.storeBytes(
              of: weigh(base + x, stride: stride, taps, output), toByteOffset: x, as: Bytes.self)
            x += 16
          }
          while x < stride {
            target[output * stride + x] = weighOne(base + x, stride: stride, taps, output)
            x += 1
          }
        }
      }
    }
  }

  /// The weighted sum of runs of 16 bytes that lie `stride` apart.
  @inline(__always)
  private static func weigh(
    _ source: UnsafeRawPointer, stride: Int, _ taps: ResampleTaps, _ output: Int
  ) -> Bytes {
    var (high, low) = (SIMD16<Int32>.zero, SIMD16<Int32>(repeating: 1 << (ResampleTaps.precision - 1)))
    let weights = output * taps.width
    taps.high.withUnsafeBufferPointer { highs in
      taps.low.withUnsafeBufferPointer { lows in
        for tap in 0..<taps.count[output] {
          let values = SIMD16<Int32>(
            truncatingIfNeeded: source.loadUnaligned(fromByteOffset: tap * stride, as: Bytes.self))
          high &+= values &* SIMD16<Int32>(repeating: Int32(highs[weights + tap]))
          low &+= values &* SIMD16<Int32>(repeating: Int32(lows[weights + tap]))
        }
      }
    }
    let sum = (high &<< ResampleTaps.lowBits &+ low) &>> ResampleTaps.precision
    return Bytes(
      truncatingIfNeeded: sum.clamped(lowerBound: .zero, upperBound: SIMD16<Int32>(repeating: 255)))
  }

  /// The same for one byte.
  private static func weighOne(
    _ source: UnsafeRawPointer, stride: Int, _ taps: ResampleTaps, _ output: Int
  ) -> UInt8 {
    var (high, low): (Int32, Int32) = (0, 1 << (ResampleTaps.precision - 1))
    let weights = output * taps.width
    for tap in 0..<taps.count[output] {
      let value = Int32(source.load(fromByteOffset: tap * stride, as: UInt8.self))
      high &+= value &* Int32(taps.high[weights + tap])
      low &+= value &* Int32(taps.low[weights + tap])
    }
    return UInt8(clamping: (high << ResampleTaps.lowBits &+ low) >> ResampleTaps.precision)
  }
}
