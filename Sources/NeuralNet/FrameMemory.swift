import Tensor

/// What the layers of an encoder keep of the last frame where frames of clips come one by one: of each temporal shift the
/// channels that the next frame takes.
///
/// Rows are streams, of which each has its own frames. One memory is for one evaluation (``Pass/frames``): it is made of
/// what the evaluation before left in ``next``.
public final class FrameMemory {
  /// What the frame before left, in the order in which layers are evaluated; nil: there was none, so that zeros come in
  /// its place, as before the first frame of a clip.
  private let past: [Tensor]?
  /// What this evaluation leaves.
  public private(set) var next: [Tensor] = []

  public init(_ past: [Tensor]? = nil) { self.past = past }

  /// The frames of `x`, N×C×…, as the layer behind the shift sees them.
  ///
  /// - Throws: `TensorError` for a shift that looks ahead, and where the memory is of another network.
  public func shifted(_ x: Tensor, _ shift: FrameShift) throws -> Tensor {
    if let objection = shift.problem ?? shift.objectionToStreams {
      throw TensorError("temporal_shift", objection)
    }
    let channels = x.rank < 2 ? 0 : shift.fold(of: x.shape[1])
    guard channels > 0 else { return x }
    let kept = try x.sliced(1, 0..<channels)
    let before: Tensor
    if let past {
      guard next.count < past.count else {
        throw TensorError("temporal_shift", "what was kept of the last frame is of another network")
      }
      before = past[next.count]
    } else {
      before = try Tensor.zeros(kept.shape)
    }
    next.append(kept)
    return try x.following(before)
  }
}
