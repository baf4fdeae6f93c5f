/// Computes ops whose results are constants for whoever listens outside: no gradient flows through them.
public final class ConstantRecorder: Recorder {
  public init() {}

  public func evaluate(_ op: some Op, _ inputs: [Tensor], shape: Shape) throws -> Tensor {
    var saved = Saved(isRecording: false)
    var result = try op.finished(inputs, shape, &saved)
    // A view is marked, since its memory may be that of a watched value.
    result.tracking = .constant
    return result
  }
}
