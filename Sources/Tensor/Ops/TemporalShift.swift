import Compute

/// Some channels of each frame from its neighbours in the clip; rows are clip by clip, frame by frame.
struct TemporalShift: Op {
  let shift: FrameShift
  let name = "temporal_shift"
  var takesAnyType: Bool { true }

  func outputShape(_ inputs: [Shape]) throws -> Shape {
    let x = inputs[0]
    if let problem = shift.problem { throw TensorError(name, problem) }
    guard x.rank >= 2 else {
      throw TensorError(name, "needs frames × channels × …, not shape \(x)")
    }
    guard x[0] % shift.frames == 0 else {
      throw TensorError(name, "\(x[0]) rows are no whole clips of \(shift.frames) frames")
    }
    return x
  }

  func lowering(_ inputs: [Shape]) -> Lowering? { .temporalShift(shift) }

  func forward(_ inputs: [Tensor], _ saved: inout Saved) throws -> Tensor {
    try moved(inputs[0], isReversed: false)
  }

  func backward(_ gradient: Tensor, _ saved: Saved, needs: [Bool]) throws -> [Tensor?] {
    [try moved(gradient, isReversed: true)]
  }

  private func moved(_ x: Tensor, isReversed: Bool) throws -> Tensor {
    let x = try x.canonical()
    let y = try Tensor.empty(x.shape, x.dtype)
    if y.count == 0 { return y }
    let moves = FrameMoves(shift, x.shape, elementBytes: x.dtype.bytes, isReversed: isReversed)
    let (source, target) = (x.firstByte, y.firstByte)
    ThreadTeam.parallel(x.shape[0], grain: max(1, (1 << 16) / max(moves.frameBytes, 1))) { rows in
      for row in rows { moves.run(from: source, to: target, row: row, pixels: 0..<moves.pixels) }
    }
    return y
  }
}

extension Tensor {
  /// The frames of clips, (N·F)×C×…, with some of their channels exchanged between neighbouring frames.
  ///
  /// - Throws: ``TensorError`` where the rows are no whole clips, or the numbers of `shift` are none that it may have.
  public func temporallyShifted(_ shift: FrameShift) throws -> Tensor {
    try apply(TemporalShift(shift: shift), [self])
  }
}
