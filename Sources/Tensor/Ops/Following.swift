import CKernels
import Compute

/// A frame of each of several streams, N×C×…, whose first channels are those that the frame before it left, N×c×….
///
/// This is a temporal shift of the past alone where frames come one by one; rows do not depend on each other.
struct Following: Op {
  let name = "following"

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let (x, past) = (inputs[0], inputs[1])
    guard x.rank >= 2, past.rank == x.rank, past[1] <= x[1],
      x.sizes.indices.allSatisfy({ $0 == 1 || x[$0] == past[$0] })
    else {
      throw TensorError(name, "the first channels of \(x) cannot be those of \(past)")
    }
    return x
  }

  func lowering(_ inputs: [Shape]) -> Lowering? {
    inputs[1].count > 0 && inputs[0].rank == 4 ? .following : nil
  }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    saved.shapes = inputs.map(\.shape)
    let (x, past) = (try inputs[0].canonical(), try inputs[1].canonical())
    let y = try Tensor.empty(x.shape)
    if y.count == 0 { return y }
    let moves = FollowingMoves(x.shape, channels: past.shape[1], elementBytes: MemoryLayout<Float>.stride)
    let (source, before, target) = (x.firstByte, past.firstByte, y.firstByte)
    ThreadTeam.parallel(moves.pixels, grain: max(1, (1 << 16) / max(moves.bytes, 1))) { pixels in
      moves.run(from: source, past: before, to: target, pixels: pixels)
    }
    return y
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    let channels = saved.shapes[1][1]
    let zeros = needs[0] ? try Tensor.zeros(saved.shapes[1]) : nil
    return [
      try zeros.map { try gradient.following($0) },
      needs[1] ? try gradient.sliced(1, 0..<channels) : nil,
    ]
  }
}

/// The loop behind ``Following``, in any type of element.
package struct FollowingMoves: Sendable {
  /// All pixels of all rows; where maps are not channels-last, a row is one pixel, whose channels are stretches of memory.
  package let pixels: Int
  /// The bytes of a pixel.
  package let bytes: Int
  /// The bytes of a pixel that come from the frame before.
  package let pastBytes: Int

  /// For elements of `elementBytes` bytes of a tensor of `shape`, whose first `channels` channels are replaced.
  package init(_ shape: Shape, channels: Int, elementBytes: Int) {
    let inner = shape.sizes.dropFirst(2).reduce(1, *)
    pixels = shape[0] * (shape.rank == 4 ? inner : 1)
    let channelBytes = elementBytes * (shape.rank == 4 ? 1 : inner)
    bytes = shape[1] * channelBytes
    pastBytes = channels * channelBytes
  }

  /// Computes some of the pixels of `target`.
  package func run(
    from source: UnsafeRawPointer, past: UnsafeRawPointer, to target: UnsafeMutableRawPointer,
    pixels range: Range<Int>
  ) {
    let first = range.lowerBound
    frames_follow(
      source + first * bytes, past + first * pastBytes, target + first * bytes, range.count, bytes, pastBytes)
  }
}

extension Tensor {
  /// The frames with their first channels replaced by `past`, what the frames before them had there: N×C×… and N×c×….
  ///
  /// - Throws: ``TensorError`` where the shapes do not fit.
  public func following(_ past: Tensor) throws -> Tensor { try apply(Following(), [self, past]) }
}
