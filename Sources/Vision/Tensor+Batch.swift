import Compute
import Support
import Tensor

extension Tensor {
  /// 8-bit pictures as N×3×H×W for an encoder: scaled to [0, 1], grey repeated to three channels, normalised.
  ///
  /// - Parameters:
  ///   - pixels: N × height × width × channels bytes.
  ///   - count: N, the number of pictures: of clips, all of their frames.
  ///   - height: rows of pixels.
  ///   - width: columns of pixels.
  ///   - channels: 1 or 3.
  ///   - mean: three numbers, in units of pixel/255.
  ///   - deviation: three numbers above 0.
  /// - Throws: `TensorError` where the sizes do not fit; `Interrupted`.
  public static func images(
    pixels: [UInt8], count: Int, height: Int, width: Int, channels: Int, mean: [Float], deviation: [Float]
  ) throws -> Tensor {
    guard channels == 1 || channels == 3, mean.count == 3, deviation.count == 3,
      pixels.count == count * height * width * channels
    else {
      throw TensorError(
        "images",
        "\(pixels.count) bytes for \(count) images of \(height)×\(width)×\(channels), normalised by "
          + "\(mean.count) means")
    }
    let result = try Tensor.empty([count, 3, height, width])
    let target = result.pointer
    // Each value is looked up in a table, as a channel has 256 possible inputs.
    var table = [Float](repeating: 0, count: 3 * 256)
    for channel in 0..<3 {
      for value in 0..<256 {
        table[channel * 256 + value] = (Float(value) / 255 - mean[channel]) / deviation[channel]
      }
    }
    pixels.withUnsafeBufferPointer { pixels in
      table.withUnsafeBufferPointer { table in
        ThreadTeam.parallel(count * height * width, grain: 1 << 14) { range in
          for i in range {
            let (r, g, b) =
              channels == 1
              ? (Int(pixels[i]), Int(pixels[i]), Int(pixels[i]))
              : (Int(pixels[3 * i]), Int(pixels[3 * i + 1]), Int(pixels[3 * i + 2]))
            target[3 * i] = table[r]
            target[3 * i + 1] = table[256 + g]
            target[3 * i + 2] = table[512 + b]
          }
        }
      }
    }
    try Cancellation.check()
    return result
  }

  /// All pictures of a batch, (N·F)×3×H×W; see ``images(pixels:count:height:width:channels:mean:deviation:)``.
  ///
  /// The F = ``Batch/frames`` pictures of a clip are next to each other, in their order, and clips follow each other: row
  /// n·F + f is frame f of clip n. So an encoder that knows nothing of frames takes a batch of clips as it is, as N·F
  /// images, and one that exchanges information between frames needs no more than the number F beside it. What is
  /// N×F×… afterwards, such as features N×F×D, is a reshape of the rows. Of images, F = 1, this is N×3×H×W.
  public static func images(_ batch: Batch, mean: [Float], deviation: [Float]) throws -> Tensor {
    try images(
      pixels: batch.pixels, count: batch.count * batch.frames, height: batch.imageSize.height,
      width: batch.imageSize.width,
      channels: batch.channels, mean: mean, deviation: deviation)
  }
}
