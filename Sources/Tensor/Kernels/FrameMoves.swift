import CKernels
import Compute

/// The loop behind temporal shifts: frames of pixels whose channels lie side by side, in any type of element.
package struct FrameMoves: Sendable {
  /// F, and the pixels of each frame.
  package let frames, pixels: Int
  /// The bytes of a pixel.
  package let bytes: Int
  /// The first channels of a pixel and the ones after them: how many bytes they are, and how many frames further on they
  /// come from.
  private let first, second: (bytes: Int, offset: Int)

  /// How `shift` moves elements of `elementBytes` bytes of a tensor of `shape`, rows × channels × ….
  ///
  /// Maps are channels-last; of other ranks a row is one pixel, whose channels are stretches of memory.
  ///
  /// - Parameter isReversed: gives every channel back to where it came from, as gradients need.
  package init(_ shift: FrameShift, _ shape: Shape, elementBytes: Int, isReversed: Bool = false) {
    frames = shift.frames
    let inner = shape.sizes.dropFirst(2).reduce(1, *)
    pixels = shape.rank == 4 ? inner : 1
    let channelBytes = elementBytes * (shape.rank == 4 ? 1 : inner)
    bytes = shape[1] * channelBytes
    let fold = shift.fold(of: shape[1]) * channelBytes
    let next = isReversed ? -1 : 1
    first = (fold, shift.pastOnly ? -next : next)
    second = (shift.pastOnly ? 0 : fold, -next)
  }

  /// The bytes of a frame.
  package var frameBytes: Int { pixels * bytes }

  /// Computes pixels of one row of `target` from the rows of `source`.
  package func run(
    from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, row: Int, pixels range: Range<Int>
  ) {
    let time = row % frames
    let place = row * frameBytes + range.lowerBound * bytes
    func frame(_ offset: Int) -> UnsafeRawPointer? {
      (0..<frames).contains(time + offset) ? source + place + offset * frameBytes : nil
    }
    frames_shift(
      source + place, frame(first.offset), frame(second.offset), target + place, range.count, bytes,
      first.bytes, second.bytes)
  }
}
