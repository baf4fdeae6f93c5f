import CKernels
import Compute
import Tensor

/// How images or clips lie in memory as 8-bit pixels, and what makes their values the input of an encoder.
///
/// An item is one picture, or the ``frames`` pictures of a clip one after the other; of N items of F pictures, row n·F + f
/// of every result is picture f of item n, as in `Tensor.images`.
/// Encoders are fed from the pixels directly: a picture of the size S is never held as S×S floating point numbers, only
/// what the network looks at, P×P. The results are those of `Tensor.resized` and `Tensor.cropped` on normalised images,
/// up to rounding.
public struct PixelImages: Sendable {
  /// F, the number of pictures of an item: 1 for images.
  public let frames: Int
  /// Rows of pixels.
  public let height: Int
  /// Columns of pixels.
  public let width: Int
  /// 1 for grey, which is repeated to three channels, or 3.
  public let channels: Int
  /// value · scale + shift is (value/255 − mean) / deviation, for each of three channels; a fourth fills up a vector.
  private let scale: [Float]
  private let shift: [Float]

  /// Takes means and standard deviations of the three channels, in units of value/255; deviations are above 0.
  ///
  /// - Throws: `TensorError` for sizes that no image has, and where there are not three means and deviations.
  public init(
    frames: Int = 1, height: Int, width: Int, channels: Int, mean: [Float], deviation: [Float]
  ) throws {
    guard channels == 1 || channels == 3, frames > 0, height > 0, width > 0, mean.count == 3,
      deviation.count == 3
    else {
      throw TensorError(
        "images",
        "\(frames == 1 ? "" : "\(frames)×")\(height)×\(width)×\(channels) pixels, normalised by \(mean.count) means: expected 1 or 3"
          + " channels and three means")
    }
    self.frames = frames
    self.height = height
    self.width = width
    self.channels = channels
    scale = deviation.map { 1 / (255 * $0) } + [0]
    shift = zip(mean, deviation).map { -$0 / $1 } + [0]
  }

  /// Bytes of one picture.
  public var frameBytes: Int { height * width * channels }

  /// Bytes of one item.
  public var bytes: Int { frames * frameBytes }

  /// How the pixels of glances follow from those of the pictures.
  public struct Resizing: Sendable {
    let side: Int
    fileprivate let rows, columns: Taps
  }

  /// Every output of one axis is a weighted sum of the same number of inputs.
  fileprivate struct Taps {
    let count: Int
    let inputs: [Int32]
    let weights: [Float]

    init(_ matrix: ResampleMatrix) {
      count = matrix.inputs.count / max(matrix.outputs, 1)
      inputs = matrix.inputs.map(Int32.init)
      weights = matrix.weights
    }
  }

  /// Prepares to resize pictures to `side`×`side`, once for all of them.
  public func resizing(to side: Int, _ interpolation: Interpolation, alignCorners: Bool) -> Resizing {
    func taps(_ input: Int) -> Taps {
      Taps(ResampleMatrix(input, to: side, interpolation, alignCorners: alignCorners))
    }
    return Resizing(side: side, rows: taps(height), columns: taps(width))
  }

  /// The whole pictures of items of ``bytes`` bytes, frames × height × width × channels, as (N·F)×3×side×side.
  ///
  /// - Throws: what refuses memory.
  public func resized(_ items: [UnsafePointer<UInt8>], _ resizing: Resizing) throws -> Tensor {
    let side = resizing.side
    if side == height, side == width {
      return try patches(
        items, [PatchPosition](repeating: PatchPosition(row: 0, column: 0), count: items.count), side: side)
    }
    let images = pictures(items)
    let result = try Tensor.empty([images.count, 3, side, side])
    let target = result.pointer
    let (line, taps) = (width * channels, resizing.rows.count)
    let work = taps * (line + 3 * side)
    ThreadTeam.parallel(images.count * side, grain: max(1, Self.leastWork / work)) { range in
      // The kernel reads a number beyond the last pixel.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: line + 1) { blended in
        withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: taps) { rows in
          guard let blended = blended.baseAddress, let first = rows.baseAddress else { return }
          blended[line] = 0
          for position in range {
            let (image, row) = (images[position / side], position % side)
            resizing.rows.inputs.withUnsafeBufferPointer { inputs in
              for tap in 0..<taps { rows[tap] = image + Int(inputs[row * taps + tap]) * line }
            }
            resizing.rows.weights.withUnsafeBufferPointer { weights in
              guard let weights = weights.baseAddress else { return }
              pixel_blend(first, weights + row * taps, taps, blended, line)
            }
            narrow(blended, resizing.columns, side, into: target + position * 3 * side)
          }
        }
      }
    }
    return result
  }

  /// One patch of each picture, (N·F)×3×`side`×`side`; no interpolation.
  ///
  /// - Parameters:
  ///   - items: the N items, ``bytes`` bytes each.
  ///   - positions: N, one for all pictures of an item, or N·F, one for each picture.
  ///   - side: height and width of a patch in pixels.
  /// - Throws: `TensorError` when a patch is not within its picture, and for another number of positions.
  public func patches(
    _ items: [UnsafePointer<UInt8>], _ positions: [PatchPosition], side: Int
  ) throws -> Tensor {
    let images = pictures(items)
    guard positions.count == items.count || positions.count == images.count else {
      let each = frames == 1 ? "" : ", or \(images.count), one for each of \(frames) frames"
      throw TensorError(
        "cut", "\(positions.count) positions for \(items.count) items, expected one for each\(each)")
    }
    // How many pictures in a row have the same position.
    let shared = positions.count == items.count ? frames : 1
    for (image, position) in positions.enumerated() {
      guard position.row >= 0, position.row + side <= height, position.column >= 0,
        position.column + side <= width
      else {
        throw TensorError(
          "cut",
          "a \(side)×\(side) patch at (\(position.row), \(position.column)) of \(shared > 1 ? "clip" : "image")"
            + " \(image + 1) of"
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
            let position = positions[image / shared]
            let first = ((position.row + row) * width + position.column) * channels
            let (source, output) = (images[image] + first, target + line * 3 * side)
            if channels == 3 {
              if let factors = factors.baseAddress, let offsets = offsets.baseAddress {
                pixel_normalize(source, factors, offsets, output, 3 * side)
              }
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

  /// Where the N·F pictures of the items begin.
  private func pictures(_ items: [UnsafePointer<UInt8>]) -> [UnsafePointer<UInt8>] {
    guard frames > 1 else { return items }
    return items.flatMap { item in (0..<frames).map { item + $0 * frameBytes } }
  }

  /// Multiplications that are worth a thread.
  private static let leastWork = 1 << 15

  /// One line of `channels` values a pixel, resampled and normalised to three channels.
  private func narrow(
    _ line: UnsafePointer<Float>, _ columns: Taps, _ outputs: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let resample = channels == 3 ? pixel_resample_rgb : pixel_resample_grey
    columns.inputs.withUnsafeBufferPointer { inputs in
      columns.weights.withUnsafeBufferPointer { weights in
        resample(
          line, inputs.baseAddress, weights.baseAddress, columns.count, scale, shift, output, outputs)
      }
    }
  }
}
