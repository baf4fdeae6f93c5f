import Compute
import Support
import Tensor

extension Tensor {
  /// 8-bit pictures as numbers from 0 to 1, stored row by row, one channel after the other.
  ///
  /// - Parameters:
  ///   - pixels: the pictures one after the other, height × width × channels each.
  ///   - leading: what there are pictures of: nothing for one image, [F] for a clip, [N, F] for clips.
  ///   - imageSize: height and width of a picture.
  ///   - channels: of a picture.
  /// - Returns: the axes `leading`, then channels × height × width.
  /// - Throws: what refuses memory; `Interrupted`.
  static func levels(
    _ pixels: [UInt8], leading: [Int], imageSize: (height: Int, width: Int), channels: Int
  ) throws -> Tensor {
    let plane = imageSize.height * imageSize.width
    let result = try Tensor.emptyRowMajor(Shape(leading + [channels, imageSize.height, imageSize.width]))
    let target = result.pointer
    pixels.withUnsafeBufferPointer { pixels in
      ThreadTeam.parallel(leading.reduce(channels, *), grain: max(1, (1 << 14) / plane)) { planes in
        for position in planes {
          let source = position / channels * channels * plane + position % channels
          for i in 0..<plane { target[position * plane + i] = Float(pixels[source + i * channels]) / 255 }
        }
      }
    }
    try Cancellation.check()
    return result
  }
}
