import Tensor

/// Lets the frames of clips exchange some channels, (N·F)×C×…, before another layer or by itself.
///
/// Where frames come one by one, N×C×… of N streams (``Pass/frames``), the channels of the frame before are kept.
/// It has no weights; those of the layer behind it keep their names, as if the shift were not there.
public final class TemporalShift: Layer {
  /// Which channels move, and how many frames a clip has.
  public let shift: FrameShift
  private let layer: (any Layer)?

  /// A shift whose result goes through `layer`, where there is one.
  public init(_ shift: FrameShift, before layer: (any Layer)? = nil) {
    self.shift = shift
    self.layer = layer
  }

  public func declare(_ state: inout StateDeclaration) { layer?.declare(&state) }

  public func callAsFunction(_ x: Tensor, _ pass: Pass) throws -> Tensor {
    let shifted = try pass.frames?.shifted(x, shift) ?? x.temporallyShifted(shift)
    return try layer?(shifted, pass) ?? shifted
  }
}
