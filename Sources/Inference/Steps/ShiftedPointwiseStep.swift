import CKernels
import Compute
import OneDNN
import Tensor

/// A 1×1 convolution in float32 whose input's first channels come from neighbouring frames.
struct ShiftedPointwiseStep: DividedStep {
  private let layer: plan_pointwise
  private let clips: plan_frames
  private let source, destination: UnsafeMutablePointer<Float>
  let division: Division
  let multiplyAdds: Int

  init(
    _ shape: ConvolutionShape, _ shift: FrameShift, _ finish: plan_finish, _ packed: WeightStore.Packed,
    source: UnsafeMutablePointer<Float>, destination: UnsafeMutablePointer<Float>
  ) {
    let s = shape
    layer = plan_pointwise(
      inputs: s.inChannels, outputs: s.outChannels, weights: packed.weights.floats,
      bias: packed.bias?.floats, finish: finish)
    let fold = shift.fold(of: s.inChannels)
    clips = plan_frames(
      frames: shift.frames, pixels: s.inHeight * s.inWidth, first_channels: fold,
      second_channels: shift.pastOnly ? 0 : fold, first_offset: shift.pastOnly ? -1 : 1, second_offset: -1)
    (self.source, self.destination) = (source, destination)
    division = .best(s.outChannels, pixels: s.batch * s.inHeight * s.inWidth)
    multiplyAdds = shape.multiplyAdds
  }

  /// What becomes of the sums of a convolution that the kernel can do; nil where the library has to.
  static func finish(of node: ConvolutionNode, input: Shape) -> plan_finish? {
    guard input.rank == 4 else { return nil }
    let shape = node.shape(input: input)
    guard SmallConvolution.isPointwise(shape), let finish = plan_finish(node.posts.map(\.postOperation)),
      !finish.adds
    else { return nil }
    return finish
  }

  var name: String { "convolution 1×1 shifted own" }
  var grain: Int { grain(1 << 16, of: multiplyAdds) }

  var uses: [MemoryUse] {
    // Any part reads the same pixels of other frames.
    [
      .reads(source, 4 * layer.inputs * division.pixels),
      .writes(destination, 4 * layer.outputs * division.pixels, division),
    ]
  }

  func run(_ parts: Range<Int>) {
    if parts.isEmpty { return }
    withUnsafePointer(to: layer) { layer in
      withUnsafePointer(to: clips) { clips in
        switch division.axis {
        case .channels:
          plan_shifted_pointwise(
            layer, clips, source, destination, 0, division.pixels, parts.lowerBound, parts.count)
        case .pixels:
          let first = parts.lowerBound * division.unit
          let last = min(parts.upperBound * division.unit, division.pixels)
          plan_shifted_pointwise(
            layer, clips, source, destination, first, last - first, 0,
            Division.vectors(of: self.layer.outputs))
        }
      }
    }
  }
}
